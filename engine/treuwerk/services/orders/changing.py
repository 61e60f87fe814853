"""An order under lock, and what is done to its lines: points and stock follow the pieces, whoever acts.

Every change of an order goes through `OpenOrder`: what a participant cancels, what the service centre approves, what a
supplier ships. So no way of doing it forgets the points, the stock, the event or the message. Locks are taken in one
order: the order, its account, budgets of promotions by their codes, the stock by the numbers of the variants, then what
is kept beside it.
"""

import json
from collections.abc import Mapping
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.ledger import TransactionKind
from treuwerk.domain.money_parts import given_back as back_of
from treuwerk.domain.parcels import NO_PARCEL, Parcel
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import LineState, OrderAct, Progress, after, state_of
from treuwerk.domain.rights import OutOfScope
from treuwerk.programme.settings import Settings
from treuwerk.services.ledger import cancelling
from treuwerk.services.ledger.bookkeeping import SYSTEM, OpenAccount, Order, book
from treuwerk.services.ledger.holding import capture_in, release_in
from treuwerk.services.ledger.order_bookings import booking_name
from treuwerk.services.orders.fulfilling import give_back, keeps_something
from treuwerk.services.orders.parcels import Packed, Packing
from treuwerk.services.orders.telling import CHANGED, tell
from treuwerk.services.payments import owing
from treuwerk.store import handovers, holds, promotions, replacements
from treuwerk.store import reward_orders as store

_POINTS_BACK = (OrderAct.CANCEL, OrderAct.RETURN)
_SPENDING = (OrderAct.PAY, OrderAct.APPROVE)


@attrs.frozen
class Effect:
    """What an act on a line came to: so many pieces, so many points that came back, and cents of its price."""

    line: int
    act: OrderAct
    pieces: int
    points: int
    state: LineState
    money: int = 0


