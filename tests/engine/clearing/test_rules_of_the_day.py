"""Which revision of a rule counts for a purchase around midnight, and for one that waited: case 51."""

from pathlib import Path

import pytest

from tests.support.aliases import article, clerk, released
from tests.support.worlds import World, line, make_world
from treuwerk.domain.aliases import Name
from treuwerk.services.changes.aliasing import Meant, decide
from treuwerk.services.proof.digesting import state_digest
from treuwerk.store.database import Database

JUNE = 1_783_000_000_000_000  # in the first days of July 2026
SECOND = """
[[earning]]
name = "module_points"
rule = "product_factor"
revision = 2
valid_from = 2026-06-01
title = { de = "Modulpunkte" }
unit = "bonus"
unit_without_factor = "status"
article_kinds = ["module"]
attribute = "wp"
attribute_per_point = 5
feature = "scope"
factors = { SYSTEM = 2, MODULE = 1 }
"""
FEED = '\n[[sources]]\nname = "erp"\nreader = "json_feed"\n'


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """From the first of June on, in Berlin, modules earn twice as much."""
    first, seminars = 'rule = "product_factor"\n', '\n[[earning]]\nname = "seminar_points"'
    return make_world(tmp_path / "league", database, other=[
        (first, f"{first}valid_until = 2026-05-31\n"), (seminars, SECOND + seminars),
        ("\n[measures]\n", f"{FEED}\n[measures]\n"), ('plugins = ["csv_feed"', 'plugins = ["json_feed", "csv_feed"')])


def delivery(number: str, at: str, item: str = "SW-M-400") -> str:
    return (f'{{"source": "erp", "kind": "delivery", "number": "{number}", "delivery_date": "{at}", '
            '"seller": {"name": "SolarWorld"}, "buyer": {"ids": ["10017"], "schemes": ["customer_number"]}, '
            f'"lines": [{{"id": "1", "article_seller": "{item}", "qty": "10", "unit": "PCE", '
            '"features": {"scope": "MODULE"}}]}')


@pytest.mark.parametrize(("at", "points"), [
    ("2026-05-31T21:30:00Z", 400), ("2026-05-31T23:30:00Z", 800), ("2026-05-31T23:30:00+02:00", 400),
    ("2026-06-01T00:30:00+05:00", 400), ("2026-05-31", 400), ("2026-06-01", 800)])
def test_case_51_the_day_of_a_purchase_is_that_of_the_programmes_zone(world: World, at: str, points: int) -> None:
    receipt = world.clear(delivery("LS-1", at), name="a.json", source="erp", now=JUNE)
    before = state_digest(world.database).digest

    again = world.clear(delivery("LS-1", at) + "\n", name="b.json", source="erp", now=JUNE)

    assert receipt.tally.booked == 1
    assert world.balances()["10017", "bonus"] == points
    assert (again.tally.duplicate, state_digest(world.database).digest) == (1, before)


def test_case_51_a_purchase_that_waited_earns_by_the_revision_of_its_day(world: World) -> None:
    world.clear(delivery("LS-1", "2026-05-31T21:30:00Z", "XY"), name="a.json", source="erp", now=JUNE)
    world.clear(delivery("LS-2", "2026-05-31T23:30:00Z", "XY"), name="b.json", source="erp", now=JUNE)
    name: Name = article("XY")

    booked = released(decide(clerk(), world.installation, Meant(name, article="SW-M-400"), JUNE))

    assert booked.points == {"bonus": 400 + 800, "status": 400 + 800}


def test_case_41_a_line_that_waited_earns_what_it_had_earned_on_its_day(world: World) -> None:
    world.clear([line(delivered_on="2026-05-31", article_number="XY")], now=JUNE)

    booked = released(decide(clerk(), world.installation, Meant(article("XY"), article="SW-M-400"), JUNE))

    assert booked.points == {"bonus": 800, "status": 400}
