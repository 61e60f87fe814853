"""Seminars: who came earns once for the company, whatever lists say before, after and again. Cases 75 and 76."""

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.engine.services.test_importing import counts
from tests.support.accounts import account
from tests.support.crowds import all_at_once
from tests.support.worlds import SIX_IN_THE_EVENING, World, make_world
from treuwerk.services.clearing.attending import AttendanceReceipt
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.store.database import Database
from treuwerk.store.tables import activity, balance, journal

HEAD = "seminar_code;held_on;participant;person;attended\n"
LEAST_SHARE, EACH_DAY = "[attendance]\nleast_share = 60\n\n", "[attendance]\neach_day = true\n\n"
ADA = "S-1;2026-05-04;10017;Ada Lovelace;"


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme in which a seminar earns 500 points; runs once per database."""
    return make_world(tmp_path / "league", database)


def attended(world: World, *rows: str, name: str = "list.csv", head: str = HEAD,
             dry_run: bool = False) -> AttendanceReceipt:
    """The receipt of a list."""
    return world.attendance(head + "\n".join(rows) + "\n", name=name, dry_run=dry_run)


def said(receipt: AttendanceReceipt) -> tuple[dict[str, int], dict[str, int], int]:
    """What became of the rows, the points, and how many attendances were taken back."""
    return counts(receipt), receipt.points, receipt.taken_back


def owed(world: World) -> int:
    """What participants owe."""
    return int(world.rows(select(func.sum(balance.c.deficit)))[0][0])


def problems(receipt: AttendanceReceipt) -> list[tuple[object, object]]:
    return [(problem["line"], problem["code"]) for problem in receipt.problems]


def test_case_75_who_came_earns_once_for_the_company_and_who_did_not_come_earns_nothing(world: World) -> None:
    receipt = attended(world, ADA + "yes", "S-1;2026-05-04;10017;Bo Ek;no", ADA + "yes")
    again = attended(world, ADA + "yes", name="again.csv")

    assert said(receipt) == ({"created": 1, "unchanged": 2}, {"bonus": 500}, 0)
    assert said(again) == ({"unchanged": 1}, {}, 0)
    assert world.balances() == {("10017", "bonus"): 500}


def test_case_75_a_substitute_earns_in_place_of_who_was_registered(world: World) -> None:
    attended(world, ADA + "yes")

    receipt = attended(world, ADA + "no", "S-1;2026-05-04;10017;Bo Ek;yes", name="corrected.csv")

    assert said(receipt) == ({"created": 1}, {"bonus": 0}, 1)
    assert world.balances() == {("10017", "bonus"): 500}
    assert world.violated() == {}


def test_case_75_a_correction_takes_back_exactly_what_the_attendance_gave(world: World) -> None:
    attended(world, ADA + "yes", "S-2;2026-05-04;10017;Ada Lovelace;yes")

    receipt = attended(world, ADA + "no", name="corrected.csv")
    again = attended(world, ADA + "no", name="again.csv")

    assert said(receipt) == ({}, {"bonus": -500}, 1)
    assert said(again) == ({"unchanged": 1}, {}, 0)
    assert world.balances() == {("10017", "bonus"): 500}
    assert world.rows(select(journal.c.kind, journal.c.occurred_on, journal.c.cause).where(
        journal.c.kind == "reversal")) == [("reversal", "2026-05-04", "attendance:corrected.csv:2")]
    assert world.violated() == {}


def test_case_75_a_seminar_that_was_cancelled_after_all_is_taken_back_for_everybody(world: World) -> None:
    people = [f"S-1;2026-05-04;{company};{person};" for company in ("10017", "10109") for person in ("Ada", "Bo", "Cy")]
    attended(world, *(row + "yes" for row in people))

    receipt = attended(world, *(row + "no" for row in people), name="cancelled.csv")

    assert said(receipt) == ({}, {"bonus": -3000}, 6)
    assert set(world.balances().values()) <= {0}
    assert world.violated() == {}


def test_case_75_who_was_there_for_half_of_it_earns_what_the_programme_says(tmp_path: Path,
                                                                            sqlite_database: Database) -> None:
    head = HEAD.rstrip() + ";share\n"
    strict = make_world(tmp_path / "league", sqlite_database, other=[("[clearing]", f"{LEAST_SHARE}[clearing]")])

    receipt = attended(strict, ADA + "yes;50", "S-1;2026-05-04;10017;Bo Ek;yes;75%", "S-1;2026-05-04;10017;Cy;yes;",
                       "S-1;2026-05-04;10017;Di;yes;half", head=head)

    assert said(receipt) == ({"created": 2, "unchanged": 1, "rejected": 1}, {"bonus": 1000}, 0)
    assert receipt.problems[0]["reason"] == "column share: found 'half', expected per cent from 0 to 100"


def test_case_75_yes_after_it_was_taken_back_is_a_persons_to_decide(world: World) -> None:
    attended(world, ADA + "yes")
    attended(world, ADA + "no", name="corrected.csv")

    receipt = attended(world, ADA + "yes", name="again.csv")

    assert (said(receipt), problems(receipt)) == (({"rejected": 1}, {}, 0), [(2, "taken_back")])
    assert set(world.balances().values()) <= {0}


def test_case_75_yes_and_no_in_one_list_book_nothing(world: World) -> None:
    receipt = attended(world, ADA + "yes", "S-1;2026-05-04;10017;Bo Ek;yes", ADA + "no")

    assert said(receipt) == ({"created": 1, "rejected": 2}, {"bonus": 500}, 0)
    assert problems(receipt) == [(2, "contradiction"), (4, "contradiction")]


def test_case_75_points_that_are_spent_already_are_owed(world: World) -> None:
    attended(world, ADA + "yes")
    redeem(world.installation, account(world), "bonus", 500, "order", SIX_IN_THE_EVENING)

    receipt = attended(world, ADA + "no", name="corrected.csv")

    assert receipt.points == {"bonus": -500}
    assert owed(world) == 500
    assert world.violated() == {}


def test_a_list_that_takes_back_can_be_rehearsed(world: World) -> None:
    attended(world, ADA + "yes")
    before = world.counts()

    rehearsed = attended(world, ADA + "no", name="corrected.csv", dry_run=True)

    assert world.counts() == before
    assert said(rehearsed) == ({}, {"bonus": -500}, 1)


@pytest.mark.parametrize("together", [True, False], ids=["in one list", "in a later list"])
def test_case_76_a_seminar_that_was_moved_is_the_same_seminar(world: World, together: bool) -> None:
    moved = "S-1;2026-05-11;10017;Ada Lovelace;yes"

    if together:
        assert said(attended(world, ADA + "yes", moved)) == ({"created": 1, "unchanged": 1}, {"bonus": 500}, 0)
    else:
        attended(world, ADA + "yes")
        assert said(attended(world, moved, name="moved.csv")) == ({"unchanged": 1}, {}, 0)

    assert world.balances() == {("10017", "bonus"): 500}
    assert world.rows(select(activity.c.occurred_on)) == [("2026-05-04",)]


def test_case_76_who_came_only_to_the_new_day_earns_there(world: World) -> None:
    attended(world, ADA + "yes")

    receipt = attended(world, ADA + "no", "S-1;2026-05-11;10017;Ada Lovelace;yes", name="moved.csv")
    later = attended(world, "S-1;2026-05-11;10017;Ada Lovelace;yes", name="moved-again.csv")

    assert said(receipt) == ({"created": 1}, {"bonus": 0}, 1)
    assert said(later) == ({"unchanged": 1}, {}, 0)
    assert world.rows(select(activity.c.occurred_on).order_by(activity.c.id)) == [("2026-05-04",), ("2026-05-11",)]
    assert world.balances() == {("10017", "bonus"): 500}
    assert world.violated() == {}


def test_case_76_each_day_of_a_series_earns_only_where_the_programme_says_so(tmp_path: Path,
                                                                             sqlite_database: Database) -> None:
    series = make_world(tmp_path / "league", sqlite_database, other=[("[clearing]", f"{EACH_DAY}[clearing]")])

    receipt = attended(series, ADA + "yes", "S-1;2026-05-11;10017;Ada Lovelace;yes")

    assert said(receipt) == ({"created": 2}, {"bonus": 1000}, 0)


def test_two_lists_at_once_with_two_days_of_one_seminar_pay_once(world: World) -> None:
    rows = [f"S-1;2026-05-{day:02d};10017;Ada Lovelace;yes" for day in range(4, 10)]
    attended(world, "S-9;2026-05-04;10017;Ada Lovelace;no")  # so that the person is known

    all_at_once([partial(attended, world, row, name=f"{row[4:14]}.csv") for row in rows])

    assert world.rows(select(func.count()).select_from(activity)) == [(1,)]
    assert world.balances() == {("10017", "bonus"): 500}
    assert world.violated() == {}


def test_the_same_correction_at_once_takes_back_once(world: World) -> None:
    attended(world, ADA + "yes")

    receipts = all_at_once([partial(attended, world, ADA + "no", name=f"{number}.csv") for number in range(4)])

    assert sum(receipt.taken_back for receipt in receipts) == 1
    assert world.balances().get(("10017", "bonus"), 0) == 0
    assert world.violated() == {}
