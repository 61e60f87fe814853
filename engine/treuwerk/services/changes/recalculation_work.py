"""What workers do about an ordered recalculation: they count what it comes to, and book it once that is agreed."""

from datetime import date
from functools import partial

import attrs
from sqlalchemy import Connection

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import PERMISSIONS, Access, Audience, names_for
from treuwerk.services.changes.recalculating import Asked, Progress, Recalculated, foresee, recalculate
from treuwerk.services.changes.recalculation_orders import (
    Recalculation,
    State,
    figures,
    give_limit_back,
    numbered,
    put_in_queue,
    within_limit,
)
from treuwerk.services.installation import Installation
from treuwerk.store import recalculation_orders as store

_SESSION = "worker"
_MOVED = ("counted_anew", "above_limit")
"""Why a batch is not booked that was agreed with: its figures are others by now."""


def count(installation: Installation, number: int, now: int, progress: Progress) -> str:
    """Count what it would come to, and let somebody decide; where no line changes, it is over."""
    found = _numbered(installation, number)
    if found.state is not State.COUNTING:
        return f"nothing to do: it is {found.state.value}"
    try:
        foreseen = foresee(installation, _asked(found), now, _access(found), progress=progress)
    except Refusal as refusal:  # the article went out of the master in between
        return _fail(installation, found, refusal, now)
    installation.database.run(lambda connection: _let_decide(connection, installation, found, foreseen, now))
    return words(foreseen)


def book(installation: Installation, number: int, now: int, progress: Progress) -> str:
    """Book what was agreed; where it would be something else by now, it is decided anew and nothing is booked."""
    found = _numbered(installation, number)
    if found.state is not State.BOOKING:
        return f"nothing to do: it is {found.state.value}"
    before = found.result or Recalculated()  # there is some where an earlier worker died
    left = foresee(installation, _asked(found), now, _access(found))
    if _points(left.after(before)) != _points(found.foreseen):
        return _anew(installation, found, left, now)
    try:
        done = recalculate(installation, _asked(found), now, _access(found), progress=progress,
                           also=partial(_keep, found)).after(before)
    except Refusal as refusal:
        if refusal.code in _MOVED:
            return _anew(installation, found, foresee(installation, _asked(found), now, _access(found)), now)
        return _fail(installation, found, refusal, now)
    installation.database.run(lambda connection: store.move(
        connection, number, [State.BOOKING], state=State.DONE.value, ended_at=now, result=figures(done)))
    return words(done)


def _keep(found: Recalculation, connection: Connection, so_far: Recalculated) -> None:
    """Keep what is booked, in the transaction of its batch, unless that is more than anybody agreed with."""
    booked, agreed = so_far.after(found.result or Recalculated()), found.foreseen or Recalculated()
    for mine, most in ((booked.given, agreed.given), (booked.taken, agreed.taken)):
        if any(points > most.get(unit, 0) for unit, points in mine.items()):
            raise Refusal("counted_anew", "found that figures moved while it was booked; expected those agreed with")
    store.move(connection, found.id, [State.BOOKING], result=figures(booked))


def _anew(installation: Installation, found: Recalculation, left: Recalculated, now: int) -> str:
    """Nothing more is booked before somebody decides on the figures as they are by now."""
    installation.database.run(lambda connection: _let_decide(connection, installation, found, left, now))
    return f"counted anew: {words(left)}"


def words(found: Recalculated) -> str:
    """The figures in a line, for operators."""
    moved = ", ".join(f"{points} {unit}" for unit, points in sorted(found.moved.items()))
    return f"{found.lines} lines, {found.changed} changed" + (f", {moved}" if moved else "")


def _let_decide(connection: Connection, installation: Installation, found: Recalculation, left: Recalculated,
                now: int) -> None:
    """What is left to book waits for whoever asked, or for a second person, who finds it in the work queue.

    What was booked of it counts with it: otherwise what is above a limit as a whole would be below it in parts.
    """
    over, settings = not left.changed, installation.programme.settings
    before = numbered(connection, found.id)
    foreseen = left.after(before.result or Recalculated())
    state = State.DONE if over else State.READY
    if not store.move(connection, found.id, [State.COUNTING, State.BOOKING], counted=found.version,
                      foreseen=figures(foreseen), foreseen_at=now, version=found.version + 1, booked_by=0, second="",
                      decided_at=0, state=state.value, ended_at=now if over else 0):
        return  # it was withdrawn meanwhile, or another worker counted it
    give_limit_back(connection, settings, before)
    if not over and not within_limit(connection, settings, attrs.evolve(before, foreseen=foreseen), now):
        put_in_queue(connection, before, now)


def _points(found: Recalculated | None) -> tuple[object, ...]:
    return (found.changed, found.given, found.taken) if found else ()


def _fail(installation: Installation, found: Recalculation, refusal: Refusal, now: int) -> str:
    installation.database.run(lambda connection: store.move(
        connection, found.id, [State.COUNTING, State.BOOKING], state=State.FAILED.value, said=str(refusal),
        ended_at=now))
    return str(refusal)


def _numbered(installation: Installation, number: int) -> Recalculation:
    with installation.database.reading() as connection:
        return numbered(connection, number)


def _asked(found: Recalculation) -> Asked:
    first, until = map(date.fromisoformat, found.days)
    return Asked(found.article, found.reason, found.actor, found.second, first, until)


def _access(found: Recalculation) -> Access:
    """In the audit the bookings stand under the name of whoever asked for them."""
    return attrs.evolve(Access(found.user_id, found.actor, Audience.OFFICE, names_for(Audience.OFFICE, PERMISSIONS)),
                        session=_SESSION)
