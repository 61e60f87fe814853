"""A changed programme over everything that was bought and attended, beside the one in force."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.conftest import NewDatabase
from tests.support.accounts import DONNELLY, account
from tests.support.assemblies import bare, delivery, system_world
from tests.support.corrections import DAY, clear
from tests.support.simulations import LATER, THRICE, by_participant, changed, simulated
from tests.support.totals import EVERY_KIND, totals_world
from tests.support.worlds import SIX_IN_THE_EVENING, World, line, make_world
from treuwerk.domain.earning import EarningRule
from treuwerk.domain.refusals import Refusal
from treuwerk.services.changes.reversing import reverse

BACK = {"movement": "RETURN", "delivered_on": "2026-05-20"}
SEMINAR = "seminar_code;held_on;participant;person;attended\n"
FROM_MAY_5TH = ('title = { de = "Modulpunkte" }', 'title = { de = "Modulpunkte" }\nvalid_from = 2026-05-05')
FILTERED = ('title = { de = "Modulpunkte" }', 'title = { de = "Modulpunkte" }\naudience = { groups = ["installer"] }')


def past(world: World) -> None:
    """Systems of one company, single modules of another one, a seminar."""
    world.clear([line("LS-1"), line("LS-2", delivered_on="2026-05-10"),
                 line("LS-3", customer_number="10109", scope="MODULE")])
    world.attendance(f"{SEMINAR}ROOF-1;2026-05-11;10109;Anna Berg;yes\n")


def test_a_programme_that_did_not_change_makes_no_difference(world: World) -> None:
    past(world)

    told = simulated(world, changed(world))

    assert (told["lines"], told["activities"], told["changed"]) == (3, 1, 0)
    assert (told["participants"], told["samples"], told["doubts"], told["tiers"]) == ([], [], [], [])
    assert {unit: (both["now"], both["next"]) for unit, both in told["totals"].items()} == {
        unit: (points, points) for unit, points in world.points().items()}


def test_a_changed_factor_makes_exactly_its_difference_and_nothing_is_booked(world: World) -> None:
    past(world)
    before = world.counts()

    told = simulated(world, changed(world, THRICE))

    assert by_participant(told) == {("10017", "bonus"): 800}
    assert (told["changed"], told["totals"]["bonus"]["difference"], told["totals"]["status"]["difference"]) == (
        2, 800, 0)
    assert [(one["rule"], one["unit"], one["difference"]) for one in told["rules"] if one["difference"]] == [
        ("module_points", "bonus", 800)]
    assert [(one["document"], one["now"][0]["points"], one["next"][0]["points"]) for one in told["samples"]] == [
        ("LS-1", 800, 1200), ("LS-2", 800, 1200)]
    assert told["samples"][0]["next"][0]["steps"][-1]["figure"] == "1200"
    assert world.counts() == before


@pytest.mark.parametrize("pieces", [4, 10])
def test_what_went_back_counts_for_neither(world: World, pieces: int) -> None:
    world.clear([line("LS-1")])
    world.clear([line("LS-1", quantity=str(pieces), **BACK)], name="back.csv", now=LATER - 1)

    told = simulated(world, changed(world, THRICE))

    assert (told["totals"]["bonus"]["now"], told["totals"]["bonus"]["difference"]) == (
        world.points()["bonus"], 40 * (10 - pieces))


def test_what_was_taken_back_by_hand_counts_for_neither(world: World) -> None:
    past(world)
    with world.database.reading() as connection:
        account_id, number = connection.exec_driver_sql(
            "SELECT j.account_id, j.id FROM journal j JOIN purchase_line l ON l.id = j.id "
            "WHERE l.document = 'LS-1'").one()
    reverse(world.installation, account_id, number, "all", LATER - 1)

    told = simulated(world, changed(world, THRICE))

    assert told["totals"]["bonus"]["now"] == world.points()["bonus"]
    assert by_participant(told) == {("10017", "bonus"): 400}


def test_an_attendance_that_did_not_take_place_counts_for_neither(world: World) -> None:
    past(world)
    world.attendance(f"{SEMINAR}ROOF-1;2026-05-11;10109;Anna Berg;no\n", now=LATER - 1)

    told = simulated(world, changed(world, ("points = 500", "points = 700")))

    assert (told["activities"], told["participants"]) == (0, [])


def test_revisions_count_by_the_day_of_the_purchase(world: World) -> None:
    past(world)

    told = simulated(world, changed(world, FROM_MAY_5TH))

    assert by_participant(told) == {("10017", "bonus"): -800, ("10017", "status"): -400, ("10109", "bonus"): -400,
                                    ("10109", "status"): -400}


def test_conditions_leave_people_out(world: World) -> None:
    past(world)

    assert by_participant(simulated(world, changed(world, FILTERED))) == {
        ("10017", "bonus"): -1600, ("10017", "status"): -800}


def test_only_days_from_since_on_count(world: World) -> None:
    past(world)

    told = simulated(world, changed(world, THRICE), since=date(2026, 5, 5))

    assert (told["lines"], told["activities"], by_participant(told)) == (1, 1, {("10017", "bonus"): 400})


def test_articles_and_companies_that_are_gone_are_told(world: World) -> None:
    past(world)
    with world.database.writing() as connection:
        connection.exec_driver_sql("UPDATE purchase_line SET article_number = 'GONE' WHERE document = 'LS-2'")
        connection.exec_driver_sql(f"DELETE FROM participant WHERE account_id = {account(world, DONNELLY)}")

    told = simulated(world, changed(world, THRICE))

    assert told["left_out"] == {"no_participant": 2, "unknown_article": 1}
    assert by_participant(told) == {("10017", "bonus"): 400}


def test_a_rule_that_fails_is_told_with_how_often(world: World) -> None:
    past(world)
    text = ('unit_without_factor = "status"\n', 'unit_without_factor = "status"\n')
    broken = changed(world, text)
    rule = broken.settings.earning[0].rule

    def awards(events: Any) -> Any:
        if any(event.features.get("scope") == "SYSTEM" for event in events):
            raise ValueError("no such table")
        return plain(events)

    plain: Callable[[Any], Any] = cast("EarningRule", rule).awards
    object.__setattr__(broken.settings.earning[0], "rule", _Failing(rule.units, awards))

    told = simulated(world, broken)

    (doubt,) = told["doubts"]
    assert (doubt["code"], doubt["events"], doubt["document"]) == ("rule_failed", 2, "LS-1")
    assert "no such table" in doubt["reason"]
    assert by_participant(told)["10017", "bonus"] == -1600


class _Failing:
    """A rule with an answer of the test."""

    def __init__(self, units: Any, awards: Any) -> None:
        self.units, self.awards = units, awards


def test_points_that_are_gone_by_now_are_no_liability(world: World) -> None:
    past(world)
    world.clear([line("LS-9", delivered_on="2025-06-01")], name="old.csv")

    told = simulated(world, changed(world, ("attribute_per_point = 10", "attribute_per_point = 5")))

    status = told["totals"]["status"]
    assert (status["difference"], status["open_difference"]) == (1600, 1200)


def test_tiers_and_the_worth_of_points_are_told(tmp_path: Path, database: Any) -> None:
    tiers = "".join(f'[[tiers]]\ncode = "{code}"\nname = {{ de = "{code}" }}\nunit = "status"\npoints = {points}\n\n'
                    for code, points in (("silver", 500), ("gold", 1000)))
    world = make_world(tmp_path / "league", database, other=[
        ("[measures]", f"{tiers}[rewards.pricing]\npoint_value = 0.01\n\n[measures]")])
    past(world)

    told = simulated(world, changed(world, ("attribute_per_point = 10", "attribute_per_point = 7")))

    assert told["tiers"] == [{"from": "", "to": "silver", "participants": 1},
                             {"from": "silver", "to": "gold", "participants": 1}]
    assert told["totals"]["bonus"]["value"] == f"{told['totals']['bonus']['open_difference'] / 100:.2f}".rstrip("0")
    assert told["totals"]["status"]["value"] is None


def test_who_spent_what_would_not_be_there_falls_below_zero(world: World) -> None:
    from tests.support.accounts import BRANDMAIER
    from treuwerk.services.ledger.redeeming import redeem

    past(world)
    redeem(world.installation, account(world, BRANDMAIER), "bonus", 1500, "K-1", LATER - 1)

    assert simulated(world, changed(world, FILTERED))["totals"]["bonus"]["below_zero"] == 1


def test_another_programme_is_refused(world: World) -> None:
    with pytest.raises(Refusal, match="found programme 'other', expected a changed 'league'"):
        simulated(world, changed(world, ('code = "league"', 'code = "other"')))


@pytest.mark.parametrize("change", [("SYSTEM = 2", "SYSTEM = 3"), ("at_least = 2000", "at_least = 5000"),
                                    ('missing = "derive"', 'missing = "refuse"')])
def test_orders_that_make_a_whole_come_to_what_clearing_them_anew_does(
        tmp_path: Path, new_database: NewDatabase, change: tuple[str, str]) -> None:
    with new_database() as one, new_database() as other:
        world, anew = system_world(tmp_path / "one", one), system_world(tmp_path / "anew", other, other=[change])
        for each in (world, anew):
            clear(each, delivery("L-1", bare(1, "10"), bare(2, "3")))
            clear(each, delivery("L-2", bare(1, "1", "SW-W-10H"), bare(2, "4", "SW-G"), after=3))
            clear(each, delivery("L-3", bare(1, "5", "SW-M-405"), order="A-2"))

        told = simulated(world, changed(world, change))

        assert {unit: both["next"] for unit, both in told["totals"].items() if both["next"]} == {
            unit: points for unit, points in anew.points().items() if points}
        assert told["totals"]["bonus"]["now"] == world.points()["bonus"]


DELIVERIES = st.lists(st.tuples(st.sampled_from(["10017", "10109"]), st.sampled_from(["SW-M-400", "SW-M-405"]),
                                st.integers(1, 60), st.sampled_from(["SYSTEM", "MODULE"]), st.integers(1, 28),
                                st.integers(0, 60)), min_size=1, max_size=12)
SEVENTHS = ("attribute_per_point = 10", "attribute_per_point = 7")
CHANGES = st.lists(st.sampled_from([THRICE, FROM_MAY_5TH, FILTERED, SEVENTHS]), min_size=1, max_size=2,
                   unique_by=lambda one: one[0])


@settings(max_examples=8, deadline=None)
@given(deliveries=DELIVERIES, changes=CHANGES)
def test_a_simulation_is_what_clearing_everything_anew_comes_to(
        tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase, deliveries: list[Any],
        changes: list[tuple[str, str]]) -> None:
    tmp_path = tmp_path_factory.mktemp("worlds")
    with new_database() as one, new_database() as other:
        world, anew = make_world(tmp_path / "one", one), make_world(tmp_path / "anew", other, other=changes)
        for each in (world, anew):
            bought, back = feed(deliveries)
            each.clear(bought)
            if back:
                each.clear(back, name="back.csv", now=SIX_IN_THE_EVENING + 1_000_000)
            each.attendance(f"{SEMINAR}ROOF-1;2026-05-11;10109;Anna Berg;yes\n")

        told = simulated(world, changed(world, *changes))

        assert by_balance(told, "now") == world.points()
        assert by_balance(told, "next") == anew.points()
        assert by_participant(told) == {
            home: points - world.balances().get(home, 0)
            for home, points in (dict.fromkeys(world.balances(), 0) | anew.balances()).items()
            if points != world.balances().get(home, 0)}


def feed(deliveries: list[Any]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Rows of deliveries, and of what went back of them."""
    bought, back = [], []
    for number, (customer, article, quantity, scope, day, returned) in enumerate(deliveries):
        row = line(f"LS-{number}", customer_number=customer, article_number=article, quantity=str(quantity),
                   scope=scope, delivered_on=f"2026-05-{day:02}", order_number="")
        bought.append(row)
        if gone := min(returned, quantity):
            back.append(row | {"quantity": str(gone), "movement": "RETURN", "delivered_on": "2026-05-30"})
    return bought, back


