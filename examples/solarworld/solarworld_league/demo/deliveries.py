"""The daily file of the direct feed, as the merchandise system of SolarWorld would send it, slips included."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from solarworld_league.demo.baskets import Baskets, Position, drawn, positions
from solarworld_league.demo.calendar import SEASON, quarters
from solarworld_league.demo.companies import Company
from solarworld_league.demo.slips import Slip, with_slip
from solarworld_league.demo.tables import Table, money

COLUMNS = ("delivery_number", "position", "delivered_on", "customer_number", "order_number", "article_number",
           "quantity", "unit", "net_amount", "currency", "scope", "serials")
_DELIVERIES_PER_DAY = 3.8
_SYSTEMS = 0.5
_WITH_SERIALS = 0.3
_SPLIT_NUMBER, _SPLIT_ORDER = 80_990_001, "990001"
_FIRST_OF_SPLIT, _SECOND_OF_SPLIT = 12, 6  # working days before the last one
_DISCOUNTS = {"certified": Decimal("0.88"), "installer": Decimal("0.95")}


def daily_files(firms: Sequence[Company], days: list[date], random: Random) -> Iterator[tuple[str, Table]]:
    """File names and tables, one for each day; in each quarter one line of every kind of slip."""
    feed, slips, split = _Feed(firms, random), _planned(days, random), _split_system(firms[0], days)
    for day in days:
        rows = feed.day(day)
        for slip in slips.get(day, []):
            rows = with_slip(rows, slip, feed.next_number(), random)
        yield f"{day}.csv", Table(COLUMNS, [*rows, *split.get(day, ())])


def _planned(days: list[date], random: Random) -> dict[date, list[Slip]]:
    plan: dict[date, list[Slip]] = {}
    for quarter in quarters(days):
        for slip in Slip:
            plan.setdefault(random.choice(quarter), []).append(slip)
    return plan


def _split_system(firm: Company, days: Sequence[date]) -> dict[date, list[list[str]]]:
    """A system that came in two deliveries of one order, neither of which says what it is: only its parts tell it."""
    first, second = days[-_FIRST_OF_SPLIT], days[-_SECOND_OF_SPLIT]
    order = f"A{first:%y}-{_SPLIT_ORDER}"
    parts = ((first, "10", "SW-M-440-G", "24", "1959,94"), (second, "10", "SW-W-08H", "1", "1332,32"),
             (second, "20", "SW-G-DH", "58", "400,66"))
    rows: dict[date, list[list[str]]] = {}
    for day, place, article, quantity, amount in parts:
        number = f"{_SPLIT_NUMBER + (day is second)}"
        rows.setdefault(day, []).append([number, place, day.isoformat(), firm.customer_number, order, article, quantity,
                                         "PCE", amount, "EUR", "", ""])
    return rows


class _Feed:
    """Deliveries with running numbers."""

    def __init__(self, firms: Sequence[Company], random: Random) -> None:
        self._firms, self._random = firms, random
        self._weights = [firm.weight for firm in firms]
        self._baskets = Baskets(random)
        self._number = 80_040_000 + random.randrange(5_000)
        self._order, self._serial = 41_000, 200_000

    def next_number(self) -> str:
        """The next delivery number; numbers have gaps, since other customers get deliveries too."""
        self._number += self._random.randint(1, 4)
        return str(self._number)

    def day(self, day: date) -> list[list[str]]:
        """The rows of all deliveries of one day, at least one."""
        count = max(1, drawn(self._random, _DELIVERIES_PER_DAY * SEASON[day.month - 1]))
        firms = self._random.choices(self._firms, self._weights, k=count)
        return [row for firm in firms for row in self._delivery(firm, day)]

    def _delivery(self, firm: Company, day: date) -> Iterator[list[str]]:
        number, order = self.next_number(), self._next_order(day)
        system = self._random.random() < _SYSTEMS
        basket = self._baskets.system(firm) if system else self._baskets.modules(firm)
        discount = _DISCOUNTS[firm.group]
        for place, position in positions(basket):
            amount = position.item.price * position.pieces * discount
            yield [number, str(place), day.isoformat(), firm.customer_number, order, position.item.number,
                   str(position.quantity), position.unit, money(amount), "EUR", "SYSTEM" if system else "MODULE",
                   "|".join(self._serials(position, day))]

    def _next_order(self, day: date) -> str:
        """Orders come some days before their delivery, so their year may be the one before."""
        self._order += self._random.randint(1, 9)
        ordered = day - timedelta(days=self._random.randint(3, 15))
        return f"A{ordered:%y}-{self._order:06d}"

    def _serials(self, position: Position, day: date) -> Iterator[str]:
        """Serial numbers of all modules of a line that was scanned piece by piece; no two modules share one."""
        scanned = position.item.kind == "module" and position.unit == "PCE" and self._random.random() < _WITH_SERIALS
        for _ in range(position.pieces if scanned else 0):
            self._serial += self._random.randint(1, 3)
            yield f"{day:%y}{position.item.wp}{self._serial:07d}"
