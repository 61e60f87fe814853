"""Short cuts to proofs: one scan that shows that several laws hold.

A short cut names the laws that it has proven, never one that is broken; the others are then checked in full by the
queries of `store.proofs`, which find out how often and where. Keys of the tables are unique: the database holds that.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from treuwerk.store.proofs import PROOFS

_TRANSACTIONS = text(
    "SELECT COUNT(*) AS transactions, COALESCE(SUM(t.legs), 0) AS legs, COUNT(CASE WHEN t.total <> 0 "
    "OR (t.lowest <> t.highest "
    "AND EXISTS (SELECT 1 FROM posting p WHERE p.account_id = t.account_id AND p.transaction_id = t.transaction_id "
    "GROUP BY p.unit HAVING SUM(p.amount) <> 0)) THEN 1 END) AS unbalanced FROM (SELECT account_id, transaction_id, "
    "COUNT(*) AS legs, SUM(amount) AS total, MIN(unit) AS lowest, MAX(unit) AS highest "
    "FROM posting GROUP BY account_id, transaction_id) t")
_OPEN = text(
    "SELECT COUNT(*) FROM (SELECT account_id, unit FROM ("
    "SELECT account_id, unit, posted, pending, held FROM balance UNION ALL "
    "SELECT account_id, unit, -SUM(CASE WHEN book = 'participant' THEN remaining ELSE 0 END), "
    "-SUM(CASE WHEN book = 'pending' THEN remaining ELSE 0 END), 0 FROM lot WHERE open GROUP BY account_id, unit "
    "UNION ALL SELECT account_id, unit, 0, 0, -SUM(remaining) FROM hold WHERE open GROUP BY account_id, unit"
    ") AS both_sides GROUP BY account_id, unit "
    "HAVING SUM(posted) <> 0 OR SUM(pending) <> 0 OR SUM(held) <> 0) AS wrong")
# What agrees is counted behind the join: as a part of it, PostgreSQL would hash the texts as well.
_LOTS = text(
    "SELECT COUNT(CASE WHEN p.book = l.book AND p.unit = l.unit "
    "AND p.amount = l.amount AND COALESCE(p.active_from, -1) = COALESCE(l.active_from, -1) "
    "AND COALESCE(p.expires_at, 9223372036854775807) = l.expires_at THEN 1 END) FROM lot l JOIN posting p "
    "ON p.account_id = l.account_id AND p.transaction_id = l.transaction_id AND p.line = l.line "
    "WHERE p.book IN ('participant', 'pending')")
_OF_SUMS = ("balance_is_sum_of_postings", "system_books_are_their_deltas")
_SUMS = text(
    "WITH sums AS MATERIALIZED (SELECT account_id, unit, book, SUM(amount) AS amount, MAX(keeps_until) AS keeps_until "
    "FROM posting GROUP BY account_id, unit, book) SELECT " + ", ".join(
        f"(SELECT COUNT(*) FROM ({PROOFS[law].replace('FROM posting', 'FROM sums')}) AS wrong_{at})"
        for at, law in enumerate(_OF_SUMS)))
_TRACED = text(
    "SELECT (SELECT COUNT(*) FROM lot) AS lots, (SELECT COUNT(*) FROM posting "
    "WHERE book IN ('participant', 'pending', 'held')) AS movements, (SELECT COUNT(*) FROM ("
    "SELECT account_id, transaction_id, line, SUM(amount) AS used, MIN(book) AS book, MAX(book) AS other "
    "FROM lot_use GROUP BY account_id, transaction_id, line) u JOIN posting p ON p.account_id = u.account_id "
    "AND p.transaction_id = u.transaction_id AND p.line = u.line WHERE p.book IN ('participant', 'pending', 'held') "
    "AND p.book = u.book AND u.book = u.other AND p.amount = -u.used AND NOT EXISTS (SELECT 1 FROM lot l "
    "WHERE l.account_id = u.account_id AND l.transaction_id = u.transaction_id AND l.line = u.line)) AS traced, "
    "(SELECT COUNT(*) FROM (SELECT DISTINCT account_id, transaction_id, line FROM lot_use) AS every) AS uses")
_SEALED = text(
    "SELECT (SELECT COUNT(*) FROM sealed) AS sealed, (SELECT COUNT(*) FROM unsealed) AS waiting, "
    "(SELECT COUNT(*) FROM journal) AS transactions, (SELECT COUNT(*) FROM unsealed w JOIN journal j "
    "ON j.account_id = w.account_id AND j.id = w.transaction_id) AS known, (SELECT COUNT(*) FROM unsealed w "
    "JOIN sealed s ON s.account_id = w.account_id AND s.transaction_id = w.transaction_id) AS twice, "
    "(SELECT COUNT(*) FROM purchase_identity) AS claims, (SELECT COUNT(*) FROM unsealed w JOIN journal j "
    "ON j.account_id = w.account_id AND j.id = w.transaction_id WHERE j.kind = 'accrual') AS waiting_accruals, "
    "(SELECT COUNT(*) FROM unsealed w JOIN posting p ON p.account_id = w.account_id "
    "AND p.transaction_id = w.transaction_id) AS waiting_legs")


class Run(NamedTuple):
    """A run: how many of its lines earned points, and how many earned none."""

    id: int
    booked: int
    ignored: int


def postings(connection: Connection) -> Mapping[str, int]:
    """One scan of the postings: of how many transactions they are, how many there are, and what does not add up."""
    return {name: int(count) for name, count in connection.execute(_TRANSACTIONS).one()._mapping.items()}


def booked(connection: Connection) -> set[str]:
    """One scan of the postings by account, unit and book."""
    return {law for law, wrong in zip(_OF_SUMS, connection.execute(_SUMS).one(), strict=True) if not wrong}


def summed(connection: Connection) -> set[str]:
    """One scan of the open lots and holds beside the balances."""
    wrong = connection.execute(_OPEN).scalar_one()
    return set() if wrong else {"balance_is_sum_of_open_lots", "pending_is_sum_of_open_lots",
                                "held_is_sum_of_open_holds"}


def traced(connection: Connection) -> set[str]:
    """Lots beside their postings; what moves points has its own lot or its uses, and where all add up, nothing both."""
    as_posted, row = connection.execute(_LOTS).scalar_one(), connection.execute(_TRACED).one()
    if as_posted != row.lots:
        return set()
    laws = {"lot_is_its_posting"}
    if row.traced == row.uses and row.lots + row.traced == row.movements:
        laws.add("movement_is_traced_to_its_lots")
    return laws


def counts(connection: Connection) -> Mapping[str, Any]:
    """How many rows there are of what must be there once."""
    return dict(connection.execute(_SEALED).one()._mapping)


def runs(connection: Connection) -> list[Run]:
    """What the runs say of their lines."""
    return [Run(*row) for row in connection.execute(text("SELECT id, booked - corrected, ignored FROM clearing_run"))]


SHORT_CUTS: Mapping[str, Callable[[Connection], set[str]]] = {"booked": booked, "summed": summed, "traced": traced}
