"""Parcels that suppliers report: each is noted once, whole or not at all, and what cannot be noted is parked.

A report is known by its handover and its name. What is reported again is the same parcel; what was parked is looked at
anew each time, so that it is noted as soon as the reason is gone. Nothing that a supplier says is lost: the service
centre finds it on the order, and the order in the work queue.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.handovers import SentParcel
from treuwerk.domain.parcels import Parcel, tidy
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import OrderAct, after
from treuwerk.programme.settings import Settings
from treuwerk.services.orders.changing import OpenOrder, progress_of
from treuwerk.services.orders.handed import Place, places_of, printable
from treuwerk.services.orders.parcels import parcels_of
from treuwerk.store import reported_parcels as store
from treuwerk.store import work
from treuwerk.store.reported_parcels import Order
from treuwerk.store.succession import successor

_MINUTE, _HOUR, _DAY = 60_000_000, 3_600_000_000, 86_400_000_000
_SOONEST, _LATEST, _LONGEST, _SHARE = 5 * _MINUTE, 6 * _HOUR, 180 * _DAY, 16
LONGEST_NAME = 200


@attrs.frozen
class Reported:
    """What a look at reports came to: parcels that were noted anew, and those that could not be."""

    noted: int = 0
    parked: int = 0


def next_look(row: Row[Any], now: int) -> int:
    """When a supplier is asked next what it sent: soon at first, every six hours at last, and after 180 days never."""
    age = now - int(row.made_at)
    return now + min(max(age // _SHARE, _SOONEST), _LATEST) if age < _LONGEST else 0


def note_reported(connection: Connection, settings: Settings, row: Row[Any], parcels: Sequence[SentParcel],
                  now: int) -> Reported:
    """Note what a supplier reports of a handover that it has; each parcel by itself, in this transaction."""
    noted, parked = 0, 0
    for one in parcels:
        report = _Report(connection, settings, row, one, now)
        try:
            noted += report.note()
        except Refusal as refusal:
            parked += report.park(refusal)
    return Reported(noted, parked)


class _Report:
    """One parcel as it was reported."""

    def __init__(self, connection: Connection, settings: Settings, row: Row[Any], sent: SentParcel, now: int) -> None:
        self._connection, self._settings, self._row, self._now = connection, settings, row, now
        self._sent, self._places = sent, places_of(row)
        lines = [[one.order, one.line, one.pieces] for one in sent.lines]
        self._content = json.dumps([sent.carrier, sent.tracking, lines])
        known = sent.name or f"{sent.carrier.casefold()} {sent.tracking}".strip()
        self._name = printable(" ".join(known.split()))

    def note(self) -> bool:
        """Note it; False where that was done before.

        Raises:
            Refusal: `no_name`, `too_long`, `unknown_carrier`, `unknown_line`, `wrong_quantity`, `wrong_state`,
                `another_content`, `another_parcel`; nothing was noted.
        """
        parcel, inside = self._parcel(), self._inside()
        orders = {place: self._opened(place) for place in sorted({place[:2] for place in inside})}
        mine = {place: {line: count for (*of, line), count in inside.items() if tuple(of) == place}
                for place in orders}
        left = {place: order for place, order in orders.items() if self._is_new(place)}
        there = {place for place in left if self._is_there(place, parcel, mine[place])}
        for place in left.keys() - there:
            self._check(left[place], mine[place])
        for place, order in left.items():
            if place not in there:
                self._ship(order, parcel, mine[place])
            store.put(self._connection, place, self._row.key, self._name, self._now, content=self._content,
                      state=store.NOTED, code="", said="")
        store.settle(self._connection, self._home, self._row.key, self._parked_name, self._now)
        return bool(left.keys() - there)

    def park(self, refusal: Refusal) -> bool:
        """Keep what cannot be noted, with the reason, and have somebody look at it; False where it stands there."""
        place, name = self._home, self._parked_name
        self._opened(place)
        before = store.one(self._connection, place, self._row.key, name)
        if before is not None and (before.code == refusal.code or not before.content):
            return False
        store.put(self._connection, place, self._row.key, name, self._now, content=self._content, state=store.PARKED,
                  code=refusal.code, said=printable(str(refusal)))
        ask_for_help(self._connection, place, self._row.supplier, self._now)
        return True

    @property
    def _home(self) -> Order:
        """The order on whose page it stands where it is parked."""
        return next((order for one in self._sent.lines if (order := self._order_of(one.order))), self._places[0][:2])

    @property
    def _parked_name(self) -> str:
        """A name of its own for each content, so that nothing is written over."""
        return f"{self._name or '?'} ({sha256(self._content.encode()).hexdigest()[:8]})"

    def _parcel(self) -> Parcel:
        parcel = tidy(Parcel(self._sent.carrier, self._sent.tracking))
        if not self._name:
            raise Refusal("no_name", "found a parcel without name and number, expected what tells it from others")
        if len(self._sent.name) > LONGEST_NAME:
            raise Refusal("too_long", f"found a name of {len(self._sent.name)} characters, expected at most "
                          f"{LONGEST_NAME}")
        known = {name.casefold(): name for name in self._settings.rewards.orders.carriers}
        if known and parcel.carrier and parcel.carrier.casefold() not in known:
            raise Refusal("unknown_carrier", f"found the carrier {parcel.carrier!r}, expected "
                          f"{' or '.join(known.values())}; name it under [rewards.orders.carriers]")
        return attrs.evolve(parcel, carrier=known.get(parcel.carrier.casefold(), parcel.carrier))

    def _inside(self) -> dict[Place, int]:
        """Pieces by line."""
        inside: dict[Place, int] = {}
        for one in self._sent.lines:
            order = self._order_of(one.order)
            if order is None or (place := (*order, one.line)) not in self._places:
                raise Refusal("unknown_line", f"found line {one.line!r:.20} of {one.order!r:.60}, expected one of the "
                              f"handover {self._row.key}")
            if type(one.pieces) is not int or one.pieces < 1:
                raise Refusal("wrong_quantity", f"found {one.pieces!r:.20} pieces, expected a whole number from 1 on")
            inside[place] = inside.get(place, 0) + one.pieces
        if not inside:
            raise Refusal("unknown_line", "found a parcel with nothing in it, expected lines of the handover")
        return inside

    def _order_of(self, public_id: str) -> Order | None:
        """Account and number of an order of this handover."""
        return next((place[:2] for place in self._places
                     if ids.public_id(ids.REWARD_ORDER, *place[:2]) == public_id), None)

    def _opened(self, place: Order) -> OpenOrder:
        return OpenOrder(self._connection, self._settings, *place, self._now, actor=f"supplier {self._row.supplier}")

    def _is_new(self, place: Order) -> bool:
        before = store.one(self._connection, place, self._row.key, self._name)
        if before is None:
            return True
        if before.content not in (self._content, ""):
            raise Refusal("another_content", f"found the parcel {self._name!r} once more with something else in it, "
                          "expected it as it was reported first; note by hand what has changed")
        return False

    def _is_there(self, place: Order, parcel: Parcel, pieces: dict[int, int]) -> bool:
        """Whether somebody noted this parcel by hand before."""
        same = [one for one in parcels_of(self._connection, *place) if parcel.tracking
                and one.parcel.tracking == parcel.tracking
                and one.parcel.carrier.casefold() == parcel.carrier.casefold()]
        if same and all(dict(one.pieces) != pieces for one in same):
            raise Refusal("another_parcel", f"found the number {parcel.tracking!r} on a parcel that was noted with "
                          "something else in it; note by hand what is missing")
        return bool(same)

    def _check(self, order: OpenOrder, pieces: dict[int, int]) -> None:
        for number, count in pieces.items():
            line = order.line(number)
            if line.handover_key != self._row.key:
                raise Refusal("unknown_line", f"found line {number} of {order.public_id}, which is not in the handover "
                              f"{self._row.key} any more")
            after(progress_of(line), OrderAct.SHIP, count)

    def _ship(self, order: OpenOrder, parcel: Parcel, pieces: dict[int, int]) -> None:
        told = {name: text for name, text in attrs.asdict(parcel).items() if text}
        for number, count in sorted(pieces.items()):
            order.apply(number, OrderAct.SHIP, count, details={**told, "handover": self._row.key}, parcel=parcel)
        order.finish()


def ask_for_help(connection: Connection, order: Order, supplier: str, now: int) -> None:
    """Let there be work about an order and its supplier, for somebody who looks at it."""
    work.put(connection, work.SUPPLIER, ids.public_id(ids.REWARD_ORDER, *order), now,
             account_id=successor(connection, order[0]), gist=supplier)
