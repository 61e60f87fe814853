"""Recalculations as the service centre orders them: asked for, counted, agreed with, booked.

Past bookings stay as they are until somebody orders otherwise. First it is counted what the difference comes to; what
is within what one person may book alone on a day, that person books, and it counts as points by hand do, so that slices
of a past do not pass the limit; above it another person must agree. Counting and booking are done by workers, since an
article may be on a hundred thousand lines.
"""

import json
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.actors import person_key, same_person, stated_reason
from treuwerk.domain.evaluation import MOST_POINTS
from treuwerk.domain.participants import identifier
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope, row_named
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.changes.adjusting import within_limits
from treuwerk.services.changes.manual_points import ASK, DECIDE
from treuwerk.services.changes.recalculating import Recalculated
from treuwerk.services.changes.value_dates import day_of
from treuwerk.services.installation import Installation
from treuwerk.store import manual, orders, work
from treuwerk.store import recalculation_orders as store
from treuwerk.store.parties import all_articles

READ = "participants.read"
COUNT, BOOK = "count_recalculation", "book_recalculation"
"""The jobs that count one, and book it."""
_LISTED = 50


class State(StrEnum):
    """How far a recalculation is."""

    COUNTING = "counting"
    READY = "ready"
    BOOKING = "booking"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


@attrs.frozen
class Wanted:
    """What somebody wants recalculated; both days are included, None stands for no bound."""

    article: str
    reason: str
    first: date | None = None
    until: date | None = None


@attrs.frozen
class Recalculation:
    """A recalculation as it stands; instants in microseconds UTC, days ISO texts or empty.

    `foreseen` is None until it is counted, which was done `version` times; `result` is None until something is booked.
    `second` is the person who agreed or refused, empty where nobody did.
    """

    id: int
    article: str
    called: str
    first: str
    until: str
    reason: str
    state: State
    user_id: int
    actor: str
    asked_at: int
    foreseen: Recalculated | None
    foreseen_at: int
    version: int
    second: str
    decided_at: int
    result: Recalculated | None
    said: str
    ended_at: int

    @property
    def public_id(self) -> str:
        """As people and addresses have it."""
        return public_id_of(self.id)

    @property
    def days(self) -> tuple[str, str]:
        """Its first and last day, as databases compare them."""
        return self.first or date.min.isoformat(), self.until or date.max.isoformat()

    @property
    def is_working(self) -> bool:
        """Whether a worker has to do something about it."""
        return self.state in (State.COUNTING, State.BOOKING)


def public_id_of(number: int) -> str:
    """The id of a recalculation as people and addresses have it."""
    return ids.public_id(ids.RECALCULATION, 0, number)


def ask(access: Access, connection: Connection, wanted: Wanted, now: int) -> str:
    """Have it counted what a recalculation comes to; answers with its id. Nothing is booked yet.

    Raises:
        NotAllowed: the right to book points by hand is not there.
        Refusal: `unknown_article`, `no_reason`, `wrong_days`: it ends before it begins; `recalculated_already`:
            another one of the same article is not over.
    """
    access.require(ASK)
    reason = stated_reason(wanted.reason)
    found = all_articles(connection).get(identifier(wanted.article))
    if found is None:
        raise Refusal("unknown_article", f"found article {wanted.article!r}, expected one of the article master")
    if wanted.first and wanted.until and wanted.until < wanted.first:
        raise Refusal("wrong_days", f"found {wanted.until} as its last day, expected {wanted.first} or later")
    number = next(ids.row_ids(now))
    if not store.ask(connection, {
            "id": number, "article": found.number, "called": found.name, "first": _day(wanted.first),
            "until": _day(wanted.until), "reason": reason, "state": State.COUNTING.value, "user_id": access.user_id,
            "actor": access.actor, "asked_at": now}):
        raise Refusal("recalculated_already", f"found a recalculation of {found.number} that is not over; expected a "
                      "look at that first")
    orders.submit(connection, f"{COUNT}:{number}", COUNT, {"recalculation": number}, now)
    note_act(connection, access, "recalculation.ask", 0, public_id_of(number), now=now, reason=reason,
             after={"article": found.number, "first": _day(wanted.first), "until": _day(wanted.until)})
    return public_id_of(number)


def book(access: Access, installation: Installation, connection: Connection, public_id: str, version: int,
         now: int) -> bool:
    """Let what was counted be booked: by whoever asked, within the limit, or by a second person. `version` was seen.

    False where it is above what whoever asked may book on this day: then it stands in the queue for another person.

    Raises:
        NotAllowed: the right is not there: to book by hand, or that of a second person.
        OutOfScope: there is no such recalculation.
        Refusal: `already_decided`; `counted_anew`: look at it again; `own_account`: somebody decides about the own
            company.
    """
    found = _ready(access, connection, public_id)
    own = is_own(access, found)
    access.require(ASK if own else DECIDE)
    if found.version != version:
        raise Refusal("counted_anew", "found that it was counted anew meanwhile; expected a look at that")
    _refuse_own_company(access, connection, found)
    if own and not _use_limit(connection, installation.programme.settings, found, now):
        put_in_queue(connection, found, now)
        return False
    _end_turn(connection, found, State.BOOKING, decided_at=now, booked_by=access.user_id,
              second="" if own else access.actor)
    work.close(connection, work.RECALCULATION, public_id, now)
    orders.submit(connection, f"{BOOK}:{found.id}:{found.version}", BOOK, {"recalculation": found.id}, now)
    _note(access, connection, found, "recalculation.book" if own else "recalculation.agree", now)
    return True