def by_balance(told: dict[str, Any], what: str) -> dict[str, int]:
    """Sums by unit, of units with any points."""
    return {unit: both[what] for unit, both in told["totals"].items() if both["now"] or both["next"]}


FACTORS = "factors = { SYSTEM = 2, MODULE = 1 }\n"
CAPPED = (FACTORS, FACTORS + """caps = [{ per = "participant", period = "month", points = 1000, unit = "bonus" },
        { per = "document", points = 700, unit = "bonus" }]
""")
BUDGETED = (FACTORS, FACTORS + """budget = "spring"

[budgets.spring]
title = { de = "Frühling" }
unit = "bonus"
points = 1500
""")


@pytest.mark.parametrize("change", [CAPPED, BUDGETED])
def test_caps_and_budgets_leave_what_clearing_under_them_does(
        tmp_path: Path, new_database: NewDatabase, change: tuple[str, str]) -> None:
    with new_database() as one, new_database() as other:
        world, anew = make_world(tmp_path / "one", one), make_world(tmp_path / "anew", other, other=[change])
        for each in (world, anew):
            for number, (customer, day) in enumerate([("10017", "05-04"), ("10109", "05-05"), ("10017", "05-06"),
                                                      ("10017", "06-01")]):
                each.clear([line(f"LS-{number}", customer_number=customer, delivered_on=f"2026-{day}")],
                           name=f"{number}.csv", now=SIX_IN_THE_EVENING + number * 1_000_000)

        limited, freed = simulated(world, changed(world, change)), simulated(anew, world.installation.programme)

        assert {unit: both["next"] for unit, both in limited["totals"].items()} == anew.points()
        assert {unit: both["now"] for unit, both in freed["totals"].items()} == anew.points()
        assert {unit: both["next"] for unit, both in freed["totals"].items()} == world.points()
        assert by_participant(limited) == {home: -points for home, points in by_participant(freed).items()}


