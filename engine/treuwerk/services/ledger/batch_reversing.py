"""Many reversals at once, by the rules of a single one: what is read and written does not depend on how many there are.

Reversals are noted in their order, so that of two that take from one account the first one takes first, as if they had
come alone. All rows are written together and sealed together.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

import attrs
from sqlalchemy import Connection

from treuwerk.domain.ids import row_ids
from treuwerk.domain.ledger import Book, moment
from treuwerk.domain.lots import Lot, Part
from treuwerk.domain.movements import Leg, Legs, Recoverable, reversed_credit
from treuwerk.domain.records import PostingValues, UseValues
from treuwerk.programme.settings import Settings
from treuwerk.services.ledger.bookkeeping import Order
from treuwerk.services.ledger.expiring import expire_due
from treuwerk.services.ledger.points_back import Award, awards_back, bearing, undone_by
from treuwerk.store import many, reversals
from treuwerk.store.accounts import Standing
from treuwerk.store.debits import take_from_lots
from treuwerk.store.limits import Back, give_back
from treuwerk.store.moving import MOVED, message_of
from treuwerk.store.reversals import Place
from treuwerk.store.sealed_batch import SealedBatch
from treuwerk.store.sealing import seal_pending
from treuwerk.store.spending import Pair

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_OWN = {Book.PARTICIPANT: 0, Book.PENDING: 1, Book.DEFICIT: 2}
"""Books of a participant that a reversal changes, in the order of the columns of a balance."""


@attrs.frozen
class Return:
    """Pieces of a purchase line that go back: of `bought`, after `returned` went back before; `order` says who asks."""

    order: Order
    pieces: int
    bought: int
    returned: int
    awards: Sequence[Award] = ()
    """What goes back of each award, where it is no share of the pieces."""

    @property
    def place(self) -> Place:
        """Account and id of the accrual."""
        assert self.order.refers_to is not None
        return self.order.account_id, self.order.refers_to


@attrs.define
class _Lots:
    """Lots of a batch with what is left of them, while one reversal after the other takes its share."""

    left: dict[tuple[int, int, int], Lot] = attrs.field(factory=dict)
    own: dict[tuple[Place, str, Book], list[tuple[int, int, int]]] = attrs.field(factory=dict)
    others: dict[Pair, list[tuple[int, int, int]]] = attrs.field(factory=dict)
    """All lots of an account and unit, the one that is spent first at the end."""
    expired: dict[tuple[Place, str], int] = attrs.field(factory=dict)

    def made(self, place: Place, unit: str, book: Book) -> list[Lot]:
        """What is left of what an accrual made, in the order of spending."""
        return [self.left[key] for key in self.own.get((place, unit, book), ()) if self.left[key].remaining]

    def there(self, place: Place, unit: str) -> Recoverable:
        """From where an accrual can be taken back."""
        pending, own = self.made(place, unit, Book.PENDING), self.made(place, unit, Book.PARTICIPANT)
        return Recoverable(pending, own, self.expired.get((place, unit), 0), self._others(place, unit))

    def _others(self, place: Place, unit: str) -> Iterator[Lot]:
        """Other lots in the order of spending; those that are used up at the begin are never looked at again."""
        others = self.others.get((place[0], unit), [])
        while others and not self.left[others[-1]].remaining:
            others.pop()
        mine = set(self.own.get((place, unit, Book.PARTICIPANT), ()))
        return (self.left[key] for key in reversed(others) if key not in mine)

    def at_once(self, place: Place, unit: str, amount: int) -> Legs:
        """What nearly all come to: the first lot of the accrual has enough, and none of its points wait for an act."""
        own = self.own.get((place, unit, Book.PARTICIPANT), ())
        if len(own) != 1 or (place, unit, Book.PENDING) in self.own:
            return ()
        lot = self.left[own[0]]
        if lot.remaining < amount:
            return ()
        self.left[own[0]] = lot._replace(remaining=lot.remaining - amount)
        part = Part(lot.transaction_id, lot.line, amount, lot.expires_at)
        return Leg(Book.PARTICIPANT, unit, -amount, (part,)), Leg(Book.ISSUANCE, unit, amount)

    def take(self, place: Place, legs: Legs) -> Legs:
        """What a reversal moved is gone for the next one."""
        for leg in legs:
            for part in leg.parts:
                key = place[0], part.transaction_id, part.line
                lot = self.left[key]
                self.left[key] = lot._replace(remaining=lot.remaining - part.amount)
            if leg.book is Book.EXPIRED:
                self.expired[place, leg.unit] += leg.amount
        return legs


class BatchReversals:
    """Reversals of accounts that are locked, for one transaction of the database.

    `write` books them; `seal` closes them, behind whatever else the transaction books.
    """

    def __init__(self, connection: Connection, settings: Settings, standings: Mapping[Pair, Standing], now: int,
                 behind: int) -> None:
        self._connection, self._settings, self._standings = connection, settings, standings
        self._now, self._behind = now, behind
        self._day = moment(now).astimezone(settings.programme.time_zone).date().isoformat()
        self._batch, self._last = SealedBatch(now), dict[int, int]()
        self._ids: Iterator[int] = iter(())
        self._balances: dict[Pair, list[int]] = {}
        self._moved: dict[Book, dict[Pair, int]] = {}
        self.points: dict[str, int] = {}
        self.legs: list[Leg] = []

    @property
    def count(self) -> int:
        """How many were booked."""
        return len(self._batch.journal)

    @property
    def newest(self) -> int:
        """The largest id of them, 0 without any."""
        return max((row[1] for row in self._batch.journal), default=0)

    def write(self, returns: Sequence[Return]) -> list[int]:
        """Book them in their order, which is that of their accounts; the answer are the ids of the transactions.

        Raises:
            Refusal: `unknown_accrual`, or `too_many_pieces`; nothing was booked.
        """
        if not returns:
            return []
        breakdowns = reversals.explanations(self._connection, sorted({one.place for one in returns}))
        back = [one.awards or awards_back(breakdowns.get(one.place), one.bought, one.returned, one.pieces)
                for one in returns]
        amounts = [_by_unit(awards) for awards in back]
        lots = self._lots([(one.place, unit, amount) for one, of in zip(returns, amounts, strict=True)
                           for unit, amount in of.items()])
        self._number(returns)
        numbers = [self._reverse(one, awards, of, lots) for one, awards, of in zip(returns, back, amounts, strict=True)]
        self._batch.write_books(self._connection, {book.value: moved for book, moved in self._moved.items()})
        if self._batch.uses:
            take_from_lots(self._connection, self._batch.uses)
        reversals.change_balances(self._connection, self._balances)
        give_back(self._connection, [Back(one.place[0], number, one.place[1], awards) for one, number, awards in zip(
            returns, numbers, back, strict=True)], self._day)
        return numbers

    def seal(self) -> None:
        """Close them, last of all: writers wait for each other from here to the commit."""
        if self._batch.journal:
            seal_pending(self._connection, self._now)  # what their lots came from, by an act that no seal covers yet
            self._batch.seal(self._connection)

    def _lots(self, wanted: Sequence[tuple[Place, str, int]]) -> _Lots:
        """The lots that these amounts of accruals can be taken from; what is due is booked out before."""
        pairs = {(place[0], unit) for place, unit, _ in wanted}
        expire_due(self._connection, self._settings, {
            pair: standing for pair, standing in self._standings.items() if pair in pairs}, self._now, self._now)
        made = reversals.own_lots(self._connection, sorted({place for place, _, _ in wanted}))
        lots = _Lots()
        for account_id, accrual, book, unit, lot in sorted(made, key=lambda one: (
                one.lot.expires_at, one.lot.transaction_id, one.lot.line)):
            key = account_id, lot.transaction_id, lot.line
            lots.left[key] = lot
            lots.own.setdefault(((account_id, accrual), unit, Book(book)), []).append(key)
        short = set(_short(lots, wanted))
        if not short:
            return lots
        lots.expired = reversals.expired_of(
            self._connection, {place for place, unit, _ in wanted if (place[0], unit) in short}, made)
        sums: dict[Pair, int] = {}
        for place, unit, amount in wanted:
            if (place[0], unit) in short:
                sums[place[0], unit] = sums.get((place[0], unit), 0) + amount
        for pair, found in reversals.first_lots(self._connection, sums).items():
            keys = [(pair[0], lot.transaction_id, lot.line) for lot in found]
            lots.others[pair] = keys[::-1]
            lots.left |= dict(zip(keys, found, strict=True))
        return lots

    def _number(self, returns: Sequence[Return]) -> None:
        """Each gets an id behind all that its account has, and behind those of the batch."""
        self._last = many.last_ids(self._connection, sorted({one.order.account_id for one in returns}))
        self._ids = row_ids(self._now, self._behind)

    def _reverse(self, one: Return, awards: Sequence[Award], amounts: Mapping[str, int], lots: _Lots) -> int:
        account = one.order.account_id
        number = self._last[account] = max(next(self._ids), self._last[account] + 1)
        legs: Legs = ()
        for unit, amount in amounts.items():
            legs += lots.at_once(one.place, unit, amount) or lots.take(one.place, reversed_credit(
                unit, amount, lots.there(one.place, unit), bearing(self._settings, unit)))
        row = one.order.row(number, self._now, self._settings.programme.time_zone,
                            _compact(awards))
        self._batch.add(row, _postings(account, number, legs), _uses(account, number, legs))
        self._batch.tell(account, number, MOVED, message_of(row, legs))
        self._count(account, legs)
        return number

    def _count(self, account: int, legs: Legs) -> None:
        self.legs += legs
        for leg in legs:
            pair = account, leg.unit
            if (column := _OWN.get(leg.book)) is None:
                moved = self._moved.setdefault(leg.book, {})
                moved[pair] = moved.get(pair, 0) + leg.amount
            else:
                change = self._balances.setdefault(pair, [0, 0, 0])
                change[column] += -leg.amount if leg.book is Book.DEFICIT else leg.amount
        for unit, change_of_unit in undone_by(legs).items():
            self.points[unit] = self.points.get(unit, 0) + change_of_unit


def _by_unit(awards: Sequence[Award]) -> dict[str, int]:
    """What goes back of each unit; those of which nothing does are left out."""
    amounts: dict[str, int] = {}
    for award in awards:
        if award["points"]:
            amounts[award["unit"]] = amounts.get(award["unit"], 0) + award["points"]
    return amounts


def _short(lots: _Lots, wanted: Sequence[tuple[Place, str, int]]) -> Iterator[Pair]:
    """Accounts and units where some accrual has less left of its own than is to go back."""
    sums: dict[tuple[Place, str], int] = {}
    for place, unit, amount in wanted:
        sums[place, unit] = sums.get((place, unit), 0) + amount
    for (place, unit), amount in sums.items():
        if sum(lot.remaining for book in (Book.PENDING, Book.PARTICIPANT)
               for lot in lots.made(place, unit, book)) < amount:
            yield place[0], unit


def _postings(account: int, number: int, legs: Sequence[Leg]) -> list[PostingValues]:
    return [(account, number, line, leg.book.value, leg.unit, leg.amount, None, None, None)
            for line, leg in enumerate(legs, start=1)]


def _uses(account: int, number: int, legs: Sequence[Leg]) -> dict[int, list[UseValues]]:
    """What each line takes from lots, in the order of the lots."""
    return {line: sorted((account, number, line, part.transaction_id, part.line, leg.book.value, part.amount)
                         for part in leg.parts) for line, leg in enumerate(legs, start=1) if leg.parts}
