"""Booking on one account: lock it, look, decide, write; all in one database transaction.

An account that is opened is first swept of what has expired, so nobody spends it, and its statement tells things in
the order in which they happened. Who asks a second time with the same key gets the first answer.
"""

import json
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

import attrs
from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.evaluation import MOST_POINTS
from treuwerk.domain.ledger import Book, TransactionKind, moment
from treuwerk.domain.lots import Lot, Part, first_of, lapsed
from treuwerk.domain.movements import Legs, Restoring, settled, taken
from treuwerk.domain.records import JournalRow, evidence_of
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.programme.settings import Settings, Unit
from treuwerk.services.clocks import check_ahead
from treuwerk.services.installation import Installation
from treuwerk.store import accounts, moving
from treuwerk.store.accounts import Standing
from treuwerk.store.limits import Back, give_back
from treuwerk.store.many import transactions_by_key

SYSTEM = "system"


@attrs.frozen
class Order:
    """What somebody wants booked, once: `key` is unique per account for good, `facts` are what it stands for.

    `occurred_on` is an ISO day, that of booking where it is empty; `refers_to` a transaction of the same account.
    """

    account_id: int
    kind: TransactionKind
    key: str
    facts: tuple[object, ...]
    cause: str
    actor: str = SYSTEM
    occurred_on: str = ""
    refers_to: int | None = None

    @property
    def evidence(self) -> str:
        """The digest of what was asked for, by which a repetition is known from a conflict."""
        return evidence_of("\x1f".join(map(str, (self.account_id, self.kind.value, *self.facts))))

    def row(self, number: int, now: int, zone: ZoneInfo, explanation: str = "[]") -> JournalRow:
        """Its row in the journal under an id, if it is booked at an instant."""
        day = self.occurred_on or moment(now).astimezone(zone).date().isoformat()
        return JournalRow(self.account_id, number, self.kind.value, self.key, day, now, self.actor, self.cause,
                          self.evidence, explanation, self.refers_to)


@attrs.frozen
class Booked:
    """A transaction: its public id, its row, and whether it was booked before."""

    row: JournalRow
    repeated: bool = False

    @property
    def id(self) -> str:
        """The public id."""
        return ids.public_id(ids.TRANSACTION, self.row.account_id, self.row.id)


Due = tuple[int, str, int]
"""Account, unit and the instant at which points are gone: what expires in one transaction."""


def expiry_keys(connection: Connection, expiries: Collection[Due]) -> dict[Due, str]:
    """The business key of each expiry of locked accounts; points that were booked behind their time count on."""
    wanted = {expiry: f"expiry|{expiry[1]}|{expiry[2]}" for expiry in expiries}
    keys, number = dict(wanted), 1
    while wanted:
        asked = [(expiry[0], key) for expiry, key in wanted.items()]
        taken_keys = {(row.account_id, row.business_key) for row in transactions_by_key(connection, asked)}
        number += 1
        wanted = {one: f"expiry|{one[1]}|{one[2]}|{number}" for one, key in wanted.items()
                  if (one[0], key) in taken_keys}
        keys |= wanted
    return keys


def expiry_order(expiry: Due, key: str, day: str) -> Order:
    """What is booked where points are gone; `day` is the last one on which they lived."""
    return Order(expiry[0], TransactionKind.EXPIRY, key, expiry[1:], "expiry", occurred_on=day)


def day_before(at: int, zone: ZoneInfo) -> str:
    """The ISO day of the last instant before another."""
    return moment(at - 1).astimezone(zone).date().isoformat()


