"""A second opinion: balances, lots, holds and deficits worked out from ``export journal`` alone.

It reads the lines as a stranger would who has nothing but the format, checks the seals, and shares no code with the
engine.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

OWN = {"participant": "posted", "held": "held", "pending": "pending", "deficit": "deficit"}
Place = tuple[int, str]


@dataclass
class Oracle:
    """What the journal says. Amounts are points, instants microseconds since 1970 UTC, None where there is none."""

    books: dict[tuple[int, str, str], int] = field(default_factory=lambda: defaultdict(int))
    lots: dict[tuple[int, int, int], dict[str, Any]] = field(default_factory=dict)
    held: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    kept: dict[Place, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    transactions: int = 0
    head: str = "0" * 64

    def balances(self) -> dict[Place, dict[str, int]]:
        """(account, unit) → posted, held, pending, deficit."""
        found: dict[Place, dict[str, int]] = defaultdict(lambda: dict.fromkeys(OWN.values(), 0))
        for (account, book, unit), amount in self.books.items():
            if book in OWN:
                found[account, unit][OWN[book]] = -amount if book == "deficit" else amount
        return dict(found)

    def open_lots(self) -> dict[tuple[int, int, int], int]:
        """(account, transaction, line) → what is left."""
        return {key: lot["left"] for key, lot in self.lots.items() if lot["left"]}

    def open_holds(self) -> dict[tuple[int, int], int]:
        """(account, hold) → what is reserved."""
        return {key: amount for key, amount in self.held.items() if amount}


def read_journal(lines: Iterable[str]) -> Oracle:
    """Go through an export from the first line to the last."""
    oracle, covered = Oracle(), list[dict[str, Any]]()
    for number, line in enumerate(lines, start=1):
        found = json.loads(line)
        if "transaction" not in found:
            _seal(oracle, found, covered)
            covered = []
            continue
        if found["sequence"] != oracle.transactions + 1:
            oracle.wrong.append(f"line {number}: sequence {found['sequence']}")
        covered.append(found["transaction"])
        _book(oracle, found["transaction"])
    if covered:
        oracle.wrong.append("no seal covers the last lines")
    return oracle


def _seal(oracle: Oracle, seal: dict[str, Any], covered: list[dict[str, Any]]) -> None:
    tables = " ".join(hashlib.sha256(table.encode()).hexdigest() for table in _tables(covered))
    digest = hashlib.sha256(tables.encode()).hexdigest()
    chained = f"{oracle.head} {seal['seal']} {seal['first']} {seal['last']} {digest}"
    oracle.head = hashlib.sha256(chained.encode()).hexdigest()
    if (seal["digest"], seal["head"], seal["last"]) != (digest, oracle.head, oracle.transactions):
        oracle.wrong.append(f"seal {seal['seal']}")


def _tables(covered: list[dict[str, Any]]) -> list[str]:
    """What a seal stands for: transactions, explanations, postings and uses as lines of text."""
    transactions, explanations, postings, uses = "", "", "", ""
    for place, one in enumerate(covered, start=1):
        refers = int(one["refers_to"]) if one["refers_to"] else None
        transactions += _line(place, int(one["account"]), int(one["id"]), one["kind"], one["key"], one["occurred_on"],
                              one["booked_at"], one["actor"], one["cause"], one["evidence"], refers)
        explanations += _text(one["explanation"])
        for line, *posting, used in one["postings"]:
            postings += _line(place, line, *posting)
            uses += "".join(_line(place, line, int(lot), lot_line, taken) for lot, lot_line, taken in used)
    return [transactions, explanations, postings, uses]


def _line(*values: Any) -> str:
    return _text(values)


def _text(values: Any) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n"


def _book(oracle: Oracle, transaction: dict[str, Any]) -> None:
    oracle.transactions += 1
    account, number = int(transaction["account"]), int(transaction["id"])
    sums: dict[str, int] = defaultdict(int)
    for line, book, unit, amount, active, expires, kept, uses in transaction["postings"]:
        sums[unit] += amount
        oracle.books[account, book, unit] += amount
        if kept is not None:
            oracle.kept[account, unit] = max(kept, oracle.kept.get((account, unit), kept))
        if book == "held":
            hold = number if transaction["kind"] == "hold" else int(transaction["refers_to"])
            oracle.held[account, hold] += amount
        elif book in ("participant", "pending"):
            _move(oracle, (account, number, line), book, amount, (active, expires), uses)
    if any(sums.values()):
        oracle.wrong.append(f"transaction {number} does not add up to zero")


def _move(oracle: Oracle, place: tuple[int, int, int], book: str, amount: int, terms: tuple[Any, Any],
          uses: list[Any]) -> None:
    """New points make a lot; all others come out of lots or go back into them."""
    if not uses:
        if amount < 0:
            oracle.wrong.append(f"{place} takes {amount} points of no lot")
        oracle.lots[place] = {"book": book, "amount": amount, "left": amount, "active": terms[0], "expires": terms[1]}
        return
    if sum(used for *_, used in uses) != -amount:
        oracle.wrong.append(f"{place} does not add up to its lots")
    for transaction, line, used in uses:
        lot = oracle.lots[place[0], int(transaction), line]
        lot["left"] -= used
        if not 0 <= lot["left"] <= lot["amount"]:
            oracle.wrong.append(f"{place} overdraws a lot: {lot}")
