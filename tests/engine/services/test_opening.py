"""Opening balances by file, on both databases: once for good, whole or named, and in flat memory."""

import tracemalloc
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from tests.support.accounts import DONNELLY, account, all_at_once, at, booked, open_lots, points_of, unproven
from tests.support.worlds import World, line, make_world
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.ledger.opening import OpeningReceipt, import_opening
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.services.master_files import Told
from treuwerk.store.database import Database
from treuwerk.store.tables import journal

HEAD = "customer_number;unit;amount;expires_on;reference\n"
NOW = at("2026-06-01T18:00")


def opening(world: World, rows: str, *, dry_run: bool = False, now: int = NOW, head: str = HEAD) -> OpeningReceipt:
    return import_opening(world.installation, world.file("opening.csv", head + rows), now, dry_run)


def fates(receipt: OpeningReceipt) -> tuple[int, int, int]:
    return receipt.created, receipt.unchanged, receipt.rejected


def test_points_are_there_with_the_end_of_the_file_or_that_of_their_unit(world: World) -> None:
    receipt = opening(world, "10017;bonus;1200;2027-03-31;OLD-1\n0010109;bonus;300;;OLD-2\n"
                             "10017;status;7;31.12.2026;S\n")

    assert (fates(receipt), receipt.points) == ((3, 0, 0), {"bonus": 1500, "status": 7})
    assert open_lots(world, account(world)) == [(1200, at("2027-04-01"))]
    assert open_lots(world, account(world, DONNELLY)) == [(300, at("2030-01-01"))]
    assert world.rows(select(journal.c.kind, journal.c.cause).where(journal.c.business_key == "opening|OLD-1")) \
        == [("opening", "opening:opening.csv:2")]
    assert world.violated() == {}


def test_a_file_that_comes_again_books_nothing(world: World) -> None:
    rows = "10017;bonus;1200;;OLD-1\n10109;bonus;300;;OLD-1\n"

    first, again = opening(world, rows), opening(world, rows + "10109;bonus;1;;OLD-2\n")

    assert (fates(first), fates(again)) == ((2, 0, 0), (1, 2, 0))
    assert points_of(world, account(world, DONNELLY), NOW) == 301


def test_a_reference_with_another_content_is_named_and_the_first_one_stays(world: World) -> None:
    opening(world, "10017;bonus;1200;;OLD-1\n")

    receipt = opening(world, "10017;bonus;1201;;OLD-1\n10017;bonus;1200;2027-03-31;OLD-1\n10017;bonus;5;;A\n"
                             "10017;bonus;6;;A\n10017;bonus;5;;A\n")

    assert fates(receipt) == (1, 1, 3)
    assert {(problem["line"], problem["code"]) for problem in receipt.problems} \
        == {(2, "conflict"), (3, "conflict"), (5, "conflict")}
    assert points_of(world, account(world), NOW) == 1205


@pytest.mark.parametrize("amount", ["0", "-1", "9223372036854775807", "9223372036854775808", "1e309", "NaN", "1_000",
                                    "١٢", "1,5", "1.5", "true", "1000000000001", "0x10", "+5", "1 000"])
def test_an_amount_is_a_whole_number(world: World, amount: str) -> None:
    receipt = opening(world, f"10017;bonus;{amount};;OLD-1\n")

    assert (fates(receipt), receipt.problems[0]["code"]) == ((0, 0, 1), "bad_amount")
    assert world.rows(select(func.count()).select_from(journal)) == [(0,)]


@pytest.mark.parametrize(("row", "code"), [
    (";bonus;1;;A", "empty_cell"), ("10017;;1;;A", "empty_cell"), ("10017;bonus;;;A", "empty_cell"),
    ("10017;bonus;1;;", "empty_cell"), ("10017;gold;1;;A", "unknown_value"),
    ("10017;bonus;1;2026-13-01;A", "unreadable"),
    ("10017;bonus;1;2026-05-31;A", "past_date"), ("10017;bonus;1;9999-12-31;A", "unreadable"),
    ("4711;bonus;1;;A", "unknown_participant"), ("10017;bonus;1;A", "wrong_width"),
    ('10017;bonus;1;;"A', "stray_quote"), (f"10017;bonus;1;;{'A' * 201}", "too_long")])
def test_a_bad_row_is_named_and_the_good_ones_are_kept(world: World, row: str, code: str) -> None:
    receipt = opening(world, f"10017;bonus;1;2026-06-01;G-1\n{row}\n10109;bonus;2;;G-2\n")

    assert [(problem["line"], problem["code"]) for problem in receipt.problems] == [(3, code)]
    assert "found" in receipt.problems[0]["reason"]
    assert fates(receipt) == (2, 0, 1)
    assert world.violated() == {}


