"""Correcting a decision: what was booked is taken back, and what is right is booked, in one transaction.

Nothing is edited: the document is said again, as a sender would who replaces it, and clearing does the rest.
"""

import json
from collections.abc import Sequence
from hashlib import sha256

import attrs
from sqlalchemy import Connection

from treuwerk.domain.actors import stated_reason
from treuwerk.domain.documents import Document, Purpose
from treuwerk.domain.entries import UPLOAD, Entered, read_entered
from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.domain.submissions import SubmissionEvent, SubmissionState
from treuwerk.services.clearing.clearing_documents import Entry, clear_documents
from treuwerk.services.clearing.clearing_run import ClearingRun
from treuwerk.services.installation import Installation
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.deciding import (
    APPROVE,
    KNOWN,
    Decided,
    LinesOpen,
    Verdict,
    checked,
    noted,
    refuse_own,
    state_of,
    tell_decision,
    with_outcomes,
)
from treuwerk.services.submissions.entry_preview import canonical, preview
from treuwerk.services.submissions.states import Doer, Submission, SubmissionChanged
from treuwerk.store import entries
from treuwerk.store.ownership import proven_by_feeds

BOOKED = (SubmissionState.ACCEPTED, SubmissionState.PARTLY)


def correct(access: Access, installation: Installation, public_id: str, verdict: Verdict, version: int, now: int, *,
            why: str) -> Decided:
    """Put a decision right: reverse what it booked, book what is entered now, and tell the participant.

    Raises:
        NotAllowed: the right of a second person is not there.
        Refusal: `delivered_directly`: a feed reported goods that nothing would be booked of any more; `no_reason`,
            `own_account`, `self_approval`: one's own decision; `wrong_state`: nothing was booked.
        LinesOpen, SubmissionChanged: as `deciding.decide`.
    """
    access.require(APPROVE)
    reason = stated_reason(why)
    with installation.database.reading() as connection:
        found = _booked(access, connection, public_id, version)
        told = checked(connection, verdict)
        before = canonical(connection, found.account_id, read_entered(found.entered))
    seen = preview(installation, found.account_id, told.entered, now, anew=True)
    if seen.problems and told.entered.accepted:
        raise LinesOpen(seen)
    done: list[Submission] = []

    def effects(connection: Connection, run: ClearingRun) -> None:
        _leave_what_is_proven(connection, found.account_id, run.id)
        booked = entries.booked_lines(connection, found.account_id, run.id)
        entered = _outcomes(with_outcomes(told.entered, seen, booked))
        state, code = state_of(entered, told.reason)
        closed = submissions.change(
            connection, found, now, state=state.value, entered=entered.as_json(), reason=code, answer=told.words,
            run_id=run.id, second_by=access.user_id, decided_at=now, number=entered.number,
            seller_name=entered.seller_name, kind=entered.kind.value, issued_on=str(entered.event_date or ""))
        submissions.happened(connection, closed, SubmissionEvent.CORRECTED, Doer.of(access), now, reason)
        tell_decision(connection, closed, run.total.points, now)
        noted(access, connection, "submission.correct", closed, now, reason=reason, after={
            "state": closed.state.value, "points": json.dumps(run.total.points, sort_keys=True)})
        done[:] = [closed]

    stamp = sha256(f"{public_id}|{found.version}|{access.user_id}|{told.entered.as_json()}".encode()).hexdigest()
    entry = Entry(UPLOAD, public_id, stamp, public_id, frozenset(seen.lines))
    receipt = clear_documents(installation, _said_again(before, seen.document, now), entry, now, actor=access.actor,
                              effects=effects)
    return Decided(done[0] if done else found, receipt.tally.points)


def may_correct(access: Access, found: Submission) -> bool:
    """Whether this person could put the decision right."""
    return (found.state in BOOKED and access.may(APPROVE)
            and access.user_id not in (found.decided_by, found.second_by))


def _booked(access: Access, connection: Connection, public_id: str, version: int) -> Submission:
    found = submissions.named(connection, public_id)
    if found.state not in BOOKED:
        raise Refusal("wrong_state", f"found it {found.state.value}, expected one of which something was booked")
    if found.version != version:
        raise SubmissionChanged(found)
    refuse_own(access, connection, found)
    if access.user_id in (found.decided_by, found.second_by):
        raise Refusal("self_approval", f"found {access.actor!r}, who decided on it; expected another person")
    return found


def _leave_what_is_proven(connection: Connection, account_id: int, run_id: int) -> None:
    """A feed's report that proves an upload is not booked itself: it must not be lost with the upload.

    Raises:
        Refusal: `delivered_directly`.
    """
    for article, document, source, delivered, left in proven_by_feeds(connection, account_id, run_id):
        if delivered != left:
            raise Refusal("delivered_directly", (
                f"found {left} pieces of {article}, expected the {delivered} that {source} reported with {document} as "
                "well. Enter that quantity, or let the sender cancel the delivery first; what must go nevertheless is "
                "taken back on the page of the booking"), article=article, document=document, source=source,
                delivered=delivered)


def _said_again(before: Document, after: Document, now: int) -> Sequence[Document]:
    """The document as it replaces the one before, which is void where its number, seller, kind or year is another."""
    stamp = moment(now).isoformat()
    if _identity(before) == _identity(after) and after.lines:
        return [after._replace(purpose=Purpose.REPLACE, version=stamp)]
    void = before._replace(purpose=Purpose.CANCEL, version=stamp)
    return [void, after] if after.lines else [void]


def _identity(document: Document) -> tuple[object, ...]:
    return document.kind, document.number, document.seller.name, str(document.event_date)[:4]


def _outcomes(entered: Entered) -> Entered:
    """Lines that are the same as before keep their points: they are neither new nor declined."""
    return attrs.evolve(entered, lines=tuple(
        attrs.evolve(line, outcome="booked", reason="") if line.outcome == KNOWN else line for line in entered.lines))
