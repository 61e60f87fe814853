"""Deciding on reported purchases: accept, in part or wholly, decline, ask; with a second person where it is due.

A decision, its bookings, its message and its entries in timeline and audit are one transaction. What is accepted goes
the way of every delivery, as a canonical document: only where it came from is another.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.actors import same_person
from treuwerk.domain.entries import UPLOAD, Entered, EnteredLine, read_entered
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.domain.submissions import OPEN, SubmissionEvent, SubmissionState
from treuwerk.services.auditing import note_act
from treuwerk.services.clearing.clearing_documents import Entry, clear_documents
from treuwerk.services.clearing.clearing_run import ClearingRun
from treuwerk.services.installation import Installation
from treuwerk.services.participants.own_company import refuse_own_company
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.bank_hints import note_bank
from treuwerk.services.submissions.entry_hints import entry_hints, score
from treuwerk.services.submissions.entry_preview import Preview, preview, resolved
from treuwerk.services.submissions.prefilling import note_edits
from treuwerk.services.submissions.queue import HELD_SECONDS
from treuwerk.services.submissions.second_person import PURPOSE, agree, reason_for_second
from treuwerk.services.submissions.states import Doer, Submission, SubmissionChanged
from treuwerk.store import entries, work
from treuwerk.store.parties import all_articles
from treuwerk.store.succession import successor
from treuwerk.store.tables import work_item

READ, DECIDE, APPROVE = "submissions.read", "submissions.decide", "submissions.approve"
DECIDED_TOPIC, ASKED_TOPIC = "submission_decided", "submission_asked"
BOOKED, NOTHING, KNOWN = "booked", "nothing", "known"
"""Outcomes of an accepted line: it earned, it is right and earns nothing, or its purchase was booked before."""
ALREADY_BOOKED = "already_booked"
REASONS = ("not_in_programme", ALREADY_BOOKED, "too_late", "not_readable", "no_proof", "other_recipient",
           "not_delivered", "other")
"""Codes of why a line or a document is not accepted."""
LONGEST_WORDS = 2_000
_SECOND = 1_000_000
_NUMBER_READ = 0  # of the entry that a machine made
_S = SubmissionState


class LinesOpen(Exception):
    """Accepted lines cannot be booked as they are; `seen` says which and why."""

    def __init__(self, seen: Preview) -> None:
        super().__init__(f"{len(seen.problems)} accepted lines cannot be booked as they are")
        self.seen = seen


@attrs.frozen
class Verdict:
    """What somebody decides: the document with a decision on each line, and for the participant a reason and words."""

    entered: Entered
    reason: str = ""
    words: str = ""


@attrs.frozen
class Decided:
    """What came of a decision. `second` is why a second person must decide now, empty where it is decided."""

    submission: Submission
    points: Mapping[str, int]
    second: str = ""


def save_draft(access: Access, connection: Connection, public_id: str, entered: Entered, version: int,
               now: int) -> Submission:
    """Keep what is entered so far, and keep others from it for a quarter of an hour.

    Raises:
        SubmissionChanged: somebody else saved or decided meanwhile; nothing is kept.
        Refusal: `held` by somebody else, `own_account`, `self_approval`, `already_decided`.
    """
    found = _mine(access, connection, public_id, version, now)
    _keep_what_was_read(connection, found, now)
    note_edits(connection, found, entered, access.user_id, now)
    values: dict[str, Any] = {"entered": entered.as_json(), "entered_by": access.user_id, "entered_at": now}
    if found.state is _S.RECEIVED:
        return submissions.move(connection, found, _S.IN_REVIEW, SubmissionEvent.TAKEN, Doer.of(access), now, **values)
    return submissions.change(connection, found, now, **values)


def decide(access: Access, installation: Installation, public_id: str, verdict: Verdict, version: int,
           now: int) -> Decided:
    """Decide on a reported purchase: book its accepted lines, or hand it to a second person where that is needed.

    Raises:
        LinesOpen: accepted lines cannot be booked as they are; nothing was decided.
        SubmissionChanged: somebody was faster.
        Refusal: as `save_draft`; `no_reason` where nothing is accepted and no code says why; `nothing_entered`.
    """
    with installation.database.reading() as connection:
        found = _mine(access, connection, public_id, version, now, look=True)
        verdict = checked(connection, verdict)
        before = _people(entries.entries_of(connection, found.account_id, found.id))
    seen = preview(installation, found.account_id, verdict.entered, now)
    if seen.problems and verdict.entered.accepted:
        raise LinesOpen(seen)
    if why := _why_another(access, installation, found, verdict, seen, before, now):
        handed = installation.database.run(partial(_hand_on, access, installation, found, verdict, why, now))
        return Decided(handed, seen.points, why)
    actor = " + ".join([*(row.actor for row in before), access.actor])
    if not verdict.entered.accepted:
        closed = installation.database.run(partial(_declined, access, found, verdict, now))
        return Decided(closed, {})
    return _cleared(access, installation, found, verdict, seen, before, actor, now)


def ask(access: Access, installation: Installation, public_id: str, words: str, version: int, now: int,
        entered: Entered | None = None) -> Submission:
    """Ask the participant; the answer comes back to whoever asked.

    Raises:
        Refusal: as `save_draft`; `no_text`.
        SubmissionChanged: somebody was faster.
    """
    text = words.strip()
    if not text or len(text) > LONGEST_WORDS:
        raise Refusal("no_text", f"found {len(text)} characters, expected a question of 1 to {LONGEST_WORDS}")

    def act(connection: Connection) -> Submission:
        found = _mine(access, connection, public_id, version, now)
        values: dict[str, Any] = {} if entered is None else {
            "entered": entered.as_json(), "entered_by": access.user_id, "entered_at": now}
        _keep_what_was_read(connection, found, now)
        if entered is not None:
            note_edits(connection, found, entered, access.user_id, now)
        asked = submissions.move(connection, found, _S.QUESTION, SubmissionEvent.ASKED, Doer.of(access), now,
                                 text=text, **values)
        _tell(connection, asked, ASKED_TOPIC, {"question": text}, now)
        noted(access, connection, "submission.ask", asked, now)
        return asked

    return installation.database.run(act)


def send_back(access: Access, installation: Installation, public_id: str, words: str, version: int,
              now: int) -> Submission:
    """As the second person, give a document back to the first one, to be entered anew.

    Raises:
        Refusal: as `save_draft`; `no_text`, `wrong_state`: nobody handed it on.
    """
    if not words.strip():
        raise Refusal("no_text", "found no words, expected what is to be looked at again")

    def act(connection: Connection) -> Submission:
        found = _mine(access, connection, public_id, version, now)
        before = _people(entries.entries_of(connection, found.account_id, found.id))
        if found.state is not _S.SECOND or not before:
            raise Refusal("wrong_state", f"found it {found.state.value}, expected one that waits for a second person")
        entries.drop_entries(connection, found.account_id, found.id)
        back = submissions.move(connection, found, _S.IN_REVIEW, SubmissionEvent.SENT_BACK, Doer.of(access), now,
                                text=words.strip()[:LONGEST_WORDS], entered=before[0].entered,
                                entered_by=before[0].user_id)
        _let_go(connection, back, before[0].user_id)
        noted(access, connection, "submission.send_back", back, now, reason=words.strip()[:LONGEST_WORDS])
        return back

    return installation.database.run(act)


def entries_so_far(access: Access, connection: Connection,
                   submission: Submission) -> Sequence[tuple[Row[Any], Entered]]:
    """What people entered and handed on, in that order."""
    access.require(READ)
    rows = _people(entries.entries_of(connection, submission.account_id, submission.id))
    return [(row, read_entered(row.entered)) for row in rows]


def _people(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    return [row for row in rows if row.number != _NUMBER_READ]


def _mine(access: Access, connection: Connection, public_id: str, version: int, now: int, *,
          look: bool = False) -> Submission:
    """The submission where this person may act on it as it was seen. `look`: without keeping others from it."""
    found = submissions.named(connection, public_id)
    access.require(APPROVE if found.state is _S.SECOND else DECIDE)
    if found.state not in OPEN:
        raise Refusal("already_decided", f"found it {found.state.value}; expected one that is open. A decision stays, "
                      "and is corrected by a reversal and a new booking", state=found.state.value)
    if found.version != version:
        raise SubmissionChanged(found)
    refuse_own(access, connection, found)
    item = work.about(connection, work.SUBMISSION, public_id)
    if item is not None and item.state == work.OPEN and not look:
        free = (work_item.c.held_until <= now) | (work_item.c.held_by == access.user_id)
        if not work.change(connection, item.id, [free], held_by=access.user_id,
                           held_until=now + HELD_SECONDS * _SECOND):
            raise _held(item)
    elif item is not None and item.held_by not in (0, access.user_id) and item.held_until > now:
        raise _held(item)
    return found


def _held(item: Row[Any]) -> Refusal:
    return Refusal("held", f"found that {item.holder} has this open; expected one that is free",
                   holder=item.holder or "", held_since=item.held_until - HELD_SECONDS * _SECOND)


def refuse_own(access: Access, connection: Connection, found: Submission) -> None:
    """Nobody decides on the own company, and nobody approves what he entered himself."""
    refuse_own_company(access, connection, [found.account_id])
    if found.state is _S.SECOND:
        for row in _people(entries.entries_of(connection, found.account_id, found.id)):
            if row.user_id == access.user_id or same_person(row.actor, access.actor):
                raise Refusal("self_approval", f"found {access.actor!r}, who entered it; expected another person")


def checked(connection: Connection, verdict: Verdict) -> Verdict:
    """The verdict with articles by their number.

    Raises:
        Refusal: `no_reason`, `nothing_entered`.
    """
    entered = attrs.evolve(resolved(verdict.entered, all_articles(connection)), confirmed=True)
    if not entered.accepted:
        if verdict.reason not in REASONS:
            raise Refusal("no_reason", f"found reason {verdict.reason!r}, expected one of {', '.join(REASONS)}")
        lines = tuple(attrs.evolve(line, reason=line.reason or verdict.reason) for line in entered.lines)
        return attrs.evolve(verdict, entered=attrs.evolve(entered, lines=lines))
    if not entered.number or not entered.event_date or not (entered.seller or entered.seller_name):
        raise Refusal("nothing_entered", "found a document without seller, number or date, expected all three")
    for line in entered.lines:
        if not line.accepted and line.reason not in REASONS:
            raise Refusal("no_reason", f"found line {line.id} declined without a reason, expected one of "
                          f"{', '.join(REASONS)}", line=line.id)
    return attrs.evolve(verdict, entered=entered)


def _why_another(access: Access, installation: Installation, found: Submission, verdict: Verdict, seen: Preview,
                 before: Sequence[Row[Any]], now: int) -> str:
    """Why somebody else must decide after this one; empty where this decision counts."""
    if found.state is _S.SECOND:
        first = read_entered(before[0].entered)
        same = agree(first, verdict.entered) or not (first.accepted or verdict.entered.accepted)
        return "" if same or len(before) > 1 else "differs"
    if not verdict.entered.accepted:
        return ""
    with installation.database.reading() as connection:
        weight = score(entry_hints(access, connection, installation, found, verdict.entered, seen, now))
    key = installation.database.run(partial(entries.key_for, purpose=PURPOSE))
    return reason_for_second(installation.programme.settings, found.public_id, key, verdict.entered, seen.points,
                             weight)


def _hand_on(access: Access, installation: Installation, found: Submission, verdict: Verdict, why: str, now: int,
             connection: Connection) -> Submission:
    """Keep what was entered for the next person, who sees it or, where the programme wants it blind, does not."""
    _keep_what_was_read(connection, found, now)
    note_edits(connection, found, verdict.entered, access.user_id, now)
    rows = entries.entries_of(connection, found.account_id, found.id)
    if found.state is not _S.SECOND and _people(rows):  # asked in between: it begins anew
        entries.drop_entries(connection, found.account_id, found.id)
        rows = []
    blind = installation.programme.settings.clearing.second_person.blind and why != "differs"
    shown = next((row.entered for row in rows if row.number == _NUMBER_READ), "") if blind \
        else verdict.entered.as_json() if why != "differs" else _people(rows)[0].entered
    values: dict[str, Any] = {
        "entered": shown, "entered_by": access.user_id, "entered_at": now,
        "expected": "" if why == "differs" else found.expected}
    if found.state is _S.SECOND:
        handed = submissions.change(connection, found, now, **values)
        submissions.happened(connection, handed, SubmissionEvent.ENTERED, Doer.of(access), now, why)
    else:
        handed = submissions.move(connection, found, _S.SECOND, SubmissionEvent.ENTERED, Doer.of(access), now,
                                  text=why, **values)
    entries.add_entry(connection, found.account_id, found.id, {
        "number": len(_people(rows)) + 1, "entered": verdict.entered.as_json(), "why": why, "user_id": access.user_id,
        "actor": access.actor, "entered_at": now})
    _let_go(connection, handed, 0)
    noted(access, connection, "submission.hand_on", handed, now, reason=why)
    return handed


def _cleared(access: Access, installation: Installation, found: Submission, verdict: Verdict, seen: Preview,
             before: Sequence[Row[Any]], actor: str, now: int) -> Decided:
    done: list[Submission] = []

    def effects(connection: Connection, run: ClearingRun) -> None:
        booked = entries.booked_lines(connection, found.account_id, run.id)
        entered = with_outcomes(verdict.entered, seen, booked)
        state, reason = state_of(entered, verdict.reason)
        second = access.user_id if before else 0
        closed = _close(connection, access, found, attrs.evolve(verdict, entered=entered, reason=reason), state, now,
                        run_id=run.id, decided_by=before[0].user_id if before else access.user_id, second_by=second)
        if state is not _S.DECLINED:
            note_bank(connection, [page.sha256 for page in submissions.pages(connection, found)], seen, now)
        tell_decision(connection, closed, run.total.points, now)
        noted(access, connection, "submission.accept", closed, now, reason=closed.reason, after={
            "state": closed.state.value, "points": json.dumps(run.total.points, sort_keys=True), "people": actor})
        done[:] = [closed]

    stamp = sha256(f"{found.public_id}|{found.version}|{access.user_id}|{verdict.entered.as_json()}".encode())
    # Who accepts a line has seen what speaks against it.
    entry = Entry(UPLOAD, found.public_id, stamp.hexdigest(), found.public_id, frozenset(seen.lines))
    receipt = clear_documents(installation, [seen.document], entry, now, actor=actor, effects=effects)
    if not done:  # sent twice: the first one decided
        with installation.database.reading() as connection:
            return Decided(submissions.read(connection, found.account_id, found.id), {})
    return Decided(done[0], receipt.tally.points)


def with_outcomes(entered: Entered, seen: Preview, booked: Collection[int]) -> Entered:
    """What became of each accepted line; `booked` has the lines by their place."""
    def told(at: int, line: EnteredLine) -> EnteredLine:
        if not line.accepted:
            return line
        outcome = KNOWN if at not in booked else BOOKED if seen.lines[at].awards else NOTHING
        return attrs.evolve(line, outcome=outcome, reason=ALREADY_BOOKED if outcome == KNOWN else "")

    return attrs.evolve(entered, lines=tuple(told(at, line) for at, line in enumerate(entered.lines, start=1)))


def state_of(entered: Entered, reason: str) -> tuple[SubmissionState, str]:
    """The state that a document has after its lines were booked, and the code of why not all of it was accepted."""
    booked = [line for line in entered.lines if line.outcome in (BOOKED, NOTHING)]
    others = [line for line in entered.lines if line not in booked]
    if not others:
        return _S.ACCEPTED, ""
    return _S.PARTLY if booked else _S.DECLINED, reason or others[0].reason


def _declined(access: Access, found: Submission, verdict: Verdict, now: int, connection: Connection) -> Submission:
    before = _people(entries.entries_of(connection, found.account_id, found.id))
    closed = _close(connection, access, found, verdict, _S.DECLINED, now,
                    decided_by=before[0].user_id if before else access.user_id,
                    second_by=access.user_id if before else 0)
    tell_decision(connection, closed, {}, now)
    noted(access, connection, "submission.decline", closed, now, reason=verdict.reason)
    return closed


def _close(connection: Connection, access: Access, found: Submission, verdict: Verdict, state: SubmissionState,
           now: int, **values: Any) -> Submission:
    entered, event = verdict.entered, SubmissionEvent(state.value)
    _keep_what_was_read(connection, found, now)
    note_edits(connection, found, entered, access.user_id, now)
    return submissions.move(
        connection, found, state, event, Doer.of(access), now, text=verdict.words.strip()[:LONGEST_WORDS],
        entered=entered.as_json(), entered_by=found.entered_by or access.user_id, entered_at=now, expected="",
        reason=verdict.reason, answer=verdict.words.strip()[:LONGEST_WORDS], decided_at=now,
        seller=entered.seller or found.seller, seller_name=entered.seller_name or found.seller_name,
        kind=entered.kind.value, number=entered.number or found.number,
        issued_on=str(entered.event_date or "") or found.issued_on, **values)


def _keep_what_was_read(connection: Connection, found: Submission, now: int) -> None:
    """What a machine read is kept beside what people make of it."""
    entered = read_entered(found.entered)
    rows = entries.entries_of(connection, found.account_id, found.id) if entered.is_suggested else []
    if entered.is_suggested and all(row.number != _NUMBER_READ for row in rows):
        entries.add_entry(connection, found.account_id, found.id, {
            "number": _NUMBER_READ, "entered": found.entered, "why": "read", "user_id": 0, "actor": entered.reader,
            "entered_at": now})


def _let_go(connection: Connection, submission: Submission, assignee_id: int) -> None:
    item = work.about(connection, work.SUBMISSION, submission.public_id)
    if item is not None:
        work.change(connection, item.id, [], held_by=0, held_until=0, assignee_id=assignee_id)


def tell_decision(connection: Connection, closed: Submission, points: Mapping[str, int], now: int) -> None:
    """Leave the message of a decision for the participant."""
    lines = [{"line": line.id, "article": line.article, "reason": line.reason, "words": line.words}
             for line in read_entered(closed.entered).lines if line.reason]
    _tell(connection, closed, DECIDED_TOPIC, {
        "state": closed.state.value, "reason": closed.reason, "answer": closed.answer, "points": dict(points),
        "lines": lines}, now)


def _tell(connection: Connection, submission: Submission, topic: str, told: Mapping[str, Any], now: int) -> None:
    """A message in the outbox, with the language that its receiver reads."""
    payload = {"submission": submission.public_id, "number": submission.number, "seller": submission.seller_name,
               "locale": entries.locale_of(connection, submission.account_id, submission.created_by), **told}
    company = successor(connection, submission.account_id)
    entries.tell(connection, company, topic, json.dumps(payload, ensure_ascii=False, sort_keys=True), now)


def noted(access: Access, connection: Connection, action: str, submission: Submission, now: int, *, reason: str = "",
          after: Mapping[str, Any] | None = None) -> None:
    """Note an act about a submission in the audit."""
    note_act(connection, access, action, submission.account_id, submission.public_id, now=now, reason=reason,
             after=after or {"state": submission.state.value})
