"""Deciding on one rejected line of a feed: it is booked with corrected fields, or closed, since it does not count.

It is booked under the source of its file, with a key of its own, in one transaction with the decision, the audit, and
the queue item. Each turn is decided once: who comes second is told to look again. What moves many points waits for a
second person. What came stays as it came.
"""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain.actors import stated_reason
from treuwerk.domain.documents import Document
from treuwerk.domain.kept_lines import keep
from treuwerk.domain.line_fields import LineFields, corrected, fields_of
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.clearing.batch_booking import AliasEnded, BatchBooking
from treuwerk.services.clearing.broken_lines import (
    APPROVE,
    BOOK,
    CLOSE,
    CLOSED,
    DECIDE,
    REJECTED,
    REOPEN,
    BrokenLine,
    LineDecision,
    line_of,
)
from treuwerk.services.clearing.clearing_documents import clear_batch, scored_documents
from treuwerk.services.clearing.clearing_run import ClearingRun
from treuwerk.services.clearing.decision_turns import Taking, written_points
from treuwerk.services.clearing.ownership import Reporter
from treuwerk.services.clearing.receipts import Tally, stored_problems
from treuwerk.services.clearing.releasing import RELEASED, reporter_of
from treuwerk.services.clearing.scoring import ScoredBatch
from treuwerk.services.installation import Installation
from treuwerk.services.participants.own_company import refuse_own_company
from treuwerk.store import conflicts as store
from treuwerk.store import waiting_lines, work
from treuwerk.store.corrections import taken_by
from treuwerk.store.retrying import retrying


@attrs.frozen
class LineOutcome:
    """What would come, or came, of a line: `fate` is a counter of receipts, `why` the reason where it is not booked.

    `points` are those by unit, below zero where it takes back. `waits` is whether a second person must agree first.
    """

    fate: str
    points: Mapping[str, int]
    code: str = ""
    why: str = ""
    waits: bool = False


def preview(access: Access, installation: Installation, line_id: str, fields: LineFields, now: int) -> LineOutcome:
    """What booking a line with these fields would do: it is booked, looked at and rolled back.

    Raises:
        NotAllowed: the right to decide on deliveries is not there.
        OutOfScope: there is no such line.
        Refusal: `line_changed`: it is not open any more; `not_correctable`: its sender must correct it; `minus`: a
            quantity or an amount below zero, where none came.
    """
    access.require(DECIDE)
    with installation.database.reading() as connection:
        one = line_of(access, connection, installation.programme.settings, line_id)
    return _foreseen(access, installation, one, _document(installation, one, fields), now)


def book(access: Access, installation: Installation, line_id: str, fields: LineFields, version: int, now: int, *,
         reason: str) -> LineOutcome:
    """Book a line with corrected fields, or hand that to a second person where it moves many points.

    Raises:
        NotAllowed, OutOfScope: as `preview`.
        Refusal: as `preview`; `no_reason`; `own_account`; `line_cannot_be_booked`: it would be rejected again.
    """
    access.require(DECIDE)
    stated = stated_reason(reason)
    one = _current(access, installation, line_id, version)
    document = _document(installation, one, fields)
    would = _foreseen(access, installation, one, document, now)
    if would.fate == REJECTED:
        _current(access, installation, line_id, version)  # who was faster may be why
        raise _cannot(would.why)
    taking = Taking(access, one, now, _changed)
    if _needs_another(installation.programme.settings, would, fields):
        def ask(connection: Connection) -> None:
            taking.ask(connection, BOOK, stated, points=written_points(would.points), placed=_placed(document))
            _noted(access, connection, one, "line.ask", document, 0, stated, now)

        installation.database.run(ask)
        return attrs.evolve(would, waits=True)

    def decided(connection: Connection, values: Mapping[str, Any]) -> None:
        taking.decide(connection, BOOK, stated, **values)

    return _booked(access, installation, one, document, stated, decided, now)


def agree(access: Access, installation: Installation, line_id: str, version: int, now: int) -> LineOutcome:
    """As the second person, let a line be booked as somebody corrected it.

    Raises:
        NotAllowed: the right of a second person is not there.
        OutOfScope, Refusal: as `book`; `self_approval`: one's own decision.
    """
    access.require(DECIDE)
    access.require(APPROVE)
    one = _current(access, installation, line_id, version, waiting=True)
    taking = Taking(access, one, now, _changed)
    asked = taking.another(one.waiting)
    if asked.document is None:
        raise _changed()

    def decided(connection: Connection, values: Mapping[str, Any]) -> None:
        taking.agree(connection, asked, **values)

    return _booked(access, installation, one, asked.document, asked.reason, decided, now)


