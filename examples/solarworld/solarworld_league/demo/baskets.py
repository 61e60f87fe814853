"""What is on a delivery: a complete system, or modules alone."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import exp
from random import Random

import attrs

from solarworld_league.demo.companies import Company
from solarworld_league.demo.tables import DATA, MASTER, load

_LARGE = 10  # companies up to this rank also build commercial roofs
_INVERTERS = ((3, "SW-W-03"), (5, "SW-W-05"), (6, "SW-W-06H"), (8, "SW-W-08H"), (10, "SW-W-10H"), (15, "SW-W-15"),
              (25, "SW-W-25"), (50, "SW-W-50"))
_OVERSIZING = 1.25  # kWp of modules per kW of inverter
_BATTERIES = ("SW-B-05", "SW-B-08", "SW-B-10", "SW-B-13", "SW-B-20")
_ROOFS = (("SW-G-DH", 2.2), ("SW-G-DH", 2.4), ("SW-G-TR", 3.0), ("SW-G-FS", 2.6), ("SW-G-FD", 0.6))
_EXTRAS = ("SW-Z-WB", "SW-Z-EM", "SW-Z-US", "SW-Z-NT", "SW-Z-OP", "SW-K-ST")


@attrs.frozen
class Item:
    """An article with what the generator needs of it; `wp` and `pallet` are 0 where it has none."""

    number: str
    kind: str
    wp: int
    pallet: int
    price: Decimal


@attrs.frozen
class Position:
    """One line of a delivery: `quantity` counts `unit`, `pieces` what is in it."""

    item: Item
    quantity: int
    unit: str = "PCE"

    @property
    def pieces(self) -> int:
        """Pieces, also of pallets."""
        return self.quantity * self.item.pallet if self.unit == "PAL" else self.quantity


def items() -> dict[str, Item]:
    """Articles of the master by number, with their prices."""
    prices = {row["article_number"]: Decimal(row["net_price"].replace(",", ".")) for row in load(DATA / "prices.csv")}
    return {number: Item(number, row["kind"], int(row["wp"] or 0), int(row["pieces_per_pallet"] or 0), prices[number])
            for row in load(MASTER) if (number := row["article_number"])}


class Baskets:
    """Fills deliveries from a stream of chance."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._items = items()
        self._modules = [item for item in self._items.values() if item.kind == "module"]
        self._roof_modules = [item for item in self._modules if not item.number.endswith("-F")]

    def modules(self, firm: Company) -> list[Position]:
        """One or two kinds of modules, by the piece or on pallets."""
        kinds = self._random.sample(self._modules, 2 if self._random.random() < 0.3 else 1)
        return [self._some_modules(module, firm) for module in kinds]

    def _some_modules(self, module: Item, firm: Company) -> Position:
        if self._random.random() < (0.4 if firm.size <= _LARGE else 0.08):
            return Position(module, self._random.randint(1, 4 if firm.size <= _LARGE else 1), "PAL")
        return Position(module, self._random.randint(6, 40))

    def system(self, firm: Company) -> list[Position]:
        """Modules of one kind with all that makes a solar system of them."""
        module = self._random.choice(self._roof_modules)
        commercial = firm.size <= _LARGE and self._random.random() < 0.12
        count = self._random.randint(50, 110) if commercial else self._random.randint(8, 32)
        return [Position(module, count), *self._electrics(count * module.wp / 1000), *self._roof(count),
                *self._extras()]

    def _electrics(self, kilowatts_peak: float) -> Iterator[Position]:
        fitting = [number for most, number in _INVERTERS if most * _OVERSIZING >= kilowatts_peak]
        yield Position(self._items[fitting[0]], 1)
        if self._random.random() < 0.55:
            yield Position(self._items[self._random.choice(_BATTERIES)], 1)
        if self._random.random() < 0.6:
            cable = "SW-K-06L" if kilowatts_peak > 20 else self._random.choice(("SW-K-04", "SW-K-06"))
            yield Position(self._items[cable], self._random.randint(1, 2))

    def _roof(self, modules: int) -> Iterator[Position]:
        holder, per_module = self._random.choice(_ROOFS)
        yield Position(self._items[holder], round(modules * per_module))
        if holder != "SW-G-FD":
            yield Position(self._items["SW-G-SC"], round(modules * 1.1), self._random.choice(("PCE", "PCE", "STK")))

    def _extras(self) -> Iterator[Position]:
        for number in self._random.sample(_EXTRAS, self._some_extras()):
            yield Position(self._items[number], self._random.randint(2, 20) if number in _EXTRAS[-2:] else 1)

    def _some_extras(self) -> int:
        return min(drawn(self._random, 0.5), 3)


def drawn(random: Random, mean: float) -> int:
    """How often something happens that is expected `mean` times (Poisson, by Knuth's multiplication)."""
    limit, count, product = exp(-mean), 0, random.random()
    while product > limit:
        count += 1
        product *= random.random()
    return count


def positions(basket: Sequence[Position]) -> Iterator[tuple[int, Position]]:
    """The lines with their numbers in steps of ten, as merchandise systems count."""
    return ((10 * place, position) for place, position in enumerate(basket, 1))
