"""Deciding between two reports of the same goods, in one transaction with what is booked and taken back for it.

Each turn of a conflict is decided once: who comes second is told to look again. What moves many points waits for a
second person. Nothing is edited; a decision is undone by taking back what it booked and booking what it took.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from hashlib import sha256
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain.actors import stated_reason
from treuwerk.domain.corrections import BookedLine, Correction, anew, outdone, plain, target
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Party
from treuwerk.domain.participants import CUSTOMER_NUMBER
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.changes.conflicts import (
    ACTS,
    APPROVE,
    BOTH,
    DECIDE,
    FIRST,
    SECOND,
    UNDO,
    Conflict,
    Decision,
    conflict_of,
)
from treuwerk.services.clearing.batch_booking import AliasEnded
from treuwerk.services.clearing.clearing_documents import clear_batch, scored_documents
from treuwerk.services.clearing.clearing_run import ClearingRun
from treuwerk.services.clearing.decision_turns import Taking, written_points
from treuwerk.services.clearing.ownership import Reporter
from treuwerk.services.clearing.purchase_keys import identified
from treuwerk.services.clearing.receipts import Tally
from treuwerk.services.clearing.scoring import ScoredBatch
from treuwerk.services.installation import Installation
from treuwerk.services.participants.own_company import refuse_own_company
from treuwerk.store import conflicts as store
from treuwerk.store import corrections, entries, work
from treuwerk.store.conflicts import DONE, UNDONE, Place
from treuwerk.store.documents import part
from treuwerk.store.ownership import note_evidence

_BOOKING = (SECOND, BOTH)


@attrs.frozen
class Decided:
    """What came of it: `waits` is whether a second person must agree first; `points` by unit that it moves."""

    waits: bool
    points: Mapping[str, int]


@attrs.frozen
class _Plan:
    """What a decision books, what it takes back, and the points of both."""

    batch: ScoredBatch
    taken: Sequence[Place]
    sharing: frozenset[int]

    @property
    def points(self) -> dict[str, int]:
        """By unit, what it would book."""
        found: dict[str, int] = {}
        for line in self.batch.lines.values():
            for unit, points, _, _ in line[-1]:
                found[unit] = found.get(unit, 0) + points
        return found


def decide(access: Access, installation: Installation, conflict_id: str, act: str, version: int, now: int, *,
           reason: str) -> Decided:
    """Decide a conflict by one of `conflicts.ACTS`, or hand that to a second person where it moves many points.

    Raises:
        NotAllowed: the right to decide is not there.
        Refusal: `changed_meanwhile`: somebody decided, or something was booked since; `waits_already`; `no_reason`;
            `own_account`; `cannot_be_booked`: its line cannot be booked as it is.
    """
    access.require(DECIDE)
    stated = stated_reason(reason)
    with installation.database.reading() as connection:
        one = _current(access, connection, conflict_id, version)
        if one.settled or act not in ACTS:
            raise _changed()
    plan = _plan(installation, one, act, now)
    if _needs_another(installation.programme.settings, one, plan, act):
        installation.database.run(partial(_keep_waiting, access, one, act, stated, plan.points, now))
        return Decided(True, plan.points)
    keep = partial(_new, _taking(access, one, now), act, stated)
    points = _carry_out(access, installation, one, act, plan, now, keep)
    return Decided(False, points)


def agree(access: Access, installation: Installation, conflict_id: str, version: int, now: int) -> Decided:
    """As the second person, let a decision be done.

    Raises:
        NotAllowed: the right of a second person is not there.
        Refusal: as `decide`; `self_approval`: one's own decision.
    """
    access.require(APPROVE)
    with installation.database.reading() as connection:
        one = _current(access, connection, conflict_id, version, waiting=True)
        asked = _taking(access, one, now).another(one.waiting)
        if one.settled:
            raise _changed()
    plan = _plan(installation, one, asked.act, now)
    keep = partial(_agreed, _taking(access, one, now), asked)
    points = _carry_out(access, installation, one, asked.act, plan, now, keep)
    return Decided(False, points)


def refuse(access: Access, installation: Installation, conflict_id: str, version: int, now: int) -> None:
    """As the second person, leave a conflict open for another decision; who asked can withdraw it so, too.

    Raises:
        NotAllowed, Refusal: as `agree`.
    """
    def act(connection: Connection) -> None:
        one = _current(access, connection, conflict_id, version, waiting=True)
        asked = _taking(access, one, now).refuse(connection)
        _noted(access, connection, one, "conflict.refuse", asked.act, asked.reason, {}, now)

    access.require(DECIDE)
    installation.database.run(act)


def undo(access: Access, installation: Installation, conflict_id: str, version: int, now: int, *,
         reason: str) -> Decided:
    """Open a decided conflict again: what was booked goes back, and what went back is booked anew.

    Raises:
        NotAllowed: the right of a second person is not there.
        Refusal: as `decide`; `self_approval`: one's own decision.
    """
    access.require(APPROVE)
    stated = stated_reason(reason)
    with installation.database.reading() as connection:
        one = _current(access, connection, conflict_id, version)
        if not one.settled or one.last is None:
            raise _changed()
        _taking(access, one, now).another(one.last)
    plan = _plan_of_undoing(installation, one, one.last, now)
    keep = partial(_new, _taking(access, one, now), UNDO, stated)
    points = _carry_out(access, installation, one, UNDO, plan, now, keep)
    return Decided(False, points)


def _current(access: Access, connection: Connection, conflict_id: str, version: int, *,
             waiting: bool = False) -> Conflict:
    one = conflict_of(access, connection, conflict_id)
    if one.version != version:
        raise _changed()
    _taking(access, one, 0).check_waiting(waiting=waiting)
    refuse_own_company(access, connection, one.accounts)
    return one


def _taking(access: Access, one: Conflict, now: int) -> Taking[Decision]:
    return Taking(access, one, now, _changed)


def _changed() -> Refusal:
    return Refusal("conflict_changed", "found that somebody decided this, or that something was booked or taken back "
                   "since; expected a look at both sides as they are now")


def _plan(installation: Installation, one: Conflict, act: str, now: int) -> _Plan:
    """What a decision would do, by the real matching and the real rules."""
    if act not in _BOOKING:
        return _Plan(ScoredBatch(Tally()), (), frozenset())
    if not one.came.account_id:
        raise Refusal("cannot_be_booked", "found a line that came before accounts were kept with it; expected that its "
                      "file is cleared again first")
    with installation.database.reading() as connection:
        document = _document(connection, one.came.account_id, one.key, one.facts, one.at_line)
    batch = _scored(installation, [document], [one.at_line], f"{sum(made.act == UNDO for made in one.decisions)}", now)
    taken = [side.place for side in one.booked if side.left > 0] if act == SECOND else []
    return _Plan(_outdoing(batch, one, taken), taken, frozenset({one.at_line} if act == BOTH else ()))


def _plan_of_undoing(installation: Installation, one: Conflict, last: Decision, now: int) -> _Plan:
    """The other way round: what it booked goes back, and what it took back is booked anew."""
    with installation.database.reading() as connection:
        rows = list(store.lines_with_runs(connection, last.taken).values())
        _check_hands(connection, rows)
        keys = {(line.account_id, line.id): line.key for line in corrections.lines_of(
            connection, {target(part(row.seller), identified(row.document)) for row in rows})}
        places = list(range(1, len(rows) + 1))
        documents = [_document(connection, row.account_id, row.business_key or keys[row.account_id, row.id],
                               row._mapping, at) for at, row in zip(places, rows, strict=True)]
    by = f"undo|{one.id}|{one.turn}"
    batch = _scored(installation, documents, places, by, now) if rows else ScoredBatch(Tally())
    return _Plan(_outdoing(batch, one, last.booked), last.booked, frozenset(places))


def _check_hands(connection: Connection, rows: Sequence[Any]) -> None:
    """What a person took back is not booked anew.

    Raises:
        Refusal: `cannot_be_booked`.
    """
    lines = [BookedLine(row.account_id, row.id, "", row.article_number, row.quantity, "", row.business_key is not None)
             for row in rows]
    taken, gone = corrections.taken(connection, lines, ()), corrections.returned(connection, lines)
    if any(pieces > sum(taken.get(at, {}).values()) for at, pieces in gone.items()):
        why = "a person took pieces of the first line back by hand; take the second one back by hand as well"
        raise Refusal("cannot_be_booked", f"found that {why}", why=why)


def _document(connection: Connection, account_id: int, key: str, facts: Mapping[Any, Any], at: int) -> Document:
    """A line as the document of its own that it would be."""
    _, _, kind, *_ = key.split("|")
    net = facts["net_millionths"]
    line = DocumentLine(at, facts["line"], facts["article_number"], Decimal(facts["reported_quantity"]),
                        facts["reported_unit"], None if net is None else Decimal(net) / 1_000_000,
                        tuple(facts["serials"].split("|")) if facts["serials"] else (),
                        json.loads(facts["features"] or "{}"))
    known = entries.known_as(connection, account_id, CUSTOMER_NUMBER)
    return Document(facts["source"], DocumentKind(kind), facts["document"], (line,),
                    delivery_date=date.fromisoformat(facts["occurred_on"]), seller=Party(facts["seller"]),
                    buyer=Party(ids=tuple(known)), currency=facts["currency"],
                    orders=(facts["order_number"],) if facts["order_number"] else ())


def _scored(installation: Installation, documents: Sequence[Document], places: Iterable[int], by: str,
            now: int) -> ScoredBatch:
    """The documents scored, each line under a key of its own.

    Raises:
        Refusal: `cannot_be_booked`.
    """
    batch = scored_documents(installation, documents, now)
    if batch.problems or {line[4] for line in batch.lines.values()} != set(places):
        reasons = "; ".join(problem.reason for problem in batch.problems)
        raise Refusal("cannot_be_booked", f"found that the line cannot be booked as it is: {reasons}", why=reasons)
    batch.lines = {key: (line[0], key, *line[2:]) for line in batch.lines.values()
                   for key in [anew(plain(line[1]), f"decided|{line[2]}|{by}")]}
    batch.of_orders = {key: of for key, line in batch.lines.items() if (of := batch.of_orders.get(plain(key)))}
    batch.of_totals = {key: counts for key, line in batch.lines.items() if (counts := batch.of_totals.get(plain(key)))}
    batch.documents, batch.references, batch.uuids, batch.corrections = {}, {}, {}, {}
    return batch


def _outdoing(batch: ScoredBatch, one: Conflict, taken: Iterable[Place]) -> ScoredBatch:
    """The batch with corrections that take lines back."""
    places = set(taken)
    for side in one.booked:
        if side.place in places:
            _outdo(batch, one, side.place, side.article, side.quantity, side.occurred_on.isoformat(), side.seller,
                   side.document)
            places.discard(side.place)
    for place in places:  # of an earlier decision: the line that came
        came = one.came
        _outdo(batch, one, place, came.article, came.quantity, came.occurred_on.isoformat(), came.seller,
               came.document)
    return batch


def _outdo(batch: ScoredBatch, one: Conflict, place: Place, article: str, quantity: int, day: str, seller: str,
           document: str) -> None:
    line = BookedLine(*place, "", article, quantity, day, True)
    correction: Correction = outdone(line, one.at_line, one.came.document, [target(part(seller), identified(document))])
    batch.corrections[correction.key] = correction


def _needs_another(settings: Settings, one: Conflict, plan: _Plan, act: str) -> bool:
    """Whether what is booked or taken back is more than one person decides."""
    limit = settings.clearing.second_person.points
    if limit is None or act not in _BOOKING:
        return False
    sums = [plan.points, *([side.points for side in one.booked if side.place in plan.taken])]
    return any(points > limit for some in sums for unit, points in some.items() if settings.units[unit].spendable)


Keep = Callable[..., None]
"""Keeps what was decided, with what came of it by name."""


def _new(taking: Taking[Decision], act: str, reason: str, connection: Connection, **values: Any) -> None:
    taking.decide(connection, act, reason, **values)


def _agreed(taking: Taking[Decision], asked: Decision, connection: Connection, **values: Any) -> None:
    taking.agree(connection, asked, **values)


def _keep_waiting(access: Access, one: Conflict, act: str, reason: str, points: Mapping[str, int], now: int,
                  connection: Connection) -> None:
    _taking(access, one, now).ask(connection, act, reason, points=written_points(points))
    _noted(access, connection, one, "conflict.ask", act, reason, points, now)


def _carry_out(access: Access, installation: Installation, one: Conflict, act: str, plan: _Plan, now: int,
               keep: Keep) -> Mapping[str, int]:
    """Book what a decision books, and keep it, in one transaction."""
    last = one.last

    def effects(connection: Connection, booked: Sequence[Place], run_id: int | None,
                points: Mapping[str, int]) -> None:
        keep(connection, points=written_points(points), booked_run=run_id,
             placed=store.written_places(booked, plan.taken))
        if act == UNDO and last is not None:
            store.change(connection, (one.run_id, one.number, last.turn), DONE, state=UNDONE)
        if act == FIRST:
            _note_first(connection, one)
        store.settle(connection, one.run_id, one.number, None if act == UNDO else now)
        if act == UNDO:
            work.put(connection, work.CLEARING, str(one.run_id), now, gist=one.came.file)
        else:
            work.close_settled(connection, {one.run_id}, now)
        _noted(access, connection, one, "conflict.undo" if act == UNDO else "conflict.decide", act, "", points, now)

    if not plan.batch.lines and not plan.batch.corrections:
        installation.database.run(lambda connection: effects(connection, (), None, {}))
        return {}
    return _booked(access, installation, one, plan, now, effects)


def _booked(access: Access, installation: Installation, one: Conflict, plan: _Plan, now: int,
            effects: Callable[[Connection, Sequence[Place], int | None, Mapping[str, int]], None]) -> Mapping[str, int]:
    # Who tries a second time decides another time: the run has a name of its own.
    stamp = sha256(f"conflict|{one.id}|{one.turn}|{access.user_id}|{now}".encode()).hexdigest()
    run = ClearingRun(installation.database, one.came.source, f"conflict {one.id}", stamp, now, access.actor)
    places = frozenset(line[4] for line in plan.batch.lines.values())
    reporter = Reporter(f"conflict/{one.id}/{one.turn}", False, confirmed=places, sharing=plan.sharing)

    def behind(connection: Connection, run: ClearingRun) -> None:
        if run.total.waiting or run.total.rejected or run.total.duplicate:
            raise _changed()  # somebody else's decision came in between
        booked = [place for account_id in {line[0] for line in plan.batch.lines.values()}
                  for place in entries.booked_lines(connection, account_id, run.id).values()]
        effects(connection, booked, run.id, run.total.points)

    try:
        done = clear_batch(installation, plan.batch, run, reporter, now, actor=access.actor, effects=behind)
    except AliasEnded:
        raise _changed() from None
    return done.tally.points


def _note_first(connection: Connection, one: Conflict) -> None:
    """What came second proves the first, where that is of the same company."""
    kind = one.key.split("|")[2]
    facts = one.facts
    owner = f"upload:{one.came.submission}" if one.came.submission else f"direct:{one.came.source}"
    note_evidence(connection, [
        (*side.place, one.key, owner, one.run_id, one.at_line, facts["source"], kind, facts["document"], facts["line"],
         facts["occurred_on"], facts["quantity"], facts["net_millionths"], facts["currency"])
        for side in one.booked if side.account_id == one.came.account_id and side.article == one.came.article])


def _noted(access: Access, connection: Connection, one: Conflict, action: str, act: str, reason: str,
           points: Mapping[str, int], now: int) -> None:
    note_act(connection, access, action, one.came.account_id, one.id, now=now, reason=reason,
             after={"act": act, "points": written_points(points)})