class OpenOrder:
    """An order whose lines are changed in this transaction; `finish` writes what belongs to the order as a whole.

    `actor` is what stands in books and events. With `version` it must be the one that somebody saw.

    Raises:
        OutOfScope: there is no such order.
        Refusal: `changed_meanwhile`.
    """

    def __init__(self, connection: Connection, settings: Settings, account_id: int, number: int, now: int, *,
                 actor: str = SYSTEM, version: int | None = None) -> None:
        row = store.by_id(connection, account_id, number, locked=True)
        if row is None:
            raise OutOfScope
        if version is not None and row.version != version:
            raise Refusal("changed_meanwhile", f"found version {row.version} of the order, expected {version}, which "
                          "was shown; somebody changed it meanwhile: look at it again", version=row.version)
        self.connection, self.settings, self.row, self.now, self.actor = connection, settings, row, now, actor
        self.lines: dict[int, Row[Any]] = {one.line: one for one in store.lines_of(connection, account_id, number)}
        self.effects: list[Effect] = []
        self._states = {line: LineState(one.state) for line, one in self.lines.items()}
        self._progress = {line: progress_of(one) for line, one in self.lines.items()}
        self._columns: dict[str, Any] = {}
        self._events: list[dict[str, Any]] = []
        self._noted = store.last_event(connection, account_id, number)
        self._freed: dict[str, int] = {}
        self._sent: dict[str, int] = {}
        self._budgets: dict[str, int] = {}
        self._unkept: list[tuple[int, int]] = []
        self._packing = Packing()
        self._cancellations: list[int] = []
        self._not_replaced: dict[tuple[int, int], int] = {}
        self._called_off: set[str] = set()
        self._opened: OpenAccount | None = None
        self._touched: set[int] = set()

    @property
    def public_id(self) -> str:
        """The id that people see."""
        return ids.public_id(ids.REWARD_ORDER, self.row.account_id, self.row.id)

    @property
    def state(self) -> LineState:
        """What the order is by its lines, with what was done so far."""
        return state_of(self._states.values())

    @property
    def lapsed(self) -> int:
        """Points of those that came back so far that had expired meanwhile, and are gone again."""
        return store.lapsed(self.connection, self.row.account_id, self._cancellations)

    def line(self, number: int) -> Row[Any]:
        """A line as it was when the order was locked.

        Raises:
            Refusal: `unknown_line`.
        """
        if number not in self.lines:
            raise Refusal("unknown_line", f"found line {number}, expected one from 1 to {len(self.lines)}")
        return self.lines[number]

    def apply(self, number: int, act: OrderAct, pieces: int | None = None, *,
              details: Mapping[str, str | int] | None = None, parcel: Parcel | Packed | None = None,
              **columns: Any) -> Effect:
        """Do something to pieces of a line (None: to all that it can be about), once per line and transaction.

        `columns` are written with the line; `details` stand in the event. What is cancelled or returned gives its
        points back. What is shipped leaves in a parcel, or in several with so many pieces each; what is delivered
        without having left does so where a `parcel` is named, since not everything is sent.

        Raises:
            Refusal: `unknown_line`, `wrong_state`, `wrong_quantity`, or as the ledger has it.
        """
        row = self.line(number)
        if number in self._touched:
            raise Refusal("twice", f"found line {number} twice, expected each line once")
        self._touched.add(number)
        before = progress_of(row)
        now = after(before, act, pieces)
        self._pack(number, act, now.shipped - before.shipped, parcel)
        moved = _moved(before, now, act)
        points, money = (_back(row.points, row, before, now), _back(row.money, row, before, now)) \
            if act in _POINTS_BACK else (0, 0)
        values: dict[str, Any] = {**columns}
        if points:
            self._give_points_back(row, points, now)
        if act in _POINTS_BACK:
            self._give_budget_back(row, moved)
        elif act in _SPENDING and row.hold_id is not None:
            values["transaction_id"] = self._spend(row)
        if now.cancelled > before.cancelled and keeps_something(self.settings, row):
            self._unkept.append((number, now.cancelled - before.cancelled))
        if act is OrderAct.CANCEL and row.handover_key:
            self._called_off.add(row.handover_key)
        if act in _POINTS_BACK and not row.points_each:
            self._not_instead(number, moved)
        values["reserved"] = row.reserved - self._let_go(row, before, now)
        store.change_line(self.connection, row, self.now, state=now.state.value, cancelled=now.cancelled,
                          shipped=now.shipped, delivered=now.delivered, returned=now.returned,
                          replaced=now.replaced, **values)
        self._states[number], self._progress[number] = now.state, now
        self._note(number, act.value, moved, details or {})
        effect = Effect(number, act, moved, points, now.state, money)
        self.effects.append(effect)
        return effect

    def note(self, kind: str, details: Mapping[str, str | int] | None = None) -> None:
        """Note something that is about the whole order."""
        self._note(0, kind, 0, details or {})

    def keep(self, **columns: Any) -> None:
        """Have `finish` write columns of the order itself."""
        self._columns |= columns

    def settle_up(self) -> None:
        """Pay back money that came in and is not owed any more."""
        if self.row.money:
            owing.settle_up(self.connection, self.row.account_id, self.row.id,
                            [(row, self._progress[line]) for line, row in self.lines.items()], self.now)

    def finish(self) -> LineState:
        """Write stock, events, the order's state and a message; what the order is now.

        Raises:
            Refusal: `unpaid_whole`: what waits for its money is cancelled as a whole.
        """
        self._refuse_part_of_unpaid()
        self._take_back_replacements()
        promotions.give_back(self.connection, self._budgets, self.now)
        for variant in sorted({*self._freed, *self._sent}):
            if pieces := self._freed.get(variant):
                store.give_back(self.connection, variant, pieces, self.now)
            if pieces := self._sent.get(variant):
                store.send_away(self.connection, variant, pieces, self.now)
        for line, pieces in self._unkept:
            give_back(self.connection, self.settings, self.lines[line], pieces, self.now)
        self._packing.write(self.connection, self.row.account_id, self.row.id, self.now)
        handovers.call_off(self.connection, self._called_off, self.now)
        if self._events:
            store.note(self.connection, self._events)
            store.change_order(self.connection, self.row, self.now, state=self.state.value, **self._columns)
            tell(self.connection, CHANGED, self.row.account_id, self.row.id, self.state, self.now)
        if any(one.money for one in self.effects):
            self.settle_up()
        return self.state

    def _refuse_part_of_unpaid(self) -> None:
        """An amount that somebody may be paying at this moment does not change."""
        if self.state is LineState.UNPAID and any(one.act is OrderAct.CANCEL for one in self.effects):
            raise Refusal("unpaid_whole", "found a part of an order that waits for its money, expected the whole "
                          "order; cancel all of it, or wait until it is paid")

    def _pack(self, line: int, act: OrderAct, left: int, parcel: Parcel | Packed | None) -> None:
        if act is OrderAct.SHIP or (act is OrderAct.DELIVER and parcel is not None):
            packed = parcel if isinstance(parcel, Mapping) else {parcel or NO_PARCEL: left}
            if sum(packed.values()) != left:
                raise Refusal("wrong_quantity", f"found {sum(packed.values())} pieces in parcels, expected {left}",
                              there=left)
            self._packing.put(line, packed, arrived=act is OrderAct.DELIVER)

    def _give_points_back(self, row: Row[Any], points: int, now: Progress) -> None:
        """From the hold or the booking of the line, into the lots that they came from."""
        name = booking_name(row.account_id, row.order_id, row.line, f"{now.cancelled}-{now.returned}")
        if row.transaction_id is None:
            if row.hold_id is not None and self._is_open(row.hold_id):
                release_in(self._account, row.hold_id, name, amount=points, cause=self.public_id, actor=self.actor)
            return
        order = Order(row.account_id, TransactionKind.CANCELLATION, f"cancellation|{name}",
                      (row.transaction_id, points), self.public_id, self.actor, refers_to=row.transaction_id)
        booked = book(self._account, order, lambda account: cancelling.decided(account, row.transaction_id, points))
        self._cancellations.append(booked.row.id)

    def _give_budget_back(self, row: Row[Any], pieces: int) -> None:
        """What a promotion paid for pieces, it can give away again."""
        if row.promotion:
            regular = int(json.loads(row.snapshot)["regular_points"])
            self._budgets[row.promotion] = (self._budgets.get(row.promotion, 0)
                                            + (regular - row.points_each) * pieces)

    def _not_instead(self, line: int, pieces: int) -> None:
        """Pieces that were sent for others did not leave, or came back: those can be replaced or given back again."""
        found = replacements.origin_of(self.connection, self.row.account_id, self.row.id, line)
        if found is not None:
            place = found.of_order_id, found.of_line
            self._not_replaced[place] = self._not_replaced.get(place, 0) + pieces

    def _take_back_replacements(self) -> None:
        """Tell the older orders; whoever holds a newer one may wait for an older one, and never the other way round."""
        for (number, line), pieces in sorted(self._not_replaced.items()):
            order = OpenOrder(self.connection, self.settings, self.row.account_id, number, self.now, actor=self.actor)
            order.apply(line, OrderAct.UNREPLACE, pieces, details={"order": self.public_id})
            order.finish()

    def _spend(self, row: Row[Any]) -> int:
        name = booking_name(row.account_id, row.order_id, row.line)
        booked = capture_in(self._account, row.hold_id, name, cause=self.public_id, actor=self.actor)
        return booked.row.id

    def _is_open(self, hold_id: int) -> bool:
        """Whether points are still reserved; a hold that was over has given them back by itself."""
        found = holds.hold_by_id(self.connection, self.row.account_id, hold_id)
        return found is not None and bool(found.open)

    def _let_go(self, row: Row[Any], before: Progress, now: Progress) -> int:
        """Pieces of the stock that are no longer kept for a line: they can be ordered again, or they left."""
        reserved: int = row.reserved
        freed = min(now.cancelled - before.cancelled, reserved)
        sent = min(now.shipped - before.shipped, reserved - freed)
        for pieces, into in ((freed, self._freed), (sent, self._sent)):
            if pieces:
                into[row.variant] = into.get(row.variant, 0) + pieces
        return freed + sent

    def _note(self, line: int, kind: str, pieces: int, details: Mapping[str, str | int]) -> None:
        self._events.append({
            "account_id": self.row.account_id, "order_id": self.row.id, "id": self._noted + len(self._events) + 1,
            "line": line,
            "kind": kind, "quantity": pieces, "happened_at": self.now, "actor": self.actor,
            "details": json.dumps(details, ensure_ascii=False, separators=(",", ":"), sort_keys=True)})

    @property
    def _account(self) -> OpenAccount:
        """The account of the order, locked when it is needed first."""
        if self._opened is None:
            self._opened = OpenAccount(self.connection, self.row.account_id, self.settings, self.now)
        return self._opened


def progress_of(row: Row[Any]) -> Progress:
    """How far a line has come."""
    return Progress(LineState(row.state), row.quantity, row.cancelled, row.shipped, row.delivered, row.returned,
                    row.replaced)


def _back(whole: int, row: Row[Any], before: Progress, now: Progress) -> int:
    """What an act gives back of what was paid for a line."""
    return (back_of(whole, now.cancelled + now.returned, row.quantity)
            - back_of(whole, before.cancelled + before.returned, row.quantity))


def _moved(before: Progress, now: Progress, act: OrderAct) -> int:
    """The pieces that an act was about."""
    return {OrderAct.CANCEL: now.cancelled - before.cancelled, OrderAct.RETURN: now.returned - before.returned,
            OrderAct.SHIP: now.shipped - before.shipped, OrderAct.DELIVER: now.delivered - before.delivered,
            OrderAct.NOT_DELIVERED: before.delivered - now.delivered,
            OrderAct.REPLACE: now.replaced - before.replaced, OrderAct.UNREPLACE: before.replaced - now.replaced,
            }.get(act, before.to_ship)
