"""Caps and budgets where several clear at once or are killed: exactly the limit is given, and all can be proven."""

import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, text

from tests.engine.services.test_resuming import KILLED, durable_url
from tests.support.accounts import all_at_once
from tests.support.limits import counters, limited, notes, spent
from tests.support.merges import LATER, merged, unmerged
from tests.support.worlds import SIX_IN_THE_EVENING, connections_in_use, line, lines, table
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.clearing.receipts import Receipt
from treuwerk.store.database import Database
from treuwerk.store.tables import identifier, journal

CAP = '{ points = 9_000, per = "participant", period = "year", unit = "bonus" }'


def test_eight_files_at_once_come_to_exactly_the_cap_and_the_budget(tmp_path: Path, database: Database) -> None:
    world = limited(tmp_path, database, CAP, "points = 15_000")
    files = [world.file(f"{part}.csv", table([*notes(15, first=100 * part), *notes(
        15, customer="10109", first=100 * part + 50)][::-1 if part % 2 else 1])) for part in range(8)]

    receipts = all_at_once([partial(clear_file, world.installation, file, SIX_IN_THE_EVENING) for file in files])

    assert all(isinstance(receipt, Receipt) for receipt in receipts), receipts
    assert spent(world) == world.points()["bonus"] == 15_000
    assert world.points()["status"] == 400 * 8 * 30
    assert max(points for (_, unit), points in world.balances().items() if unit == "bonus") == 9_000
    assert counters(world) == {"cap|module_points|bonus|year|2026": 15_000}
    assert world.violated() == {}
    assert connections_in_use(world.database.engine) == 0


def test_returns_and_purchases_at_once_never_exceed_the_cap(tmp_path: Path, database: Database) -> None:
    world = limited(tmp_path, database, CAP, "points = 9_000")
    world.clear(notes(20))
    first = world.rows(select(journal.c.account_id, journal.c.id).order_by(journal.c.id).limit(4))
    back = world.file("back.csv", table([line(f"LS-{number}", movement="CANCEL") for number in range(5, 9)]))
    more = [world.file(f"{part}.csv", table(notes(5, first=100 * part))) for part in range(1, 4)]

    acts: list[Callable[[], object]] = [
        *(partial(clear_file, world.installation, file, SIX_IN_THE_EVENING + 1) for file in [*more, back]),
        *(partial(reverse, world.installation, account, number, f"R-{number}", SIX_IN_THE_EVENING + 1)
          for account, number in first)]
    outcomes = all_at_once(acts)

    assert not [one for one in outcomes if isinstance(one, str)]
    assert spent(world) == world.points()["bonus"] == counters(world)["cap|module_points|bonus|year|2026"]
    assert world.points()["bonus"] <= 9_000
    assert world.violated() == {}
    world.clear(notes(20, first=900), name="last.csv", now=SIX_IN_THE_EVENING + 2)
    assert world.points()["bonus"] == 9_000


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_run_that_was_killed_counts_nothing_twice(tmp_path: Path, request: pytest.FixtureRequest, kind: str) -> None:
    url = durable_url(request, kind)
    database = Database(url)
    world = limited(tmp_path / "league", database, '{ points = 130_000, per = "participant", unit = "bonus" }')
    rows = lines(250)
    world.file("deliveries.csv", table(rows))

    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(world.folder), url, str(SIX_IN_THE_EVENING), "before_commit", "3"],
        cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert 0 < counters(world)["cap|module_points|bonus|ever|"] < 130_000
    receipt = world.clear(rows)

    assert receipt.tally.points["bonus"] == world.points()["bonus"] == 130_000
    assert counters(world) == {"cap|module_points|bonus|ever|": 130_000}
    assert world.violated() == {}
    database.close()


def test_what_a_merged_account_used_counts_until_they_are_two_again(tmp_path: Path, database: Database) -> None:
    world = limited(tmp_path, database, '{ points = 1_000, per = "participant", unit = "bonus" }')
    world.clear([*notes(1), *notes(1, customer="10109", first=2)])
    sides = tuple(world.rows(select(identifier.c.account_id).where(identifier.c.value == number))[0][0]
                  for number in ("10109", "10017"))

    merged(world, (sides[0], sides[1]), now=LATER - 2)
    assert world.clear(notes(1, first=3), name="3.csv", now=LATER - 1).tally.points == {"status": 400}
    unmerged(world, (sides[0], sides[1]), now=LATER)
    assert world.clear(notes(1, first=4), name="4.csv", now=LATER).tally.points == {"bonus": 200, "status": 400}

    assert world.violated() == {}


@pytest.mark.parametrize(("statement", "law"), [
    ("UPDATE limit_counter SET used = used + 1", "cap_counter_is_sum_of_its_uses"),
    ("UPDATE earning_budget SET points = points + 1", "budget_is_sum_of_its_uses"),
    ("UPDATE limit_use SET amount = amount + 1 WHERE amount > 0 AND counter LIKE 'budget|%%'",
     "use_of_a_limit_is_what_was_booked"),
    ("UPDATE limit_use SET amount = amount * 3 WHERE amount < 0", "limits_get_back_what_they_gave_at_most")])
def test_counters_that_somebody_changed_are_found(tmp_path: Path, sqlite_database: Database, statement: str,
                                                  law: str) -> None:
    world = limited(tmp_path, sqlite_database, CAP, "points = 15_000")
    world.clear([*notes(1), line("LS-1", movement="RETURN", quantity="9")])
    assert world.violated() == {}

    with world.database.writing() as connection:
        connection.execute(text(statement))

    assert law in world.violated()