def refuse(access: Access, installation: Installation, line_id: str, version: int, now: int) -> None:
    """As the second person, leave a line for another decision; who asked can withdraw it so, too.

    Raises:
        NotAllowed, OutOfScope, Refusal: as `agree`.
    """
    access.require(DECIDE)
    one = _current(access, installation, line_id, version, waiting=True)

    def act(connection: Connection) -> None:
        asked = Taking(access, one, now, _changed).refuse(connection)
        _noted(access, connection, one, "line.refuse", asked.document, 0, asked.reason, now)

    installation.database.run(act)


def close(access: Access, installation: Installation, line_id: str, version: int, now: int, *, reason: str) -> None:
    """Decide that a line does not count. Nothing is booked, and it can be opened again.

    Raises:
        NotAllowed, OutOfScope: as `preview`.
        Refusal: `line_changed`, `waits_already`, `no_reason`.
    """
    access.require(DECIDE)
    _end(access, installation, _current(access, installation, line_id, version), CLOSE, stated_reason(reason), now)


def reopen(access: Access, installation: Installation, line_id: str, version: int, now: int) -> None:
    """Let a line that was closed be decided anew.

    Raises:
        NotAllowed, OutOfScope: as `preview`.
        Refusal: `line_changed`: it is not closed.
    """
    access.require(DECIDE)
    with installation.database.reading() as connection:
        one = line_of(access, connection, installation.programme.settings, line_id)
    if one.version != version or one.state != CLOSED:
        raise _changed()
    _end(access, installation, one, REOPEN, "", now)


def _end(access: Access, installation: Installation, one: BrokenLine, act: str, reason: str, now: int) -> None:
    """Close a line, or open it again, with nothing booked."""
    def change(connection: Connection) -> None:
        before, after = (REJECTED, CLOSED) if act == CLOSE else (CLOSED, REJECTED)
        Taking(access, one, now, _changed).decide(connection, act, reason)
        if not store.settle_line(
                connection, one.run_id, one.number, before, after, now if act == CLOSE else None):
            raise _changed()
        _noted(access, connection, one, f"line.{act}", None, 0, reason, now)
        if act == CLOSE:
            work.close_settled(connection, {one.run_id}, now)
        else:
            work.put(connection, work.CLEARING, str(one.run_id), now, gist=one.file)

    installation.database.run(change)


def _current(access: Access, installation: Installation, line_id: str, version: int, *,
             waiting: bool = False) -> BrokenLine:
    with installation.database.reading() as connection:
        one = line_of(access, connection, installation.programme.settings, line_id)
    if one.version != version or not one.is_open:
        raise _changed()
    Taking(access, one, 0, _changed).check_waiting(waiting=waiting)
    return one


def _changed() -> Refusal:
    return Refusal("line_changed", "found that somebody decided since, on this line or on what its numbers mean; "
                   "expected a look at it as it is now")


def _cannot(why: str) -> Refusal:
    return Refusal("line_cannot_be_booked", f"found that the line would be rejected again: {why}", why=why)


def _document(installation: Installation, one: BrokenLine, fields: LineFields) -> Document:
    if not one.is_open:
        raise _changed()
    if not one.can_be_corrected:
        raise Refusal("not_correctable", "found a line of a document that changes another one as a whole; ask the "
                      "sender for a correction, or close it")
    if _turns(one.fields.quantity, fields.quantity) or _turns(one.fields.amount, fields.amount):
        raise Refusal("minus", "found a figure below zero, expected one above it with the movement RETURN or CANCEL; a "
                      "line that takes something back says so")
    return corrected(one.source, one.at_line, fields, one.came, installation.programme.settings.programme.time_zone)


def _turns(came: Decimal | None, now: Decimal | None) -> bool:
    """Whether a figure is below zero that was not so as it came."""
    return (now or 0) < 0 <= (came or 0)


@attrs.frozen
class _Ready:
    """A line that is about to be booked."""

    batch: ScoredBatch
    run: ClearingRun
    reporter: Reporter


