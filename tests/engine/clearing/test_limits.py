"""Caps and budgets where files are booked: who comes first is served first, never more is given, all can be proven."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.limits import counters, limited, notes, spent
from tests.support.worlds import SIX_IN_THE_EVENING, line, make_world
from treuwerk.services.changes.reversing import reverse
from treuwerk.store.database import Database
from treuwerk.store.tables import journal

LATER = SIX_IN_THE_EVENING + 1_000_000


def warnings(problems: Iterable[dict[str, object]]) -> list[tuple[object, object]]:
    return [(one["document"], one["code"]) for one in problems]


def test_a_cap_of_a_month_is_met_in_the_order_of_the_file(tmp_path: Path, database: Database) -> None:
    world = limited(tmp_path, database, '{ points = 1_000, per = "participant", period = "month", unit = "bonus" }')

    receipt = world.clear([*notes(3), line("LS-9", delivered_on="2026-04-30"), *notes(1, customer="10109", first=7)])

    assert receipt.tally.points == {"bonus": 800 + 200 + 800 + 800, "status": 400 * 5}
    assert warnings(receipt.problems) == [("LS-2", "cap_reached"), ("LS-3", "cap_reached")]
    assert receipt.problems[0]["reason"] == (
        "rule 'module_points' earned 800 bonus points, and 200 were left of the 1000 of its cap month; "
        "what is more is not given")
    tapes = world.rows(select(journal.c.explanation).order_by(journal.c.id))
    assert sum('["at_most","cap month","200"]' in tape for (tape,) in tapes) == 1
    assert counters(world) == {"cap|module_points|bonus|month|2026-05": 1_800,
                               "cap|module_points|bonus|month|2026-04": 800}
    assert world.violated() == {}


def test_a_line_that_gets_nothing_any_more_is_known_and_earns_nothing(tmp_path: Path, database: Database) -> None:
    world = limited(tmp_path, database, '{ points = 500, per = "document" }')

    receipt = world.clear([line("LS-1", 1), line("LS-1", 2), line("LS-2", 1)])
    again = world.clear([line("LS-1", 2), line("LS-1", 3)], name="again.csv")

    assert receipt.tally.points == {"bonus": 500 + 500, "status": 400 + 100 + 400}
    assert (receipt.tally.booked, receipt.tally.ignored) == (3, 0)
    assert (again.tally.duplicate, again.tally.ignored, again.tally.points) == (1, 1, {})
    assert world.violated() == {}


@pytest.mark.parametrize("budget", ["points = 1_000", "money = 850\nworth = 850\nperiod = 'year'"])
def test_a_budget_is_for_everybody_and_a_file_that_comes_twice_costs_once(tmp_path: Path, database: Database,
                                                                          budget: str) -> None:
    world = limited(tmp_path, database, budget=budget)
    rows = [*notes(1), *notes(2, customer="10109", first=2)]

    foreseen = world.clear(rows, dry_run=True)
    receipt = world.clear(rows)
    world.clear(rows, name="twice.csv")

    assert foreseen.tally.points == receipt.tally.points == {"bonus": 1_000, "status": 1_200}
    assert warnings(foreseen.problems) == warnings(receipt.problems) == [
        ("LS-2", "budget_used_up"), ("LS-3", "budget_used_up")]
    assert spent(world) == 1_000
    assert world.violated() == {}


def test_what_is_taken_back_can_be_earned_again(tmp_path: Path, database: Database) -> None:
    world = limited(tmp_path, database, '{ points = 1_000, per = "participant", period = "year", unit = "bonus" }',
                    "points = 5_000")
    world.clear(notes(2))

    world.clear([line("LS-1", movement="RETURN", quantity="5")], name="return.csv", now=LATER)
    after_return = world.clear(notes(1, first=3), name="third.csv", now=LATER)
    world.clear([line("LS-2", movement="CANCEL")], name="cancel.csv", now=LATER)
    after_cancel = world.clear(notes(1, first=4), name="fourth.csv", now=LATER)

    assert (after_return.tally.points["bonus"], after_cancel.tally.points["bonus"]) == (400, 200)
    assert counters(world) == {"cap|module_points|bonus|year|2026": 1_000}
    assert (world.points()["bonus"], spent(world)) == (1_000, 1_000)
    assert world.violated() == {}


def test_a_reversal_by_hand_gives_back_too(tmp_path: Path, database: Database) -> None:
    world = limited(tmp_path, database, '{ points = 1_000, per = "participant" }', "points = 900")
    world.clear(notes(2))
    (account, number), _ = world.rows(select(journal.c.account_id, journal.c.id).order_by(journal.c.id))

    reverse(world.installation, account, number, "R-1", LATER, pieces=9)
    reverse(world.installation, account, number, "R-2", LATER)

    assert counters(world) == {"cap|module_points|bonus|ever|": 100, "cap|module_points|status|ever|": 400}
    assert spent(world) == world.points()["bonus"] == 100
    assert world.violated() == {}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_files_in_any_order_come_to_the_same_sums(tmp_path: Path, database: Database, order: Sequence[int]) -> None:
    world = limited(tmp_path, database, '{ points = 2_000, per = "participant", period = "quarter" }')
    files = [[*notes(2), *notes(1, customer="10109", first=11)],
             [*notes(2, first=21, quantity="7"), *notes(3, customer="10109", first=31)]]

    for number in order:
        world.clear(files[number], name=f"{number}.csv")

    assert world.balances() == {("10017", "bonus"): 2_000, ("10017", "status"): 1_360, ("10109", "bonus"): 2_000,
                                ("10109", "status"): 1_600}
    assert world.violated() == {}


def test_acts_count_as_well_and_in_the_order_of_their_list(tmp_path: Path, database: Database) -> None:
    world = make_world(tmp_path, database, other=[("points = 500\n", (
        'points = 500\ncaps = [{ points = 700, per = "participant", period = "half_year" }]\n'))])
    head = "seminar_code;held_on;participant;person;attended\n"

    world.attendance(f"{head}S-1;2026-05-01;10017;Ada;yes\nS-2;2026-05-02;10017;Ada;yes\nS-3;2026-05-03;10017;Ada;yes")
    world.attendance(f"{head}S-1;2026-05-01;10017;Ada;no", name="absent.csv", now=LATER)
    world.attendance(f"{head}S-4;2026-05-04;10017;Ada;yes", name="more.csv", now=LATER)

    assert counters(world) == {"cap|seminar_points|bonus|half_year|2026-H1": 700}
    assert world.points() == {"bonus": 700}
    assert world.violated() == {}
