"""Runs over files, and the problems that they met."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from treuwerk.store.driver import both, fetched
from treuwerk.store.tables import clearing_run, problem

_AT_ONCE = 1_000
CORRECTION = "correction"
_ANY_WAITS = both("SELECT EXISTS (SELECT 1 FROM problem WHERE state = 'waiting' AND settled_at IS NULL "
                  f"AND code <> '{CORRECTION}')")
COUNTERS = ("documents", "lines", "booked", "duplicate", "waiting", "rejected", "ignored", "transactions",
            "corrected", "reversals")


class RunTaken(Exception):
    """Another process works on the same run."""


def runs_of(connection: Connection, sha256: str, source: str) -> list[Row[Any]]:
    """Earlier runs over the same bytes, oldest first."""
    query = select(clearing_run).where(clearing_run.c.sha256 == sha256, clearing_run.c.source == source)
    return list(connection.execute(query.order_by(clearing_run.c.id)))


def start_run(connection: Connection, values: Mapping[str, Any]) -> None:
    """Note that a file is being worked off; all counters begin at 0."""
    zeros: dict[str, Any] = dict.fromkeys(COUNTERS, 0)
    connection.execute(insert(clearing_run).values(**zeros | dict(values), cursor=0, points="{}"))


def advance(connection: Connection, run_id: int, before: int, after: int, totals: Mapping[str, Any]) -> None:
    """Move the run's cursor over a batch, together with what the batch booked.

    Raises:
        RunTaken: the cursor is not where this process left it.
    """
    moved = connection.execute(update(clearing_run).where(clearing_run.c.id == run_id, clearing_run.c.cursor == before)
                               .values(cursor=after, **totals))
    if moved.rowcount != 1:
        raise RunTaken(f"run {run_id}: another process is working on this file; wait for it and look at its receipt")


def finish(connection: Connection, run_id: int, now: int) -> None:
    """Note that every line of the file has its fate."""
    connection.execute(update(clearing_run).where(clearing_run.c.id == run_id).values(finished_at=now))


def next_problem(connection: Connection, run_id: int) -> int:
    """The number of the next problem of a run; warnings are numbered among them."""
    last: int | None = connection.execute(
        select(func.max(problem.c.number)).where(problem.c.run_id == run_id)).scalar()
    return 0 if last is None else last + 1


def note_problems(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keep problems. A number that is there already is another process's, which `advance` finds out."""
    values = list(rows)
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    if values:
        connection.execute(dialect.insert(problem).on_conflict_do_nothing(), values)


def settle(connection: Connection, keys: Iterable[str], now: int) -> set[int]:
    """Waiting lines whose purchase is booked now wait no longer. Corrections of it still wait for a person.

    The answer are the runs that met them.
    """
    open_ones = (problem.c.state == "waiting", problem.c.settled_at.is_(None),
                 problem.c.code.not_in((CORRECTION, "claimed_by_other")))
    if not fetched(connection, _ANY_WAITS, ())[0][0]:
        return set()
    wanted, met = list(keys), set[int]()
    for start in range(0, len(wanted), _AT_ONCE):
        chunk = wanted[start : start + _AT_ONCE]
        met |= set(connection.execute(update(problem).where(*open_ones, problem.c.purchase_key.in_(chunk)).values(
            settled_at=now).returning(problem.c.run_id)).scalars())
    return met


def problems_of(connection: Connection, run_id: int) -> Iterator[Row[Any]]:
    """Problems of a run in the order of the file."""
    query = select(problem).where(problem.c.run_id == run_id).order_by(problem.c.at_line, problem.c.number)
    yield from connection.execute(query)
