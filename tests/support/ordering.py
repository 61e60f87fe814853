"""A programme with rewards and points to spend, and people who order."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Connection, and_, select

from tests.support.catalogues import DRILL, Shelf, make_shelf
from tests.support.worlds import ARTICLES, PARTICIPANTS, SIX_IN_THE_EVENING, World, lines
from treuwerk.domain.reward_orders import Destination, OrderRequest, WantedLine
from treuwerk.domain.rights import PERMISSIONS, Access, Audience, names_for
from treuwerk.services.orders.placing import Placed, place
from treuwerk.store.database import Database
from treuwerk.store.tables import identifier, journal, order_line, reward_order, reward_stock

HOME = Destination("Ada Lovelace", "Dachweg 1", "10115", "Berlin", "DE", "Sonnendach Brandmaier GmbH")
MUG: Mapping[str, str] = {**DRILL, "reward": "MUG", "variant": "MUG-RED", "variant_name_de": "Rot",
                          "variant_points": "500", "name_de": "Becher", "category": "garden", "stock": "unlimited"}
ENGRAVED = """
[[reward_kinds]]
name = "goods"
source = "goods"

[[reward_kinds.asks]]
name = "engraving"
label = { de = "Gravur" }
required = false
longest = 20

[[constraints]]"""
PRICES = {"DRILL-12": 7_200, "MUG-RED": 500}


@attrs.frozen
class Counter:
    """Where rewards are ordered; participant 10017 has 16,000 points unless more were earned."""

    shelf: Shelf

    @property
    def world(self) -> World:
        """The installation."""
        return self.shelf.world

    def account(self, number: str = "10017") -> int:
        """The account of a customer number."""
        [(found,)] = self.world.rows(select(identifier.c.account_id).where(
            identifier.c.scheme == "customer_number", identifier.c.value == number))
        return int(found)

    def access(self, number: str = "10017") -> Access:
        """A manager of a company in the portal."""
        return Access(1, "ada", Audience.PORTAL, names_for(Audience.PORTAL), self.account(number), 1)

    def office(self, *without: str) -> Access:
        """Somebody in the service centre who may do everything but what is named."""
        return Access(2, "grace", Audience.OFFICE, names_for(Audience.OFFICE, PERMISSIONS) - set(without))

    def order(self, *wanted: tuple[str, int] | WantedLine, key: str = "K1", number: str = "10017",
              now: int = SIX_IN_THE_EVENING, access: Access | None = None,
              then: Callable[[Connection, Placed], None] | None = None, **more: Any) -> Placed:
        """Order variants with their quantities, at the prices of these rewards, to a usual address."""
        told = tuple(one if isinstance(one, WantedLine) else WantedLine(one[0], one[1], PRICES[one[0]])
                     for one in wanted)
        request = OrderRequest(key, told, **{"destination": HOME, **more})
        return place(self.world.installation, access or self.access(number), request, now, then=then)

    def earn(self, number: str, deliveries: int, name: str) -> None:
        """Points for a customer: 800 for each delivery."""
        receipt = self.world.clear(lines(deliveries, name, customer_number=number), name=f"{name}.csv")
        assert receipt.tally.booked == deliveries

    def bonus(self, number: str = "10017") -> int:
        """Points that a customer has."""
        return self.world.balances()[number, "bonus"]

    def stock(self, variant: str = "DRILL-12") -> tuple[int, int]:
        """Pieces on hand, and those of them that are reserved."""
        [(on_hand, reserved)] = self.world.rows(select(reward_stock.c.on_hand, reward_stock.c.reserved).where(
            reward_stock.c.variant == variant))
        return on_hand, reserved

    def orders(self) -> list[tuple[Any, ...]]:
        """Key, state and points of all orders."""
        return self.world.rows(select(reward_order.c.key, reward_order.c.state, reward_order.c.points).order_by("key"))

    def lines(self) -> list[tuple[Any, ...]]:
        """Variant, state, quantity, cancelled and reserved pieces of all lines, by time and key of their orders."""
        columns = order_line.c
        # Not by number: of two orders of one moment, either may have the larger.
        return self.world.rows(select(columns.variant, columns.state, columns.quantity, columns.cancelled,
                                      columns.reserved).join(reward_order, and_(
            reward_order.c.account_id == columns.account_id, reward_order.c.id == columns.order_id)).order_by(
            reward_order.c.placed_at, reward_order.c.key, columns.line))

    def spent(self) -> list[tuple[Any, ...]]:
        """Kind and key of what was booked beside accruals."""
        return self.world.rows(select(journal.c.kind, journal.c.business_key).where(
            journal.c.kind != "accrual").order_by(journal.c.id))


def make_counter(folder: Path, database: Database, other: Iterable[tuple[str, str]] = ()) -> Counter:
    """A programme whose shelf has a drill (7 pieces, 7,200 points) and a mug (uncounted, 500 points)."""
    counter = Counter(make_shelf(folder, database, (("\n[[constraints]]", ENGRAVED), *other)))
    assert counter.world.participants(PARTICIPANTS).rejected == 0
    assert counter.world.articles(ARTICLES).rejected == 0
    counter.earn("10017", 20, "FIRST")
    assert not counter.shelf.bring(DRILL, MUG).problems
    return counter
