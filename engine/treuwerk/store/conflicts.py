"""Lines that wait since something is booked, what people decided about them, and the lines that this is about."""

import json
from collections.abc import Collection, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, Row, Select, and_, exists, func, or_, select, text, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from treuwerk.store.keyset import Key, Slice, sliced
from treuwerk.store.tables import clearing_run, conflict_decision, journal, participant, problem, purchase_line
from treuwerk.store.tables.purchases import IS_CONFLICT

WAITING, DONE, REFUSED, UNDONE = "waiting", "done", "refused", "undone"
"""States of a decision."""
Place = tuple[int, int]
"""Account and line."""


@attrs.frozen
class Narrowed:
    """Which conflicts are wanted: of a code, of a document or file, those that wait for a second person; or all."""

    code: str = ""
    words: str = ""
    waits: bool = False


def open_ones(connection: Connection, narrowed: Narrowed, *, limit: int, falling: bool = True, after: Key | None = None,
              before: Key | None = None) -> Slice:
    """A page of the conflicts that nobody decided, each with the file that brought it, by when it came."""
    query = _narrowed(select(problem, clearing_run.c.file, clearing_run.c.source, clearing_run.c.started_at), narrowed)
    return sliced(connection, query, [problem.c.run_id, problem.c.number], limit=limit, descending=falling, after=after,
                  before=before)


def count_open(connection: Connection, narrowed: Narrowed, at_most: int) -> int:
    """How many conflicts nobody decided, up to a number beyond which nobody counts."""
    some = _narrowed(select(problem.c.run_id), narrowed).limit(at_most).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def _narrowed(query: Select[*tuple[Any, ...]], narrowed: Narrowed) -> Select[*tuple[Any, ...]]:
    query = query.select_from(problem.join(clearing_run, clearing_run.c.id == problem.c.run_id)).where(
        text(IS_CONFLICT))
    if narrowed.code:
        query = query.where(problem.c.code == narrowed.code)
    if narrowed.words:
        query = query.where(or_(problem.c.document.icontains(narrowed.words, autoescape=True),
                                clearing_run.c.file.icontains(narrowed.words, autoescape=True)))
    if narrowed.waits:
        of = conflict_decision.c
        query = query.where(exists().where(
            of.run_id == problem.c.run_id, of.number == problem.c.number, of.state == WAITING))
    return query


def waiting_decisions(connection: Connection, places: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of these problems have a decision that waits for a second person."""
    of = conflict_decision.c
    rows = connection.execute(select(of.run_id, of.number).where(
        tuple_(of.run_id, of.number).in_(sorted(places)), of.state == WAITING)) if places else ()
    return {(run_id, number) for run_id, number in rows}


def conflict(connection: Connection, run_id: int, number: int) -> Row[Any] | None:
    """One conflict with the file that brought it, decided or not."""
    return connection.execute(select(
        problem, clearing_run.c.file, clearing_run.c.source, clearing_run.c.actor, clearing_run.c.started_at).join(
        clearing_run, clearing_run.c.id == problem.c.run_id).where(
        problem.c.run_id == run_id, problem.c.number == number)).one_or_none()


def decisions(connection: Connection, run_id: int, number: int) -> Sequence[Row[Any]]:
    """What was decided about a conflict, oldest first."""
    return connection.execute(select(conflict_decision).where(
        conflict_decision.c.run_id == run_id, conflict_decision.c.number == number)
        .order_by(conflict_decision.c.turn)).all()


def decide(connection: Connection, values: dict[str, Any]) -> bool:
    """Keep a decision; False where its turn is decided already."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    made = dialect.insert(conflict_decision).values(values).on_conflict_do_nothing()
    return connection.execute(made.returning(conflict_decision.c.turn)).one_or_none() is not None


def change(connection: Connection, at: tuple[int, int, int], before: str, **values: Any) -> bool:
    """Change a decision that is in a state; False where it is in another one by now."""
    of = conflict_decision.c
    return connection.execute(update(conflict_decision).where(
        of.run_id == at[0], of.number == at[1], of.turn == at[2], of.state == before).values(**values)).rowcount == 1


def settle(connection: Connection, run_id: int, number: int, now: int | None) -> None:
    """Note that a conflict is decided, or open again (None)."""
    connection.execute(update(problem).where(problem.c.run_id == run_id, problem.c.number == number).values(
        settled_at=now))


def settle_line(connection: Connection, run_id: int, number: int, before: str, after: str, now: int | None) -> bool:
    """Move a rejected or closed line to another state, settled at an instant or open (None); False: it is moved."""
    unlike = problem.c.settled_at.is_not(None) if now is None else problem.c.settled_at.is_(None)
    return connection.execute(update(problem).where(
        problem.c.run_id == run_id, problem.c.number == number, problem.c.state == before, unlike).values(
        state=after, settled_at=now)).rowcount == 1


def lines_with_runs(connection: Connection, places: Collection[Place]) -> dict[Place, Row[Any]]:
    """Booked lines with the run that brought each, its accrual's key, and the name of its participant."""
    if not places:
        return {}
    of = purchase_line.c
    rows = connection.execute(select(
        purchase_line, clearing_run.c.file, clearing_run.c.actor, clearing_run.c.started_at, journal.c.business_key,
        journal.c.explanation, participant.c.name.label("participant")).select_from(
        purchase_line.join(clearing_run, clearing_run.c.id == of.run_id)
        .join(journal, and_(journal.c.account_id == of.account_id, journal.c.id == of.id), isouter=True)
        .join(participant, participant.c.account_id == of.account_id, isouter=True)).where(
        tuple_(of.account_id, of.id).in_(sorted(places))))
    return {(row.account_id, row.id): row for row in rows}


def names(connection: Connection, accounts: Collection[int]) -> dict[int, str]:
    """Names of participants by account."""
    rows = connection.execute(select(participant.c.account_id, participant.c.name).where(
        participant.c.account_id.in_(sorted(accounts))))
    return {row.account_id: row.name for row in rows}


def read_places(stored: str) -> tuple[list[Place], ...]:
    """Lines that a decision booked, and those that it took back."""
    told = json.loads(stored or "{}")
    return tuple([(int(account), int(line)) for account, line in told.get(name, [])] for name in ("booked", "taken"))


def written_places(booked: Collection[Place], taken: Collection[Place]) -> str:
    """The same as it is kept; ids as texts, since they are larger than the numbers of a browser."""
    return json.dumps({name: [[str(account), str(line)] for account, line in sorted(places)]
                       for name, places in (("booked", booked), ("taken", taken))})

