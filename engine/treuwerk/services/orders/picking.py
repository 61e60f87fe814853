"""Pick lists: what of some orders is to be taken from the shelf, article by article, and for whom.

A list keeps which orders it is about. What is still to be sent of them is looked at whenever it is opened, so that a
list that is printed again holds nothing that left or was cancelled meanwhile.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import attrs
from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import OrderAct
from treuwerk.domain.rights import Access, OutOfScope, row_named
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.orders import desk
from treuwerk.services.orders.fulfilling import fulfilled_as, sent_as
from treuwerk.services.orders.scope import READ, WRITE
from treuwerk.services.orders.viewing_orders import Number, OrderLine, PlacedOrder
from treuwerk.services.searching import FoundParticipant
from treuwerk.store import prints

PICK_LIST = "pkl"
"""What ids of pick lists begin with."""
MOST_ORDERS = 500
"""Orders of one list, so that somebody can carry what is on it."""
LISTS_SHOWN = 50
_DIGITS = re.compile(r"([0-9]+)")


@attrs.frozen
class Printed:
    """That an order was put on a list, or a label was printed for it: `kind` is ``list`` or ``label``.

    `again`: the same was printed for the order before.
    """

    kind: str
    list_id: str
    at: int
    actor: str
    again: bool


@attrs.frozen
class Share:
    """The pieces of an article that one order gets."""

    order: PlacedOrder
    line: OrderLine
    pieces: int


@attrs.frozen
class Picked:
    """An article with all orders that it is taken for."""

    shares: tuple[Share, ...]

    @property
    def line(self) -> OrderLine:
        """One of its lines, for what it is called."""
        return self.shares[0].line

    @property
    def pieces(self) -> int:
        """How many are taken from the shelf."""
        return sum(one.pieces for one in self.shares)


@attrs.frozen
class Shelf:
    """Articles of one supplier, in the order of their numbers: whoever walks along takes each once."""

    supplier: str
    articles: tuple[Picked, ...]

    @property
    def pieces(self) -> int:
        """How many are taken from it."""
        return sum(one.pieces for one in self.articles)


@attrs.frozen
class PickList:
    """A list: `orders` as they were put on it, `shelves` of what is still to be sent. `made_at` in microseconds UTC."""

    public_id: str
    made_at: int
    actor: str
    orders: tuple[PlacedOrder, ...]
    shelves: tuple[Shelf, ...]
    participants: Mapping[int, FoundParticipant]
    printed: Mapping[Number, Sequence[Printed]]

    @property
    def open(self) -> list[PlacedOrder]:
        """Orders of which something is still to be sent."""
        wanted = {(one.order.account_id, one.order.number) for shelf in self.shelves for article in shelf.articles
                  for one in article.shares}
        return [one for one in self.orders if (one.account_id, one.number) in wanted]

    def labels_of(self, order: PlacedOrder) -> list[Printed]:
        """The labels that were printed for an order, from this list or another."""
        return [one for one in self.printed.get((order.account_id, order.number), ()) if one.kind == prints.LABEL]

    def earlier(self, order: PlacedOrder) -> list[Printed]:
        """Other lists that an order was put on before this one."""
        return [one for one in self.printed.get((order.account_id, order.number), ())
                if one.kind == prints.LIST and one.list_id != self.public_id and one.at <= self.made_at]


@attrs.frozen
class ListMade:
    """A list among others."""

    public_id: str
    made_at: int
    actor: str
    orders: int


def pieces_to_pick(settings: Settings, order: PlacedOrder, line: OrderLine, now: int) -> int:
    """Pieces of a line that may leave now: somebody sends them, and whoever ordered cannot cancel them any more."""
    sent = sent_as(fulfilled_as(settings, line.kind, line.fulfilment))
    if not sent or line.withdrawable(now, order.cancel_until):
        return 0
    return line.progress.there_for(OrderAct.SHIP)


def can_be_picked(settings: Settings, order: PlacedOrder, now: int) -> bool:
    """Whether anything of an order may leave now."""
    return any(pieces_to_pick(settings, order, line, now) for line in order.lines)


def make_list(access: Access, connection: Connection, settings: Settings, public_ids: Collection[str],
              now: int) -> str:
    """Put those of some orders on a list of which something may leave; its public id.

    Raises:
        Refusal: `nothing_to_pick`, `too_many_to_pick` (most).
        NotAllowed: whoever acts may not.
    """
    access.require(WRITE)
    orders = [one for one in desk.some(access, connection, list(public_ids)) if can_be_picked(settings, one, now)]
    if not orders:
        raise Refusal("nothing_to_pick", "found no order of which something may leave now, expected at least one")
    if len(orders) > MOST_ORDERS:
        raise Refusal("too_many_to_pick", f"found {len(orders)} orders, expected at most {MOST_ORDERS} on one list",
                      most=MOST_ORDERS)
    number = next(ids.row_ids(now))
    public_id = ids.public_id(PICK_LIST, 0, number)
    prints.add(connection, prints.LIST, number, [(one.account_id, one.number) for one in orders], now, access.user_id,
               access.actor)
    note_act(connection, access, "order.pick", 0, public_id, now=now, after={"orders": len(orders)})
    return public_id


def pick_list(access: Access, connection: Connection, settings: Settings, public_id: str, now: int,
              supplier: str | None = None) -> PickList:
    """A list as it stands now, of one supplier where one is named; as many statements however many orders it has.

    Raises:
        NotAllowed, OutOfScope: whoever looks may not, or there is no such list.
    """
    access.require(READ)
    owner, number = row_named(public_id, PICK_LIST)
    rows = prints.of_list(connection, number) if not owner else ()
    if not rows:
        raise OutOfScope
    orders = desk.some(access, connection, [
        ids.public_id(ids.REWARD_ORDER, row.account_id, row.order_id) for row in rows])
    orders.sort(key=lambda one: (one.placed_at, one.account_id, one.number))
    shelves = _shelves(settings, orders, now)
    return PickList(public_id, rows[0].printed_at, rows[0].actor, tuple(orders),
                    tuple(one for one in shelves if supplier in (None, one.supplier)),
                    desk.participants_of(connection, orders), printed_of(connection, orders))


def recent_lists(access: Access, connection: Connection) -> list[ListMade]:
    """The newest lists."""
    access.require(READ)
    return [ListMade(ids.public_id(PICK_LIST, 0, row.list_id), row.printed_at, row.actor, row.orders)
            for row in prints.lists(connection, LISTS_SHOWN)]


def printed_of(connection: Connection, orders: Collection[PlacedOrder]) -> dict[Number, list[Printed]]:
    """All that was printed for some orders, the oldest first."""
    found: dict[Number, list[Printed]] = {}
    for row in prints.of_orders(connection, {(one.account_id, one.number) for one in orders}):
        before = found.setdefault((row.account_id, row.order_id), [])
        before.append(Printed(row.kind, ids.public_id(PICK_LIST, 0, row.list_id), row.printed_at, row.actor,
                              any(one.kind == row.kind for one in before)))
    return found


def _shelves(settings: Settings, orders: Sequence[PlacedOrder], now: int) -> list[Shelf]:
    """By supplier and article number, both in the order in which people look for them."""
    found: dict[str, dict[str, list[Share]]] = {}
    for share in _shares(settings, orders, now):
        found.setdefault(share.line.supplier, {}).setdefault(share.line.variant, []).append(share)
    return [Shelf(supplier, tuple(Picked(tuple(articles[one])) for one in sorted(articles, key=_as_read)))
            for supplier, articles in sorted(found.items())]


def _shares(settings: Settings, orders: Sequence[PlacedOrder], now: int) -> Iterator[Share]:
    for order in orders:
        for line in order.lines:
            if pieces := pieces_to_pick(settings, order, line, now):
                yield Share(order, line, pieces)


def _as_read(number: str) -> list[tuple[int, str]]:
    """Article numbers as people sort them: A-9 comes before A-10."""
    return [(int(part), "") if part.isdigit() else (-1, part.casefold()) for part in _DIGITS.split(number)]