def test_a_rehearsal_stores_nothing_and_says_the_same(world: World) -> None:
    rows = "10017;bonus;1200;;OLD-1\n10017;bonus;1200;;OLD-1\n10017;bonus;1;;OLD-1\n4711;bonus;1;;OLD-1\n"
    before = world.counts()

    rehearsed = opening(world, rows, dry_run=True)

    assert world.counts() == before
    assert fates(rehearsed) == fates(opening(world, rows)) == (1, 1, 2)


def test_an_import_that_was_killed_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"10017;bonus;{number + 1};;OLD-{number}\n" for number in range(25))
    monkeypatch.setattr("treuwerk.services.ledger.opening._AT_ONCE", 10)

    with pytest.raises(KeyboardInterrupt):
        import_opening(world.installation, world.file("opening.csv", HEAD + rows), NOW, told=_stopping(monkeypatch))
    between = world.rows(select(func.count()).select_from(journal))
    receipt = opening(world, rows)

    assert between == [(10,)]
    assert fates(receipt) == (15, 10, 0)
    assert points_of(world, account(world), NOW) == 25 * 13
    assert world.violated() == {}


def _stopping(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Somebody stops the import while it reads its second chunk."""
    monkeypatch.setattr("treuwerk.services.master_files._TELL_EVERY", 15)

    def told(_done: int, _total: int) -> None:
        monkeypatch.setattr("treuwerk.services.master_files._TELL_EVERY", 1_000)
        raise KeyboardInterrupt

    return told


def test_points_brought_along_settle_a_debt(world: World) -> None:
    own = account(world)
    world.clear([line(quantity="1")], now=NOW)
    redeem(world.installation, own, "bonus", 80, "order", NOW)
    reverse(world.installation, own, booked(world, own, "accrual")[0], "R", NOW)

    opening(world, "10017;bonus;100;;OLD-1\n")

    assert points_of(world, own, NOW) == 20
    assert unproven(world, NOW) == {}


def test_who_has_left_brings_nothing_along_but_a_blocked_one_does(world: World) -> None:
    world.participants("customer_number;name;group;status\n10109;Donnelly;installer;left\n")

    receipt = opening(world, "10109;bonus;1;;A\n10200;bonus;1;;A\n")

    assert [problem["code"] for problem in receipt.problems] == ["participant_not_active"]
    assert receipt.created == 1


def test_points_that_went_by_inactivity_do_not_come_back(tmp_path: Path, database: Database) -> None:
    world = make_world(tmp_path / "league", database, other=[
        ('expires = { after = "36M", rounding = "end_of_year", start = "booking" }',
         'expires = { after_inactivity = "1M" }')])
    opening(world, "10017;bonus;100;;OLD-1\n")

    later = at("2026-09-01T12:00")
    opening(world, "10017;bonus;7;;OLD-2\n", now=later)

    assert points_of(world, account(world), later) == 7
    assert unproven(world, later) == {}


def test_the_same_file_at_once_is_booked_once(world: World) -> None:
    path = world.file("opening.csv", HEAD + "".join(f"10017;bonus;1;;OLD-{number}\n" for number in range(300)))

    outcomes = all_at_once([lambda: import_opening(world.installation, path, NOW)] * 4)

    assert sum(outcome.created for outcome in outcomes if isinstance(outcome, OpeningReceipt)) == 300
    assert points_of(world, account(world), NOW) == 300
    assert world.violated() == {}


@pytest.mark.slow
def test_many_rows_stay_in_flat_memory(sqlite_world: World) -> None:
    numbers = range(5_000)
    sqlite_world.participants("customer_number;name;group\n" + "".join(
        f"{20_000 + number};Company {number};installer\n" for number in numbers))
    path = sqlite_world.file("opening.csv", HEAD + "".join(
        f"{20_000 + row % 5_000};bonus;{row + 1};;OLD-{row // 5_000}\n" for row in range(30_000)))
    heard: list[int] = []
    tracemalloc.start()

    receipt = import_opening(sqlite_world.installation, path, NOW, told=lambda done, _: heard.append(done))

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert receipt.created == 30_000
    assert len(heard) >= 29
    assert most < 30_000_000
    assert sqlite_world.rows(text("SELECT COUNT(*) FROM balance WHERE posted > 0")) == [(5_000,)]
    assert sqlite_world.violated() == {}
