"""Many credits at once that rules give beside single events, such as for whole orders and for totals.

Each is one transaction with its explanation and a lot for each unit. All rows are written together and sealed together;
what is read and written does not depend on how many there are.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import attrs
from sqlalchemy import Connection

from treuwerk.domain.assemblies import Origin, Owed
from treuwerk.domain.earning import steps_as_json
from treuwerk.domain.ledger import FOREVER, Book
from treuwerk.domain.records import PostingValues
from treuwerk.programme.settings import Settings
from treuwerk.services.ledger.bookkeeping import Order, expire_forgotten, settle_deficits
from treuwerk.services.ledger.terms import TermsTable
from treuwerk.store import many
from treuwerk.store.balances import credit as credit_balances
from treuwerk.store.moving import MOVED
from treuwerk.store.sealed_batch import SealedBatch

_ISSUANCE, _PARTICIPANT = Book.ISSUANCE.value, Book.PARTICIPANT.value


class Gift(NamedTuple):
    """A credit: who asks for it, the day that gives its terms, points by origin, and what else each award tells."""

    order: Order
    day: str
    owed: Mapping[Origin, Owed]
    more: Mapping[str, Any]


def line_of(award: int) -> int:
    """The line of a booking in which its award with this index credits the participant; issuance has the next one."""
    return 2 * award + 1


@attrs.define
class BatchCredits:
    """Credits of accounts that are locked; `write` books them, `seal` closes them behind whatever else is booked."""

    settings: Settings
    now: int
    points: dict[str, int] = attrs.field(factory=dict)
    newest: int = 0
    _sealed: tuple[Connection, SealedBatch] | None = None

    def write(self, connection: Connection, gifts: Sequence[Gift], ids: Iterator[int]) -> list[tuple[int, int]]:
        """Book gifts, which come in the order of accounts; the answer are (account, transaction)."""
        terms, batch, given = TermsTable(self.settings, self.now), SealedBatch(self.now), _Credits()
        last = many.last_ids(connection, sorted({gift.order.account_id for gift in gifts}))
        for gift in gifts:
            account = gift.order.account_id
            last[account] = max(next(ids), last[account] + 1)
            self._add(batch, last[account], gift, terms, given)
        if given.kept:
            expire_forgotten(connection, self.settings, {account for account, _ in given.points}, self.now)
        batch.write(connection, _ISSUANCE, {home: -points for home, points in given.points.items()})
        credit_balances(connection, given.points, given.pending, given.kept)
        settle_deficits(connection, self.settings, batch.newest, self.now, given.points)
        self._sealed, self.newest = (connection, batch), max(batch.newest.values())
        for (_, unit), points in given.points.items():
            self.points[unit] = self.points.get(unit, 0) + points
        return batch.members

    def seal(self) -> None:
        """Close them: writers wait for each other from here to the commit."""
        if self._sealed:
            self._sealed[1].seal(self._sealed[0])

    def _add(self, batch: SealedBatch, number: int, gift: Gift, terms: TermsTable, given: "_Credits") -> None:
        """One booking: per origin a leg for the participant, a leg against issuance, and a lot."""
        account, awards = gift.order.account_id, list[dict[str, Any]]()
        legs, told = list[PostingValues](), dict[str, int]()
        for (rule, revision, unit), owed in gift.owed.items():
            book, active, expires, keeps = terms[rule, unit, gift.day]
            at = line_of(len(awards))
            legs += [(account, number, at, book, unit, owed.points, active, expires, keeps),
                     (account, number, at + 1, _ISSUANCE, unit, -owed.points, None, None, None)]
            batch.lots.append((account, number, at, book, unit, owed.points, owed.points, active,
                               FOREVER if expires is None else expires, True))
            given.add((account, unit), owed.points, waits=active is None, keeps=keeps)
            if book == _PARTICIPANT:
                told[unit] = told.get(unit, 0) + owed.points
            awards.append({"line": at, "unit": unit, "points": owed.points, "rule": rule, "revision": revision,
                           "steps": json.loads(steps_as_json(owed.steps)), **gift.more})
        order = gift.order
        batch.add(order.row(number, self.now, self.settings.programme.time_zone, written(awards)), legs)
        batch.tell(account, number, MOVED, json.dumps(
            {"transaction": str(number), "kind": order.kind.value, "amounts": told}))


@attrs.define
class _Credits:
    """What balances must know: points, those of them that wait for an act, and how long activity keeps them."""

    points: dict[tuple[int, str], int] = attrs.field(factory=dict)
    pending: dict[tuple[int, str], int] = attrs.field(factory=dict)
    kept: dict[tuple[int, str], int] = attrs.field(factory=dict)

    def add(self, home: tuple[int, str], points: int, *, waits: bool, keeps: int | None) -> None:
        """Note points of an account and unit."""
        self.points[home] = self.points.get(home, 0) + points
        if waits:
            self.pending[home] = self.pending.get(home, 0) + points
        if keeps is not None:
            self.kept[home] = max(keeps, self.kept.get(home, keeps))


def written(awards: Sequence[Mapping[str, Any]]) -> str:
    """Awards as the journal keeps them."""
    return json.dumps(awards, separators=(",", ":"), ensure_ascii=False)