class OpenAccount:
    """An account under lock, or only some `units` of it. What is booked shows at once in `standing`.

    With `confirmed` somebody has seen that the clock is right, however long nothing was booked. What is booked gets ids
    larger than `behind`.
    """

    def __init__(self, connection: Connection, account_id: int, settings: Settings, now: int,
                 units: Iterable[str] | None = None, *, confirmed: bool = False, behind: int = 0) -> None:
        self.connection, self.account_id, self.settings, self.now = connection, account_id, settings, now
        self.confirmed = confirmed
        self.standing: dict[str, Standing] = accounts.lock(connection, account_id, units)
        self._ids = ids.row_ids(now, behind)
        self._last: int | None = None
        self._swept: set[str] = set()

    @property
    def zone(self) -> ZoneInfo:
        """In which days begin and end."""
        return self.settings.programme.time_zone

    def known(self, key: str) -> JournalRow | None:
        """The transaction with this business key."""
        self._last, row = accounts.last_id_and_known(self.connection, self.account_id, key)
        return row

    def unit(self, code: str) -> Unit:
        """The settings of a unit.

        Raises:
            Refusal: the programme has no such unit.
        """
        return known_unit(self.settings, code)

    def lots(self, unit: str, amount: int) -> list[Lot]:
        """Lots that can be spent now, in the order of spending: enough for `amount`, or all there are."""
        lots = accounts.open_lots(self.connection, self.account_id, unit, self.now, amount)
        if lots and lapsed(lots, self.now, self.standing[unit].kept_until):
            self.sweep(unit)
            lots = accounts.open_lots(self.connection, self.account_id, unit, self.now, amount)
        return lots

    def sweep(self, unit: str) -> None:
        """Book out what has expired of a unit.

        Raises:
            ImplausibleClock: something has, and the clock is far ahead of the last booking.
        """
        if unit in self._swept or unit not in self.standing:
            return
        self._swept.add(unit)
        expired = self._due(unit)
        if expired and not self.confirmed:
            check_ahead(self.connection, self.now)
        for due, lots in expired.items():
            parts = first_of(lots, sum(lot.remaining for lot in lots))
            expiry = (self.account_id, unit, due)
            key = expiry_keys(self.connection, [expiry])[expiry]
            self.book(expiry_order(expiry, key, day_before(due, self.zone)), taken(unit, parts, Book.EXPIRED))

    def expire_forgotten(self, unit: str, parts: Sequence[Part], since: int) -> list[Legs]:
        """Book out points that are back, if all points of their unit went by inactivity since they were taken.

        Those whose own time is over are left to a sweep. Returns the legs of each transaction.
        """
        forgotten = self.forgotten_since(unit, since)
        gone = [part for part in parts if forgotten is not None and part.expires_at > forgotten]
        if forgotten is None or not gone:
            return []
        expiry, legs = (self.account_id, unit, forgotten), taken(unit, gone, Book.EXPIRED)
        key = expiry_keys(self.connection, [expiry])[expiry]
        self.book(expiry_order(expiry, key, day_before(forgotten, self.zone)), legs)
        return [legs]

    def _due(self, unit: str) -> Mapping[int, Sequence[Lot]]:
        """Lots that are to expire, by the instant of their expiry."""
        kept_until = self.standing[unit].kept_until
        due: dict[int, list[Lot]] = {}
        for lot in accounts.due_lots(self.connection, self.account_id, unit, self.now, kept_until):
            due.setdefault(min(lot.expires_at, kept_until or lot.expires_at), []).append(lot)
        return due

    def book(self, order: Order, legs: Legs, explanation: str = "[]") -> JournalRow:
        """Write one transaction."""
        if self._last is None:
            self._last = accounts.last_id(self.connection, self.account_id)
        self._last = max(next(self._ids), self._last + 1)
        row = order.row(self._last, self.now, self.zone, explanation)
        moving.write(self.connection, row, legs, self.standing)
        self._note(legs)
        if order.kind is TransactionKind.REVERSAL and order.refers_to is not None:
            give_back(self.connection, [Back(self.account_id, row.id, order.refers_to, json.loads(explanation))],
                      moment(self.now).astimezone(self.zone).date().isoformat())
        return row

    def _note(self, legs: Legs) -> None:
        for leg in legs:
            at = self.standing.get(leg.unit, Standing())
            changes = {Book.PARTICIPANT: "posted", Book.HELD: "held", Book.PENDING: "pending", Book.DEFICIT: "deficit"}
            if name := changes.get(leg.book):
                amount = -leg.amount if leg.book is Book.DEFICIT else leg.amount
                at = at._replace(**{name: getattr(at, name) + amount})
            if leg.keeps_until is not None:
                at = at._replace(kept_until=max(at.kept_until or 0, leg.keeps_until))
            self.standing[leg.unit] = at

    def settle(self, cause_id: int) -> None:
        """Make good deficits from points that a transaction brought."""
        for unit in sorted(self.standing):
            missing = self.standing[unit].deficit
            if not missing or not self.standing[unit].posted:
                continue
            self.sweep(unit)
            lots = accounts.all_lots(self.connection, self.account_id, unit, Book.PARTICIPANT)
            if parts := first_of(lots, missing):
                self.book(Order(self.account_id, TransactionKind.SETTLEMENT, f"settlement|{unit}|{cause_id}",
                                (unit, cause_id), "deficit", refers_to=cause_id), settled(unit, parts))

    def restoring(self, unit: str, parts: Sequence[Part], since: int, now: int) -> Restoring:
        """What is to become of parts of lots that the transaction `since` took, and that come back at `now`."""
        at, makers = self.standing[unit], sorted({part.transaction_id for part in parts})
        losses, origins = accounts.losses_of(self.connection, self.account_id, makers, unit)
        kept_until = self.forgotten_since(unit, since) or at.kept_until
        return Restoring(now, kept_until, at.deficit, losses, origins)

    def forgotten_since(self, unit: str, since: int) -> int | None:
        """When all points of a unit first went by inactivity behind a transaction, if new activity followed on that.

        Points that were away meanwhile, spent or reserved, do not live on with the new ones.
        """
        if self.standing[unit].kept_until is None:
            return None
        return accounts.forgotten_since(self.connection, self.account_id, unit, since, self.now)

    def refuse_if_blocked(self) -> None:
        """Refuse where the policy of a unit blocks all spending until its deficit is settled.

        Raises:
            Refusal: `blocked`.
        """
        if refusal := blocked_by(self.settings, self.standing):
            raise refusal


