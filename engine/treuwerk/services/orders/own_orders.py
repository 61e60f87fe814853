"""Orders of the own company as its people see them: what was ordered, how far it is, and what they can still do."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, Row, select

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
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.services.orders.changing import progress_of
from treuwerk.services.orders.destinations import destination_from
from treuwerk.services.orders.parcels import OrderParcel, parcels_of
from treuwerk.services.orders.revealing import CodesOfLine, codes_of
from treuwerk.services.orders.scope import READ_OWN, order_named
from treuwerk.services.orders.viewing_orders import Replaced, replaced_in
from treuwerk.services.payments.viewing import PaymentSeen, payment_of
from treuwerk.store import reward_orders as store
from treuwerk.store.succession import belongs
from treuwerk.store.tables import reward_order

PAGE = 20


@attrs.frozen
class OwnLine:
    """One line of an order, as it was when it was ordered; names by language."""

    number: int
    variant: str
    reward: str
    kind: str
    name: Mapping[str, str]
    variant_name: Mapping[str, str]
    category: str
    progress: Progress
    points_each: int
    ordered_points: int
    money: int
    details: Mapping[str, str]
    delivery_days: int = 0
    codes: CodesOfLine | None = None
    replaces: Replaced | None = None
    """What it is sent for, None where it was ordered."""
    replacements: tuple[Replaced, ...] = ()
    """What was sent for pieces of it."""

    @property
    def points(self) -> int:
        """What its pieces cost that were neither cancelled nor returned."""
        return self.ordered_points - given_back(self.ordered_points, self._gone, self.progress.quantity)

    @property
    def cents(self) -> int:
        """The same in money."""
        return self.money - given_back(self.money, self._gone, self.progress.quantity)

    @property
    def _gone(self) -> int:
        return self.progress.cancelled + self.progress.returned

    @property
    def state(self) -> LineState:
        """How far it is."""
        return self.progress.state


@attrs.frozen
class Happened:
    """Something that happened to an order, or to pieces of one of its lines (0: to all of it)."""

    kind: str
    line: int
    pieces: int
    at: int
    details: Mapping[str, Any]


@attrs.frozen
class OwnOrder:
    """An order; instants in microseconds UTC. `events` are there where one order is looked at."""

    account_id: int
    id: int
    state: LineState
    unit: str
    ordered_points: int
    money: int
    placed_at: int
    cancel_until: int
    destination: Destination | None
    note: str
    version: int
    lines: tuple[OwnLine, ...]
    events: tuple[Happened, ...] = ()
    payment: PaymentSeen | None = None
    parcels: tuple[OrderParcel, ...] = ()

    @property
    def public_id(self) -> str:
        """The id that people see."""
        return ids.public_id(ids.REWARD_ORDER, self.account_id, self.id)

    @property
    def points(self) -> int:
        """What it costs without what was cancelled or returned."""
        return sum(line.points for line in self.lines)

    @property
    def cents(self) -> int:
        """The same in money."""
        return sum(line.cents for line in self.lines)

    @property
    def pieces(self) -> int:
        """How many pieces were ordered."""
        return sum(line.progress.quantity for line in self.lines)

    def can_cancel(self, line: OwnLine, now: int) -> bool:
        """Whether who ordered can still cancel a line."""
        waits = line.state in UNDECIDED
        return (line.state in WITHDRAWABLE and line.progress.there_for(OrderAct.CANCEL) > 0
                and (waits or now < self.cancel_until))

    def cancellable(self, now: int) -> bool:
        """Whether any line can still be cancelled."""
        return any(self.can_cancel(line, now) for line in self.lines)


def own_orders(access: Access, connection: Connection, *, before: int | None = None,
               limit: int = PAGE) -> tuple[list[OwnOrder], int | None]:
    """Orders of the own company, newest first, and the number behind which the older ones begin; two statements."""
    access.require(READ_OWN)
    wanted = select(reward_order).where(belongs(reward_order.c.account_id, access.account_id))
    if before is not None:
        wanted = wanted.where(reward_order.c.id < before)
    rows = connection.execute(wanted.order_by(reward_order.c.id.desc()).limit(limit + 1)).all()
    shown = rows[:limit]
    lines: dict[tuple[int, int], list[Row[Any]]] = {}
    for one in store.lines_of_orders(connection, [(row.account_id, row.id) for row in shown]):
        lines.setdefault((one.account_id, one.order_id), []).append(one)
    orders = [_order(row, [_line(one) for one in lines.get((row.account_id, row.id), [])]) for row in shown]
    return orders, shown[-1].id if len(rows) > limit else None


def own_order(access: Access, connection: Connection, public_id: str) -> OwnOrder:
    """One of them, with what happened to it.

    Raises:
        OutOfScope: there is none of this id, or it is someone else's.
    """
    access.require(READ_OWN)
    account_id, number = order_named(access, connection, public_id)
    row = store.by_id(connection, account_id, number)
    if row is None:
        raise OutOfScope
    replaced = replaced_in(connection, [(account_id, number)])
    lines = [attrs.evolve(one, codes=codes_of(connection, account_id, number, one.number), replaces=origin,
                          replacements=sent)
             for one in lines_of(connection, account_id, number)
             for origin, sent in [replaced.get((account_id, number, one.number), (None, ()))]]
    happened = [Happened(one.kind, one.line, one.quantity, one.happened_at, json.loads(one.details or "{}"))
                for one in store.events_of(connection, account_id, number)]
    payment = payment_of(connection, account_id, number) if row.money else None
    return attrs.evolve(_order(row, lines), events=tuple(happened), payment=payment,
                        parcels=parcels_of(connection, account_id, number))


def lines_of(connection: Connection, account_id: int, number: int) -> list[OwnLine]:
    """The lines of an order, without asking who wants to know."""
    return [_line(one) for one in store.lines_of(connection, account_id, number)]


def _order(row: Row[Any], lines: Sequence[OwnLine]) -> OwnOrder:
    return OwnOrder(row.account_id, row.id, LineState(row.state), row.unit, row.points, row.money, row.placed_at,
                    row.cancel_until, destination_from(row.destination), row.note, row.version, tuple(lines))


def _line(row: Row[Any]) -> OwnLine:
    told = json.loads(row.snapshot)
    return OwnLine(row.line, row.variant, row.reward, row.kind, told.get("name", {}), told.get("variant", {}),
                   told.get("category", ""), progress_of(row), row.points_each, row.points, row.money,
                   json.loads(row.details or "{}"),
                   told.get("delivery_days", 0))