def _ready(access: Access, installation: Installation, one: BrokenLine, document: Document, now: int) -> _Ready:
    # Its own key: of the line, the turn, and who decides when. Who tries a second time decides another time.
    stamp = RELEASED + sha256(f"line|{one.id}|{one.version}|{access.user_id}|{now}".encode()).hexdigest()
    run = ClearingRun(installation.database, one.source, one.file, stamp, now, access.actor)
    with installation.database.reading() as connection:
        reporter = reporter_of(installation, waiting_lines.run_of(connection, one.run_id))
    batch = scored_documents(installation, [document], now)
    return _Ready(batch, run, reporter)


def _foreseen(access: Access, installation: Installation, one: BrokenLine, document: Document,
              now: int) -> LineOutcome:
    ready = _ready(access, installation, one, document, now)
    _check_owners(access, installation, ready.batch)
    booking = BatchBooking(installation, ready.run, now, access.actor, ready.reporter)

    def rehearse() -> LineOutcome:
        with installation.database.writing() as connection:
            tally = booking.within(connection, ready.batch)
            refuse_own_company(access, connection, taken_by(connection, ready.run.id))
            found = _outcome(connection, ready.run.id, tally)
            connection.rollback()
        return found

    try:
        return retrying(rehearse)
    except AliasEnded:
        raise _changed() from None


def _booked(access: Access, installation: Installation, one: BrokenLine, document: Document, reason: str,
            decided: Callable[[Connection, Mapping[str, Any]], None], now: int) -> LineOutcome:
    """Book a line, keep the decision, settle the problem and close the queue item, in one transaction."""
    ready, came_of_it = _ready(access, installation, one, document, now), list[LineOutcome]()
    accounts = _check_owners(access, installation, ready.batch)

    def effects(connection: Connection, run: ClearingRun) -> None:
        outcome, losers = _outcome(connection, run.id, run.total), taken_by(connection, run.id)
        refuse_own_company(access, connection, losers)
        decided(connection, {"points": written_points(outcome.points), "placed": _placed(document)})
        if outcome.fate == REJECTED:
            raise _cannot(outcome.why)
        if not store.settle_line(connection, one.run_id, one.number, REJECTED, REJECTED, now):
            raise _changed()
        work.close_settled(connection, {one.run_id}, now)
        _noted(access, connection, one, "line.book", document, next(iter(accounts | losers), 0), reason, now)
        came_of_it[:] = [outcome]

    try:
        clear_batch(installation, ready.batch, ready.run, ready.reporter, now, actor=access.actor, effects=effects)
    except AliasEnded:
        raise _changed() from None
    return came_of_it[0]


def _outcome(connection: Connection, run_id: int, tally: Tally) -> LineOutcome:
    fates = ("rejected", "waiting", "booked", "duplicate", "ignored")
    fate = next((name for name in fates if getattr(tally, name)), "ignored")
    problem = next((row for row in stored_problems(connection, run_id) if row["state"] == fate), None)
    return LineOutcome(fate, {unit: points for unit, points in tally.points.items() if points},
                       str(problem["code"]) if problem else "", str(problem["reason"]) if problem else "")


def _check_owners(access: Access, installation: Installation, batch: ScoredBatch) -> set[int]:
    """The accounts that a line is booked for; nobody books for the own company."""
    accounts = {line[0] for line in batch.lines.values()}
    with installation.database.reading() as connection:
        refuse_own_company(access, connection, accounts)
    return accounts


def _needs_another(settings: Settings, would: LineOutcome, fields: LineFields) -> bool:
    """Whether it is more than one person decides, as ``[clearing.second_person]`` says."""
    rules = settings.clearing.second_person
    most = max((abs(points) for unit, points in would.points.items() if settings.units[unit].spendable), default=0)
    return (rules.points is not None and most > rules.points) or (
        rules.net is not None and fields.amount is not None and fields.amount > rules.net)


def _placed(document: Document) -> str:
    return json.dumps({"kept": keep(document, document.lines[0])}, ensure_ascii=False)


def _noted(access: Access, connection: Connection, one: BrokenLine, action: str, document: Document | None,
           account_id: int, reason: str, now: int) -> None:
    came: LineDecision | None = one.waiting
    before = one.fields.as_texts() if one.came else {"line_as_it_came": one.raw}
    asked = {"asked_by": came.actor} if came else {}
    after = {**fields_of(document).as_texts(), **asked} if document else asked
    note_act(connection, access, action, account_id, one.id, now=now, before=before, after=after, reason=reason)


__all__ = ["LineOutcome", "agree", "book", "close", "preview", "refuse", "reopen"]
