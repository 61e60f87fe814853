"""All that was bought and attended, account by account, in batches of some thousand.

Every batch is a look of its own, behind the key of the one before: a simulation takes minutes, and who reads SQLite for
long keeps everybody from booking.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from heapq import merge
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, exists, select, text, tuple_

from treuwerk.store.tables import account_merge, activity, journal, purchase_line

_AT_ONCE = 5_000
_LINE, _ACTIVITY = purchase_line.c, activity.c
_FACTS = (_LINE.source, _LINE.seller, _LINE.document, _LINE.line, _LINE.occurred_on, _LINE.article_number,
          _LINE.quantity, _LINE.reported_quantity, _LINE.reported_unit, _LINE.net_millionths, _LINE.currency,
          _LINE.order_number, _LINE.features, _LINE.serials, _LINE.place)
Reading = Callable[[], AbstractContextManager[Connection]]


class Past(NamedTuple):
    """A purchase line with its facts, as `clearing.matched_lines` names them; or an activity with its kind and code."""

    account_id: int
    id: int
    day: str
    facts: tuple[Any, ...] = ()
    kind: str = ""
    code: str = ""


def history(reading: Reading, since: str = "") -> Iterator[list[Past]]:
    """All events in batches of whole accounts, those of an account in the order in which they were booked.

    `since` is the first day that counts, ISO 8601; empty: from the first on.
    """
    batch: list[Past] = []
    events = merge(_read(reading, _lines, since), _read(reading, _activities, since), key=attrgetter("account_id"))
    for _, of_account in groupby(events, key=attrgetter("account_id")):
        batch += sorted(of_account, key=attrgetter("id"))
        if len(batch) >= _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def count(connection: Connection) -> int:
    """How many events there are."""
    return int(connection.execute(text(
        "SELECT (SELECT COUNT(*) FROM purchase_line) + (SELECT COUNT(*) FROM activity)")).scalar_one())


def _read(reading: Reading, query: Callable[[Connection, tuple[int, int], str], list[Past]],
          since: str) -> Iterator[Past]:
    behind = (-1, -1)
    while True:
        with reading() as connection:
            found = query(connection, behind, since)
        yield from found
        if len(found) < _AT_ONCE:
            return
        behind = found[-1][:2]


def _lines(connection: Connection, behind: tuple[int, int], since: str) -> list[Past]:
    rows = connection.execute(
        select(_LINE.account_id, _LINE.id, *_FACTS)
        .where(tuple_(_LINE.account_id, _LINE.id) > tuple_(*behind), _LINE.occurred_on >= since,
               _LINE.occurred_on != "")  # of some that were said again no document told the day
        .order_by(_LINE.account_id, _LINE.id).limit(_AT_ONCE))
    return [Past(row[0], row[1], row[6], row[2:]) for row in map(tuple, rows)]


def _activities(connection: Connection, behind: tuple[int, int], since: str) -> list[Past]:
    """Without those that were taken back: attendances are there, or they are not."""
    taken_back = exists().where(journal.c.account_id == _ACTIVITY.account_id, journal.c.refers_to == _ACTIVITY.id,
                                journal.c.kind == "reversal")
    rows = connection.execute(
        select(_ACTIVITY.account_id, _ACTIVITY.id, _ACTIVITY.occurred_on, _ACTIVITY.kind, _ACTIVITY.code)
        .where(tuple_(_ACTIVITY.account_id, _ACTIVITY.id) > tuple_(*behind), _ACTIVITY.occurred_on >= since,
               ~taken_back)
        .order_by(_ACTIVITY.account_id, _ACTIVITY.id).limit(_AT_ONCE))
    return [Past(row[0], row[1], row[2], (), row[3], row[4]) for row in rows]


def heirs(connection: Connection) -> dict[int, int]:
    """Accounts that became one with another one, each with the one that is left."""
    into = {row.account_id: row.into_account_id for row in connection.execute(
        select(account_merge.c.account_id, account_merge.c.into_account_id)
        .where(account_merge.c.undone_at.is_(None)))}
    found = {}
    for first in into:
        last = first
        while last in into:
            last = into[last]
        found[first] = last
    return found
