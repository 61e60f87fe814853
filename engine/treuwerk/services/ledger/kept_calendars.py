"""Expiry calendars that are kept in memory until a booking or the clock changes them.

A calendar adds up all open lots of an account. Every booking raises the version of the balance rows that it touches, so
a calendar made at the same versions is still right, until its next lot ends or becomes active.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, TypeVar

import attrs
from sqlalchemy import Row

from treuwerk.domain.ledger import FOREVER

T = TypeVar("T")
Versions = tuple[tuple[str, int], ...]
"""Units of an account with the versions of their balance rows."""


@attrs.frozen
class _Kept:
    versions: Versions
    since: int
    until: int
    rows: Sequence[Row[Any]]


class Calendars:
    """The calendars of the accounts that were asked for last, of one database, and what else only bookings change."""

    def __init__(self, at_most: int = 2_000) -> None:
        self._at_most = at_most
        self._facts: OrderedDict[tuple[str, int], tuple[Versions, Any]] = OrderedDict()
        self._by_account: OrderedDict[int, _Kept] = OrderedDict()
        self._lock = Lock()

    def of(self, account_id: int, versions: Versions, now: int,
           read: Callable[[], Sequence[Row[Any]]]) -> Sequence[Row[Any]]:
        """The sums of an account's open lots at these versions, read anew where nothing fitting is kept."""
        with self._lock:
            kept = self._by_account.get(account_id)
            if kept is not None and kept.versions == versions and kept.since <= now < kept.until:
                self._by_account.move_to_end(account_id)
                return kept.rows
        rows = read()
        changes = [row.ends for row in rows] + [row.starts for row in rows if row.starts is not None]
        with self._lock:
            self._by_account[account_id] = _Kept(versions, now, min(changes, default=FOREVER), rows)
            self._by_account.move_to_end(account_id)
            while len(self._by_account) > self._at_most:
                self._by_account.popitem(last=False)
        return rows

    def fact(self, name: str, account_id: int, versions: Versions, read: Callable[[], T]) -> T:
        """What is true of an account at these versions, such as when it was first used."""
        with self._lock:
            kept = self._facts.get((name, account_id))
            if kept is not None and kept[0] == versions:
                self._facts.move_to_end((name, account_id))
                found: T = kept[1]
                return found
        found = read()
        with self._lock:
            self._facts[name, account_id] = versions, found
            self._facts.move_to_end((name, account_id))
            while len(self._facts) > 2 * self._at_most:
                self._facts.popitem(last=False)
        return found
