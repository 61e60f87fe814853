"""``treuwerk report budgets``: what was given, by which day, and what is left of it, in points and money."""

from pathlib import Path

import pytest

from tests.engine.cli.conftest import Treuwerk
from tests.support.limits import limited, notes
from tests.support.worlds import SIX_IN_THE_EVENING, World, line
from treuwerk.store.database import Database

DAY = 86_400_000_000


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A rule with a budget of 500 euros for each year, at 0.10 for a point."""
    return limited(tmp_path / "league", database, budget="money = 500_00\nworth = 100_00\nperiod = 'year'")


def test_a_budget_burns_down_by_the_days_of_its_bookings(world: World, treuwerk: Treuwerk) -> None:
    world.clear([*notes(2), line("LS-9", delivered_on="2025-12-30")])
    world.clear([line("LS-1", movement="CANCEL"), *notes(1, first=5, quantity="1")], name="later.csv",
                now=SIX_IN_THE_EVENING + DAY)

    shown = {one["period"]: one for one in treuwerk("report", "budgets", "--json").json["budgets"]}
    year, before = shown["2026"], shown["2025"]

    assert (year["budget"], year["unit"], year["points"], year["used"], year["left"], year["money_left"]) == (
        "spring", "bonus", 5_000, 880, 4_120, 412_00)
    assert year["days"] == [{"day": "2026-06-01", "points": 1_600, "left": 3_400},
                            {"day": "2026-06-02", "points": -720, "left": 4_120}]
    assert (before["used"], before["left"]) == (800, 4_200)
    assert "spring,2026" not in (text := treuwerk("report", "budgets", "--csv").out)
    assert "spring;2026;bonus;2026-06-02;-720;4120" in text.splitlines()
    assert "412.00" in treuwerk("report", "budgets").out


def test_a_budget_that_nobody_used_is_all_there(treuwerk: Treuwerk) -> None:
    [one] = treuwerk("report", "budgets", "--json").json["budgets"]

    assert (one["used"], one["left"], one["days"]) == (0, 5_000, [])
    assert treuwerk("report", "budgets", "--json", "--csv").code == 2