class Decision(NamedTuple):
    """What is to be booked: the legs, and the breakdown to be stored with them."""

    legs: Legs
    explanation: str = "[]"


Decide = Callable[[OpenAccount], Decision]
Note = Callable[[OpenAccount, JournalRow, Legs], None]


def book_once(installation: Installation, order: Order, now: int, decide: Decide,
              note: Note = lambda account, row, legs: None) -> Booked:
    """Book an order unless it is booked already; `decide` is asked once the account is locked.

    `note` writes what goes with the transaction, in the same database transaction.

    Raises:
        Refusal: it cannot be booked; nothing was.
        KeyConflict: its key stands for something else.
    """
    settings = installation.programme.settings
    return installation.database.run(
        lambda connection: book(OpenAccount(connection, order.account_id, settings, now), order, decide, note))


def book(account: OpenAccount, order: Order, decide: Decide,
         note: Note = lambda account, row, legs: None) -> Booked:
    """`book_once` on an account that is open already."""
    if before := repeated(account, order):
        return before
    legs, explanation = decide(account)
    row = account.book(order, legs, explanation)
    note(account, row, legs)
    account.settle(row.id)
    return Booked(row)


def repeated(account: OpenAccount, order: Order) -> Booked | None:
    """What is booked under the order's key already.

    Raises:
        KeyConflict: that is something else.
    """
    before = account.known(order.key)
    if before is None:
        return None
    booked = Booked(before, repeated=True)
    if before.evidence != order.evidence:
        raise KeyConflict(order.key, booked.id)
    return booked


def settle_deficits(connection: Connection, settings: Settings, newest: Mapping[int, int], now: int,
                    credited: Container[tuple[int, str]] | None = None) -> None:
    """Make good the deficits of accounts that a batch changed; `newest` has the last transaction of each.

    `credited` narrows them to the (account, unit) whose balances are locked: others would be locked out of order.
    """
    owing = [(account_id, unit) for account_id, unit in accounts.in_deficit(connection)
             if account_id in newest and (credited is None or (account_id, unit) in credited)]
    for account_id, pairs in groupby(owing, key=itemgetter(0)):
        OpenAccount(connection, account_id, settings, now, [unit for _, unit in pairs]).settle(newest[account_id])


def expire_forgotten(connection: Connection, settings: Settings, account_ids: Iterable[int], now: int) -> None:
    """Book out what went by inactivity, before a batch books what would bring it back to life."""
    for account_id, unit in accounts.forgotten(connection, account_ids, now):
        OpenAccount(connection, account_id, settings, now, [unit]).sweep(unit)


def known_unit(settings: Settings, code: str) -> Unit:
    """The settings of a unit.

    Raises:
        Refusal: the programme has no such unit.
    """
    if code not in settings.units:
        raise Refusal("unknown_unit", f"found unit {code!r}, expected one of {', '.join(settings.units)}")
    return settings.units[code]


def blocked_by(settings: Settings, standing: Mapping[str, Standing]) -> Refusal | None:
    """Why an account may spend nothing: a deficit in a unit whose policy says so."""
    for unit, at in standing.items():
        if at.deficit and unit in settings.units and settings.units[unit].returns == "block":
            return Refusal("blocked", f"{at.deficit} {unit} points were to be taken back and are missing; spending "
                           "is blocked until new points or a manual booking make them good", unit=unit,
                           missing=at.deficit)
    return None


def positive(amount: int) -> int:
    """The amount, if it is a whole number above zero that the ledger can hold.

    Raises:
        Refusal: it is not.
    """
    if type(amount) is not int or not 0 < amount <= MOST_POINTS:
        raise Refusal("wrong_amount", f"found {amount!r:.40} points, expected a whole number from 1 to {MOST_POINTS:,}")
    return amount
