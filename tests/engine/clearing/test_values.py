"""Points by value: foreign currencies by the rate of the day, net amounts, and what goes back by the same rate."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.corrections import bonus, clear, document, goods
from tests.support.worlds import World, make_world
from treuwerk.domain.documents import DocumentKind, Purpose
from treuwerk.domain.earning import Award, Operation, Step
from treuwerk.domain.purchases import EarningEvent
from treuwerk.store.database import Database

RATES = ("[measures]", """[[rates]]
currency = "USD"
valid_from = 2026-05-05
rate = 0.5

[[rates]]
currency = "USD"
valid_from = 2026-01-01
rate = 0.9

[measures]""")
BY_VALUE = "SW-W-10H"


def by_value(events: Sequence[EarningEvent]) -> Iterator[Award]:
    """One point for each full euro of an inverter."""
    for index, event in enumerate(events):
        amount = event.amount if event.article and event.article.kind == "inverter" else None
        if amount and event.currency == "EUR" and int(amount) > 0:
            yield Award(index, "bonus", int(amount), (
                Step(Operation.START, "amount", f"{amount:f}"), Step(Operation.ROUND_DOWN, "points")))


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme in euros with rates for dollars; runs once per database."""
    return make_world(tmp_path / "league", database, rule=by_value, other=[RATES])


@pytest.mark.parametrize(("day", "currency", "points"), [
    (date(2026, 5, 4), "USD", 900), (date(2026, 5, 5), "USD", 500), (date(2026, 5, 5), "EUR", 1000),
    (date(2025, 5, 5), "USD", 0), (date(2026, 5, 5), "CHF", 0)])
def test_case_73_a_foreign_amount_counts_by_the_rate_of_the_day(world: World, day: date, currency: str,
                                                               points: int) -> None:
    clear(world, document("R-1", goods(1, "4", article=BY_VALUE, amount=Decimal(1000)), kind=DocumentKind.INVOICE,
                          day=day)._replace(currency=currency))

    assert bonus(world) == points
    assert world.violated() == {}


def test_case_73_what_goes_back_counts_by_the_rate_of_the_purchase(world: World) -> None:
    bought = goods(1, "4", article=BY_VALUE, amount=Decimal(1000))
    clear(world, document("R-1", bought, kind=DocumentKind.INVOICE)._replace(currency="USD"))

    clear(world, document("G-1", bought._replace(qty=Decimal(1)), kind=DocumentKind.CREDIT_NOTE, previous=("R-1",),
                          day=date(2026, 5, 20))._replace(currency="USD"))

    assert bonus(world) == 675
    assert world.violated() == {}


def test_case_73_points_by_pieces_do_not_depend_on_a_rate(world: World) -> None:
    clear(world, document("R-1", goods(1, "10", amount=Decimal(5)))._replace(currency="USD"))

    assert bonus(world) == 800


def test_case_74_the_net_amount_of_the_line_counts_whatever_the_sums_say(world: World) -> None:
    clear(world, document("R-1", goods(1, "4", article=BY_VALUE, amount=Decimal(1000)), kind=DocumentKind.INVOICE,
                          sums={"net_total": Decimal(1000), "tax_total": Decimal(0), "grand_total": Decimal(1190)}))

    assert bonus(world) == 1000


def test_case_27_another_price_changes_what_goes_by_value_and_nothing_else(world: World) -> None:
    clear(world, document("R-1", goods(1, "4", article=BY_VALUE, amount=Decimal(1000)),
                          goods(2, "10", amount=Decimal(900)), kind=DocumentKind.INVOICE))

    clear(world, document("R-1", goods(1, "4", article=BY_VALUE, amount=Decimal(700)),
                          goods(2, "10", amount=Decimal(600)), kind=DocumentKind.INVOICE, purpose=Purpose.REPLACE,
                          issue_date=date(2026, 5, 20)))

    assert bonus(world) == 700 + 800
    assert world.violated() == {}
