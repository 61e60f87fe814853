"""Attendances that a later list takes back: their points are reversed by the stored breakdown, each once."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import attrs
from sqlalchemy import Connection

from treuwerk.domain.ledger import TransactionKind
from treuwerk.domain.records import JournalRow
from treuwerk.programme.settings import Settings
from treuwerk.services.ledger import points_back
from treuwerk.services.ledger.bookkeeping import OpenAccount, Order
from treuwerk.services.ledger.points_back import undone_by
from treuwerk.store import many


class Absent(NamedTuple):
    """Somebody who did not come, by the key that an attendance would have; `at` is the line that says so."""

    account_id: int
    key: str
    day: str
    at: int


@attrs.define
class Returned:
    """What was taken back: how many attendances, and what points changed by unit."""

    attendances: int = 0
    transactions: int = 0
    points: dict[str, int] = attrs.field(factory=dict)


def reversal_key(key: str) -> str:
    """The business key of what takes an attendance back."""
    return f"reversal|{key}"


def taken_back(connection: Connection, attendances: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Those of the (account, key) pairs whose booking a list took back before."""
    keys = {(account, reversal_key(key)): (account, key) for account, key in attendances}
    return {keys[row.account_id, row.business_key] for row in many.transactions_by_key(connection, list(keys))}


def take_back(connection: Connection, absent: Sequence[Absent], file: str, settings: Settings, now: int,
              actor: str) -> Returned:
    """Reverse what is booked for people who did not come. What a person took back by hand is not taken twice."""
    done, wanted = Returned(), {(one.account_id, one.key): one for one in absent}
    booked = list(many.transactions_by_key(connection, list(wanted)))
    before = taken_back(connection, wanted)
    open_ones = [row for row in booked if (row.account_id, row.business_key) not in before]
    many.lock(connection, sorted({row.account_id for row in open_ones}))
    for account_id, rows in groupby(sorted(open_ones, key=attrgetter("account_id", "id")), attrgetter("account_id")):
        account = OpenAccount(connection, account_id, settings, now)
        for row in rows:
            if not points_back.reversals_of(connection, account_id, row.id):
                _reverse(account, row, wanted[account_id, row.business_key], file, actor, done)
    return done


def _reverse(account: OpenAccount, row: JournalRow, one: Absent, file: str, actor: str, done: Returned) -> None:
    decision = points_back.decided(account, row.id, None)
    order = Order(one.account_id, TransactionKind.REVERSAL, reversal_key(one.key), (row.id, "all"),
                  f"attendance:{file}:{one.at}", actor, occurred_on=one.day, refers_to=row.id)
    account.book(order, decision.legs, decision.explanation)
    done.attendances, done.transactions = done.attendances + 1, done.transactions + 1
    done.points = added(done.points, undone_by(decision.legs))


def added(points: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """Points by unit, added up."""
    return {unit: points.get(unit, 0) + more.get(unit, 0) for unit in sorted({*points, *more})}