def refuse(access: Access, connection: Connection, public_id: str, now: int, reason: str = "") -> Recalculation:
    """Leave the past as it is: who asked withdraws it, also while it is counted; another person refuses it with words.

    Raises:
        NotAllowed, OutOfScope, Refusal: as `book`; `no_reason`.
    """
    found = _ready(access, connection, public_id, (State.READY, State.COUNTING))
    own = is_own(access, found)
    access.require(ASK if own else DECIDE)
    said = "" if own else stated_reason(reason)
    _end_turn(connection, found, State.WITHDRAWN if own else State.REFUSED, decided_at=now, ended_at=now,
              booked_by=access.user_id, second="" if own else access.actor, said=said)
    work.close(connection, work.RECALCULATION, public_id, now)
    _note(access, connection, found, "recalculation.withdraw" if own else "recalculation.refuse", now, said)
    return found


def recalculation_of(access: Access, connection: Connection, public_id: str) -> Recalculation:
    """One of them.

    Raises:
        NotAllowed: participants may not be seen.
        OutOfScope: there is none of this id.
    """
    access.require(READ)
    return numbered(connection, row_named(public_id, ids.RECALCULATION)[1])


def latest(access: Access, connection: Connection) -> Sequence[Recalculation]:
    """The latest ones; at most 50."""
    access.require(READ)
    return [_from(row) for row in store.latest(connection, _LISTED)]


def numbered(connection: Connection, number: int) -> Recalculation:
    """One of them by its number, for whoever does the work.

    Raises:
        OutOfScope: there is none.
    """
    row = store.by_id(connection, number)
    if row is None:
        raise OutOfScope
    return _from(row)


def is_own(access: Access, found: Recalculation) -> bool:
    """Whether this person asked for it."""
    return found.user_id == access.user_id or same_person(found.actor, access.actor)


def within_limit(connection: Connection, settings: Settings, found: Recalculation, now: int) -> bool:
    """Whether whoever asked for it may book it on this day without a second person."""
    return found.foreseen is not None and within_limits(connection, settings, found.actor, found.foreseen.moved, now)


def put_in_queue(connection: Connection, found: Recalculation, now: int) -> None:
    """Let a second person find it."""
    work.put(connection, work.RECALCULATION, found.public_id, now, gist=f"{found.article} {found.called}"[:200])


def give_limit_back(connection: Connection, settings: Settings, found: Recalculation) -> None:
    """Free what whoever asked used of the limit of the day, where that person alone let it be booked."""
    if found.state is State.BOOKING and not found.second and found.foreseen:
        day = day_of(settings, found.decided_at)
        for unit, points in sorted(found.foreseen.moved.items()):
            manual.use_allowance(connection, person_key(found.actor), day, unit, -points, MOST_POINTS)


def _use_limit(connection: Connection, settings: Settings, found: Recalculation, now: int) -> bool:
    """Whether it is within what is left of the day; then it is used, and else nothing."""
    moved = sorted(found.foreseen.moved.items()) if found.foreseen else []
    with connection.begin_nested() as attempt:
        if all(manual.use_allowance(connection, person_key(found.actor), day_of(settings, now), unit, points,
                                    settings.units[unit].manual.limit) for unit, points in moved):
            return True
        attempt.rollback()
    return False


def _ready(access: Access, connection: Connection, public_id: str,
           states: Sequence[State] = (State.READY,)) -> Recalculation:
    found = recalculation_of(access, connection, public_id)
    if found.state not in states:
        raise _decided(found)
    return found


def _end_turn(connection: Connection, found: Recalculation, state: State, **values: Any) -> None:
    if not store.move(connection, found.id, [found.state], counted=found.version, state=state.value, **values):
        raise _decided(found)


def _decided(found: Recalculation) -> Refusal:
    return Refusal("already_decided", f"found it {found.state.value}, or decided in this moment; expected one that "
                   "waits for a decision")


def _refuse_own_company(access: Access, connection: Connection, found: Recalculation) -> None:
    users, names = store.people_of_buyers(connection, {found.article, identifier(found.article)}, found.days)
    if access.user_id in users or any(same_person(access.actor, name) for name in names):
        raise Refusal("own_account", f"found {access.actor!r}, who belongs to a company with such purchases; expected "
                      "somebody else")


def _note(access: Access, connection: Connection, found: Recalculation, act: str, now: int, said: str = "") -> None:
    moved = found.foreseen.moved if found.foreseen else {}
    note_act(connection, access, act, 0, found.public_id, now=now, reason=said,
             after={"article": found.article, "asked_by": found.actor, **moved})


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def figures(found: Recalculated) -> str:
    """Figures as a row keeps them."""
    return json.dumps(attrs.asdict(found), sort_keys=True)


def _figures(kept: str) -> Recalculated | None:
    return Recalculated(**json.loads(kept)) if kept else None


def _from(row: Row[Any]) -> Recalculation:
    return Recalculation(
        row.id, row.article, row.called, row.first, row.until, row.reason, State(row.state), row.user_id, row.actor,
        row.asked_at, _figures(row.foreseen), row.foreseen_at, row.version, row.second, row.decided_at,
        _figures(row.result), row.said, row.ended_at)
