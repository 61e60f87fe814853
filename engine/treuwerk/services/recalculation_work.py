"""What workers do about an ordered recalculation: they count what it comes to, and book it once that is agreed."""

from datetime import date

import attrs
from sqlalchemy import Connection

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import PERMISSIONS, Access, Audience, names_for
from treuwerk.services.installation import Installation
from treuwerk.services.recalculating import Asked, Progress, Recalculated, alone, foresee, recalculate
from treuwerk.services.recalculation_orders import Recalculation, State, figures, numbered
from treuwerk.store import recalculation_orders as store
from treuwerk.store import work

_SESSION = "worker"


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
    asked, access, before = _asked(found), _access(found), found.result or Recalculated()
    if found.result is None:
        foreseen = foresee(installation, asked, now, access)
        if _points(foreseen) != _points(found.foreseen):
            installation.database.run(lambda connection: _let_decide(connection, installation, found, foreseen, now))
            return f"counted anew: {words(foreseen)}"

    def keep(connection: Connection, so_far: Recalculated) -> None:
        store.move(connection, number, [State.BOOKING], result=figures(so_far.after(before)))

    try:
        done = recalculate(installation, asked, now, access, progress=progress, also=keep).after(before)
    except Refusal as refusal:
        return _fail(installation, found, refusal, now)
    installation.database.run(lambda connection: store.move(
        connection, number, [State.BOOKING], state=State.DONE.value, ended_at=now, result=figures(done)))
    return words(done)


def words(found: Recalculated) -> str:
    """The figures in a line, for operators."""
    moved = ", ".join(f"{points} {unit}" for unit, points in sorted(found.moved.items()))
    return f"{found.lines} lines, {found.changed} changed" + (f", {moved}" if moved else "")


def _let_decide(connection: Connection, installation: Installation, found: Recalculation, foreseen: Recalculated,
                now: int) -> None:
    """What was counted waits for whoever asked, or for a second person, who finds it in the work queue."""
    over = not foreseen.changed
    if not store.move(connection, found.id, [State.COUNTING, State.BOOKING], foreseen=figures(foreseen),
                      foreseen_at=now, version=found.version + 1, booked_by=0, second="", decided_at=0,
                      state=(State.DONE if over else State.READY).value, ended_at=now if over else 0):
        return  # it was withdrawn meanwhile
    if not over and not alone(installation.programme.settings, foreseen):
        work.put(connection, work.RECALCULATION, found.public_id, now, gist=f"{found.article} {found.called}"[:200])


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
