"""Proving the ledger: every law by name, recomputed from the rows alone, without changing any."""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import islice
from typing import Any

import attrs
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from treuwerk.domain.earning import fold, steps_from_json
from treuwerk.domain.ledger import FIRST_HEAD, LOT_BOOKS, chained
from treuwerk.domain.records import digest_of, record
from treuwerk.services import proving
from treuwerk.store.database import Database
from treuwerk.store.journal import Entry, entries, seals
from treuwerk.store.proofs import PROOFS

_LAWS = {
    "purchases_are_as_claimed": proving.changed_purchases,
    "activities_are_as_claimed": proving.changed_activities,
    "messages_tell_what_was_credited": proving.wrong_messages,
    "system_books_are_their_deltas": proving.wrong_system_books,
    "bucket_is_that_of_the_account": proving.wrong_buckets,
}


@attrs.frozen
class Invariant:
    """One law: ok, violated (how often, and where first), or could not run (why)."""

    name: str
    state: str
    count: int = 0
    first_violation: str = ""

    def as_json(self) -> dict[str, Any]:
        """The shape that others rely on."""
        return attrs.asdict(self)


@attrs.frozen
class Verdict:
    """All laws of one look at the database."""

    invariants: list[Invariant]
    transactions: int

    @property
    def ok(self) -> bool:
        """Whether every law holds."""
        return all(invariant.state == "ok" for invariant in self.invariants)

    @property
    def could_not_run(self) -> bool:
        """Whether a law could not be checked."""
        return any(invariant.state == "could_not_run" for invariant in self.invariants)


def verify(database: Database, told: Callable[[int, int], None] = lambda done, total: None) -> Verdict:
    """Check every law in one consistent, read-only look; `told` hears of each law that is done, and of how many."""
    with database.reading() as connection:
        transactions = connection.execute(text("SELECT COUNT(*) FROM journal")).scalar_one()
        checks: dict[str, Callable[[], Iterator[str]]] = {
            name: lambda statement=statement: _rows(connection, statement)  # type: ignore[misc]
            for name, statement in PROOFS.items()}
        checks["explanations_fold_to_their_points"] = lambda: _wrong_explanations(connection)
        checks["chain_of_seals"] = lambda: _broken_seals(connection)
        checks |= {name: partial(law, connection) for name, law in _LAWS.items()}
        invariants = []
        for name, check in checks.items():
            invariants.append(_checked(name, check))
            told(len(invariants), len(checks))
        return Verdict(invariants, transactions)


def _checked(name: str, check: Callable[[], Iterator[str]]) -> Invariant:
    try:
        violations = check()
        first = next(violations, None)
        if first is None:
            return Invariant(name, "ok")
        return Invariant(name, "violated", 1 + sum(1 for _ in violations), first)
    except SQLAlchemyError as error:
        return Invariant(name, "could_not_run", 0, str(error.__cause__ or error))


def _rows(connection: Connection, statement: str) -> Iterator[str]:
    for row in connection.execute(text(statement)):
        yield ", ".join(f"{column} {value}" for column, value in row._mapping.items())


def _wrong_explanations(connection: Connection) -> Iterator[str]:
    for entry in entries(connection):
        if entry.row.kind == "accrual" and not _explains(entry):
            yield (f"sequence {entry.sequence}: the explanation does not give the points of account "
                   f"{entry.row.account_id}")


def _explains(entry: Entry) -> bool:
    """Whether each credit of the participant has one explanation, whose tape folds to its points."""
    credited = {p.line: (p.unit, p.amount) for p in entry.postings if p.book in LOT_BOOKS}
    try:
        awards = json.loads(entry.row.explanation)
        explained = {award["line"]: (award["unit"], award["points"]) for award in awards}
        return explained == credited and len(awards) == len(credited) and all(
            _folded(json.dumps(award["steps"])) == award["points"] for award in awards)
    except (ValueError, KeyError, TypeError, ZeroDivisionError):
        return False


@lru_cache(maxsize=65_536)  # the same tape stands behind many lines
def _folded(tape: str) -> object:
    figures = fold(steps_from_json(json.loads(tape)))
    return figures[-1] if figures else None


def _broken_seals(connection: Connection) -> Iterator[str]:
    stream, previous = entries(connection), FIRST_HEAD
    for number, seal in enumerate(seals(connection), start=1):
        size = max(seal.last_sequence - seal.first_sequence + 1, 0)
        members = [record(entry.row, entry.postings, entry.uses) for entry in islice(stream, size)]
        digest = digest_of(members)
        head = chained(previous, number, seal.first_sequence, seal.last_sequence, digest)
        if (seal.number, seal.digest, seal.previous_head, seal.head) != (number, digest, previous, head):
            yield f"seal {seal.number}: found head {seal.head}, the rows of the journal give {head}"
        previous = seal.head
    if rest := next(stream, None):
        yield f"sequence {rest.sequence}: no seal covers it"