def test_rules_over_totals_come_to_what_clearing_under_them_does(tmp_path: Path, new_database: NewDatabase) -> None:
    with new_database() as one, new_database() as other:
        world, anew = make_world(tmp_path / "one", one), totals_world(tmp_path / "anew", other, EVERY_KIND)
        for each in (world, anew):
            for number, (customer, day, pieces) in enumerate([
                    ("10017", "05-04", "4"), ("10109", "05-05", "12"), ("10017", "06-06", "20"),
                    ("10017", "06-07", "9")]):
                row = line(f"LS-{number}", customer_number=customer, delivered_on=f"2026-{day}", quantity=pieces)
                each.clear([row], name=f"{number}.csv", now=SIX_IN_THE_EVENING + number * 1_000_000 + 40 * DAY)
            each.clear([line("LS-3", quantity="5", movement="RETURN", delivered_on="2026-06-09")], name="back.csv",
                       now=SIX_IN_THE_EVENING + 50 * DAY)
            each.attendance(f"{SEMINAR}A-1;2026-05-11;10109;Anna Berg;yes\nA-2;2026-05-12;10109;Anna Berg;yes\n")
        assert anew.points()["bonus"] > world.points()["bonus"]

        told, freed = (simulated(first, second.installation.programme) for first, second in (
            (world, anew), (anew, world)))

        assert {unit: both["next"] for unit, both in told["totals"].items()} == anew.points()
        assert {unit: both["now"] for unit, both in freed["totals"].items()} == anew.points()
        assert by_participant(told) == {home: -points for home, points in by_participant(freed).items()}
