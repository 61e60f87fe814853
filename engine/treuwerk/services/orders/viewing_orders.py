"""Looking at orders: one with its lines and what happened, those of a company, and all of them."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.money_parts import given_back
from treuwerk.domain.reward_orders import (
    UNDECIDED,
    WITHDRAWABLE,
    Destination,
    LineState,
    OrderAct,
    Progress,
)
from treuwerk.domain.rights import Access, Audience, OutOfScope
from treuwerk.services.orders.changing import progress_of
from treuwerk.services.orders.destinations import destination_from
from treuwerk.services.orders.parcels import OrderParcel, parcels_of
from treuwerk.services.orders.scope import READ, READ_OWN, order_named
from treuwerk.services.payments.viewing import PaymentSeen, payment_of
from treuwerk.store import replacements
from treuwerk.store import reward_orders as store
from treuwerk.store.reward_orders import Place

PAGE = 25
Number = tuple[int, int]
"""Account and number of an order."""
LinePlace = tuple[int, int, int]
"""Account, order and line."""


@attrs.frozen
class Replaced:
    """The other line of a replacement, in another order: what it stands for, or what was sent; and why."""

    order: str
    line: int
    pieces: int
    reason: str


@attrs.frozen
class OrderLine:
    """A line as it was ordered, and how far its pieces have come.

    `names` and `variant_names` are by language, as they were then; `details` are the answers that the kind asked for.
    """

    number: int
    variant: str
    reward: str
    reward_version: int
    kind: str
    supplier: str
    promotion: str
    names: Mapping[str, str]
    variant_names: Mapping[str, str]
    details: Mapping[str, str]
    progress: Progress
    points_each: int
    points: int
    regular_points: int
    delivery_days: int
    why: tuple[str, ...]
    transaction: str
    """The public id of the booking that spent its points, empty while they are reserved."""
    handover_key: str = ""
    fulfilment: str = ""
    """As `treuwerk.domain.reward_kinds.Fulfilment` has it, when it was ordered; empty in old orders."""
    money: int = 0
    """Cents that it was priced at beside its points."""
    replaces: Replaced | None = None
    """What it is sent for, None where it was ordered."""
    replacements: tuple[Replaced, ...] = ()
    """What was sent for pieces of it."""

    @property
    def charged(self) -> int:
        """Points that are paid for what was neither cancelled nor returned."""
        gone = self.progress.cancelled + self.progress.returned
        return self.points - given_back(self.points, gone, self.progress.quantity)

    @property
    def charged_money(self) -> int:
        """The same in cents."""
        gone = self.progress.cancelled + self.progress.returned
        return self.money - given_back(self.money, gone, self.progress.quantity)

    def withdrawable(self, now: int, until: int) -> int:
        """Pieces that whoever ordered can cancel now, where the order can be cancelled until an instant."""
        line = self.progress
        if line.state not in WITHDRAWABLE or (line.state not in UNDECIDED and now >= until):
            return 0
        return line.there_for(OrderAct.CANCEL)


@attrs.frozen
class OrderHappened:
    """Something that happened to an order, or to pieces of one line of it (0: to all). Instants in microseconds UTC."""

    number: int
    line: int
    kind: str
    quantity: int
    happened_at: int
    actor: str
    details: Mapping[str, Any]


@attrs.frozen
class PlacedOrder:
    """An order with its lines; `events` are there where one order was asked for. Instants in microseconds UTC.

    `points` are those of the day on which it was placed. `approve_until` is 0 where nobody had to approve it.
    """

    account_id: int
    number: int
    key: str
    state: LineState
    user_id: int
    actor: str
    unit: str
    points: int
    money: int
    destination: Destination | None
    note: str
    placed_at: int
    cancel_until: int
    approve_until: int
    changed_at: int
    version: int
    lines: tuple[OrderLine, ...]
    events: tuple[OrderHappened, ...] = ()
    payment: PaymentSeen | None = None
    """What is known of its money; None where it is paid with points alone, and in lists."""
    parcels: tuple[OrderParcel, ...] = ()
    """Where one order was asked for, or all were exported."""

    @property
    def public_id(self) -> str:
        """The id that people see."""
        return ids.public_id(ids.REWARD_ORDER, self.account_id, self.number)

    @property
    def charged(self) -> int:
        """Points that are paid or reserved for what was neither cancelled nor returned."""
        return sum(line.charged for line in self.lines)

    @property
    def charged_money(self) -> int:
        """The same in cents, whether they came in or not."""
        return sum(line.charged_money for line in self.lines)

    @property
    def place(self) -> Place:
        """Where it stands in lists, which begin with the newest."""
        return self.placed_at, self.account_id, self.number

    def withdrawable(self, now: int) -> int:
        """Pieces that whoever ordered can cancel now."""
        return sum(line.withdrawable(now, self.cancel_until) for line in self.lines)


def order_of(access: Access, connection: Connection, public_id: str) -> PlacedOrder:
    """One order with its lines and what happened: of the own company, or in the service centre any.

    Raises:
        NotAllowed: whoever looks has no right to.
        OutOfScope: there is no such order, or it is someone else's.
    """
    access.require(_right(access))
    account_id, number = order_named(access, connection, public_id)
    row = store.by_id(connection, account_id, number)
    if row is None:
        raise OutOfScope
    [found] = with_lines(connection, [row])
    order = _order(row, found.lines, [_event(one) for one in store.events_of(connection, account_id, number)])
    payment = payment_of(connection, account_id, number) if row.money else None
    return attrs.evolve(order, parcels=parcels_of(connection, account_id, number), payment=payment)


def orders_of_account(access: Access, connection: Connection, account_id: int = 0, *,
                      states: Collection[LineState] = (), before: Place | None = None,
                      limit: int = PAGE) -> tuple[list[PlacedOrder], Place | None]:
    """Orders of a company and of those that were merged into it, newest first; 0: of the own one.

    The second answer is where the next page begins, None at the end.

    Raises:
        NotAllowed, OutOfScope: whoever looks has no right to, or not to this company.
    """
    access.require(_right(access))
    wanted = account_id or access.account_id
    access.require_account(wanted)
    return _page(connection, store.newest(connection, limit + 1, states, before, account_id=wanted), limit)


def listed(access: Access, connection: Connection, *, states: Collection[LineState] = (), before: Place | None = None,
           limit: int = PAGE) -> tuple[list[PlacedOrder], Place | None]:
    """All orders, or those in some states, newest first; the second answer is where the next page begins.

    Raises:
        NotAllowed: only the service centre sees all.
    """
    access.require(READ)
    return _page(connection, store.newest(connection, limit + 1, states, before), limit)


def _right(access: Access) -> str:
    return READ if access.audience is Audience.OFFICE else READ_OWN


def _page(connection: Connection, rows: Sequence[Row[Any]], limit: int) -> tuple[list[PlacedOrder], Place | None]:
    shown = with_lines(connection, rows[:limit])
    return shown, shown[-1].place if len(rows) > limit else None


def with_lines(connection: Connection, rows: Sequence[Row[Any]]) -> list[PlacedOrder]:
    """Orders with their lines and what these were replaced by, read in two statements."""
    places = [(row.account_id, row.id) for row in rows]
    replaced = replaced_in(connection, places)
    lines: dict[tuple[int, int], list[OrderLine]] = {}
    for one in store.lines_of_orders(connection, places):
        origin, sent = replaced.get((one.account_id, one.order_id, one.line), (None, ()))
        lines.setdefault((one.account_id, one.order_id), []).append(
            attrs.evolve(_line(one), replaces=origin, replacements=sent))
    return [_order(row, lines.get((row.account_id, row.id), [])) for row in rows]


def replaced_in(connection: Connection,
                orders: Collection[Number]) -> dict[LinePlace, tuple[Replaced | None, tuple[Replaced, ...]]]:
    """What lines of some orders are sent for, and what was sent for them, by account, order and line."""
    found: dict[LinePlace, tuple[Replaced | None, tuple[Replaced, ...]]] = {}
    for row in replacements.about(connection, orders):
        old, new = (row.account_id, row.of_order_id, row.of_line), (row.account_id, row.order_id, row.line)
        found[new] = _other(old, row), found.get(new, (None, ()))[1]
        origin, sent = found.get(old, (None, ()))
        found[old] = origin, (*sent, _other(new, row))
    return found


def _other(place: LinePlace, row: Row[Any]) -> Replaced:
    account_id, number, line = place
    return Replaced(ids.public_id(ids.REWARD_ORDER, account_id, number), line, row.pieces, row.reason)


def _order(row: Row[Any], lines: Iterable[OrderLine], events: Iterable[OrderHappened] = ()) -> PlacedOrder:
    return PlacedOrder(
        row.account_id, row.id, row.key, LineState(row.state), row.user_id, row.actor, row.unit, row.points, row.money,
        destination_from(row.destination), row.note, row.placed_at, row.cancel_until, row.approve_until, row.changed_at,
        row.version, tuple(lines), tuple(events))


def _line(row: Row[Any]) -> OrderLine:
    seen = json.loads(row.snapshot)
    booking = "" if row.transaction_id is None else ids.public_id(ids.TRANSACTION, row.account_id, row.transaction_id)
    return OrderLine(
        row.line, row.variant, row.reward, row.reward_version, row.kind, row.supplier, row.promotion,
        seen.get("name", {}), seen.get("variant", {}), json.loads(row.details), progress_of(row), row.points_each,
        row.points, seen.get("regular_points", row.points_each), seen.get("delivery_days", 0),
        tuple(seen.get("why", ())), booking, row.handover_key, seen.get("fulfilment", ""), row.money)


def _event(row: Row[Any]) -> OrderHappened:
    return OrderHappened(row.id, row.line, row.kind, row.quantity, row.happened_at, row.actor, json.loads(row.details))
