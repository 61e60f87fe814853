"""What was booked beside first bookings, such as for whole orders and for totals, in shapes that both share."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Column, Connection, select, tuple_

from treuwerk.domain.ledger import TransactionKind

_AT_ONCE = 5_000
K = TypeVar("K")


class Credited(NamedTuple):
    """A booking with its awards, and what was taken back of it since."""

    id: int
    awards: list[Mapping[str, Any]]
    undone: list[Mapping[str, Any]]
    reversals: int
    kind: str = TransactionKind.COMPLETION.value


def with_reversals(rows: Iterable[tuple[K, int, str, str | None, str]]) -> dict[K, list[Credited]]:
    """Bookings by what they are for, oldest first; rows are (for, id, explanation, that of a reversal, kind)."""
    found: dict[K, dict[int, Credited]] = {}
    for key, number, explanation, undone, kind in rows:
        of = found.setdefault(key, {})
        one = of.get(number) or Credited(number, json.loads(explanation), [], 0, kind)
        more = json.loads(undone) if undone else []
        of[number] = one._replace(undone=[*one.undone, *more], reversals=one.reversals + (undone is not None))
    return {key: list(of.values()) for key, of in found.items()}


def all_pairs(connection: Connection, account: "Column[Any]", name: "Column[Any]") -> Iterator[list[tuple[int, str]]]:
    """All accounts with a name, each pair once, some thousand at a time."""
    wanted = select(account, name).distinct().order_by(account, name).limit(_AT_ONCE)
    last: tuple[int, str] | None = None
    while True:
        behind = wanted if last is None else wanted.where(tuple_(account, name) > tuple_(*last))
        found = [(int(row[0]), str(row[1])) for row in connection.execute(behind)]
        if found:
            yield found
        if len(found) < _AT_ONCE:
            return
        last = found[-1]
