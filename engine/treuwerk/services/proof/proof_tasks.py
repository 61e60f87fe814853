"""The work of a proof in pieces that can be done side by side: each looks at some rows and says what it found."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import attrs
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from treuwerk.services.proof import proving
from treuwerk.services.proof.proving_orders import wrong_orders
from treuwerk.services.proof.proving_totals import wrong_totals
from treuwerk.store import guards, shortcuts
from treuwerk.store.journal import seals
from treuwerk.store.limit_proofs import LIMIT_PROOFS
from treuwerk.store.message_proofs import message_proofs
from treuwerk.store.order_proofs import order_proofs
from treuwerk.store.proofs import PROOFS


@attrs.frozen
class Task:
    """One piece: a kind of work, and its part where it is divided."""

    kind: str
    part: Any = None


@attrs.frozen
class Found:
    """What a piece of work found: per law how many violations and the first; laws that it proved; other figures."""

    violations: Mapping[str, tuple[int, str]] = attrs.field(factory=dict)
    proven: frozenset[str] = frozenset()
    figures: Mapping[str, Any] = attrs.field(factory=dict)
    seconds: float = 0.0
    error: str = ""


def run(connection: Connection, task: Task) -> Found:
    """Do a piece of work; an error of the database is part of what was found."""
    started = time.perf_counter()
    errors = (SQLAlchemyError, connection.dialect.loaded_dbapi.Error)
    connection.exec_driver_sql("SAVEPOINT piece")  # an error ends this piece, and not the look at one state
    try:
        found = _WORK[task.kind](connection, task.part)
    except errors as error:
        connection.exec_driver_sql("ROLLBACK TO piece")
        found = Found(error=str(error.__cause__ or error))
    connection.exec_driver_sql("RELEASE piece")
    return attrs.evolve(found, seconds=time.perf_counter() - started)


def counted(laws: Mapping[str, Iterable[str]]) -> dict[str, tuple[int, str]]:
    """Per law with violations: how many, and the first."""
    found = {}
    for law, violations in laws.items():
        each = iter(violations)
        if (first := next(each, None)) is not None:
            found[law] = 1 + sum(1 for _ in each), first
    return found


def _records(connection: Connection, seals: list[proving.Seal]) -> Found:
    digests, newest, violations, figures = proving.records_of(connection, seals)
    return Found(counted({"explanations_fold_to_their_points": violations}),
                 figures=figures | {"digests": digests, "newest": newest})


def _explained(connection: Connection, _: None) -> Found:
    return Found(figures={"explained": proving.explained_first_lines(connection)})


def _unexplained(connection: Connection, seals: list[proving.Seal]) -> Found:
    violations = (one for _, first, last, _ in seals for one in proving.unexplained(connection, first, last))
    return Found(counted({"explanations_fold_to_their_points": violations}))


def _waiting(connection: Connection, _: None) -> Found:
    return Found(counted({"explanations_fold_to_their_points": proving.wrong_while_waiting(connection)}))


def _purchases(connection: Connection, part: int) -> Found:
    runs: Counter[tuple[int, bool]] = Counter()
    violations = proving.changed_purchases(connection, part, runs)
    return Found(counted({"purchases_are_as_claimed": violations}), figures={"runs": runs})


def _activities(connection: Connection, _: None) -> Found:
    claims: Counter[bool] = Counter()
    violations = proving.changed_activities(connection, claims)
    return Found(counted({"activities_are_as_claimed": violations}), figures={"activities": claims})


def _seals(connection: Connection, _: None) -> Found:
    return Found(figures={"seals": list(seals(connection))})


def _postings(connection: Connection, _: None) -> Found:
    found = shortcuts.postings(connection)
    laws = () if found["unbalanced"] else ("zero_sum_per_transaction_and_unit",)
    return Found(proven=frozenset(laws), figures={"postings": found})


def _counts(connection: Connection, _: None) -> Found:
    return Found(figures={"counts": shortcuts.counts(connection), "every_run": shortcuts.runs(connection)})


def _short_cut(connection: Connection, name: str) -> Found:
    return Found(proven=frozenset(shortcuts.SHORT_CUTS[name](connection)))


def _law(connection: Connection, name: str) -> Found:
    return Found(counted({name: _laws(connection.dialect.name)[name](connection)}))


def _queried(connection: Connection, statement: str) -> Iterator[str]:
    for row in connection.exec_driver_sql(statement):
        yield ", ".join(f"{column} {value}" for column, value in row._mapping.items())


def _missing_guards(connection: Connection) -> Iterator[str]:
    for guard in guards.guards(connection):
        if not guard.stands:
            yield f"{guard.name} on table {guard.table} is {guard.state}; treuwerk protect puts it back"


def _laws(dialect: str) -> dict[str, Callable[[Connection], Iterator[str]]]:
    """Every law that one look at the database can check in full."""
    queries = PROOFS | LIMIT_PROOFS | order_proofs(dialect) | message_proofs(dialect)
    return {name: partial(_queried, statement=statement) for name, statement in queries.items()} | {
        "bucket_is_that_of_the_account": proving.wrong_buckets,
        "append_only_guards_are_there": _missing_guards,
        "orders_are_paid_as_they_are_judged": wrong_orders,
        "totals_are_paid_as_they_count": wrong_totals,
    }


def names_of_laws(dialect: str) -> list[str]:
    """The laws of `Task("law", name)`, in the order in which they are told."""
    return list(_laws(dialect))


_WORK: Mapping[str, Callable[[Connection, Any], Found]] = {
    "records": _records, "explained": _explained, "unexplained": _unexplained, "waiting": _waiting,
    "purchases": _purchases, "activities": _activities,
    "short_cut": _short_cut, "law": _law, "seals": _seals, "counts": _counts, "postings": _postings,
}
