"""Attendance lists: each person earns once per event, however the name is written."""

import pytest
from sqlalchemy import func, select

from tests.engine.services.test_importing import counts
from tests.support.worlds import World
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.store.tables import activity, outbox, person

HEAD = "seminar_code;held_on;participant;person;attended\n"


def test_who_attended_earns_for_the_company(world: World) -> None:
    receipt = world.attendance(f"{HEAD}S-1;2026-05-04;10017;Ada Lovelace;yes\nS-1;04.05.2026;10017;Bo Ek;x\n")

    assert counts(receipt) == {"created": 2}
    assert receipt.points == {"bonus": 1000}
    assert world.balances() == {("10017", "bonus"): 1000}
    assert world.rows(select(func.count()).select_from(outbox)) == [(1,)]
    assert world.violated() == {}


@pytest.mark.parametrize("again", [
    "S-1;2026-05-04;10017;Ada Lovelace;yes", "s-1;04.05.2026;0010017;ADA  LOVELACE;ja",
    "S-1;2026-05-04;10017; ada lovelace ;1"])
@pytest.mark.parametrize("together", [True, False], ids=["in one list", "in a later list"])
def test_the_same_person_and_event_earn_once(world: World, again: str, together: bool) -> None:
    first = "S-1;2026-05-04;10017;Ada Lovelace;yes\n"

    if together:
        receipt = world.attendance(f"{HEAD}{first}{again}\n")
        assert counts(receipt) == {"created": 1, "unchanged": 1}
    else:
        world.attendance(HEAD + first)
        receipt = world.attendance(f"{HEAD}{again}\n", name="again.csv")
        assert counts(receipt) == {"unchanged": 1}

    assert world.balances() == {("10017", "bonus"): 500}
    assert world.rows(select(func.count()).select_from(person)) == [(1,)]
    assert world.violated() == {}


def test_composed_and_decomposed_letters_are_the_same_name(world: World) -> None:
    receipt = world.attendance(f"{HEAD}S-1;2026-05-04;10017;Jörg Müller;yes\n"
                               "S-1;2026-05-04;10017;Jo\N{COMBINING DIAERESIS}rg Mu\N{COMBINING DIAERESIS}ller;yes\n")

    assert counts(receipt) == {"created": 1, "unchanged": 1}


@pytest.mark.parametrize("other", ["S-2;2026-05-04;10017;Ada Lovelace;yes", "S-1;2026-05-04;10109;Ada Lovelace;yes",
                                   "S-1;2026-05-04;10017;Adam Lovelace;yes"])
def test_another_event_company_or_person_earns_again(world: World, other: str) -> None:
    receipt = world.attendance(f"{HEAD}S-1;2026-05-04;10017;Ada Lovelace;yes\n{other}\n")

    assert receipt.points == {"bonus": 1000}


@pytest.mark.parametrize("no", ["no", "nein", "non", "0", "false", ""])
def test_who_did_not_come_earns_nothing(world: World, no: str) -> None:
    receipt = world.attendance(f"{HEAD}S-1;2026-05-04;10017;Ada Lovelace;{no}\n")

    assert counts(receipt) == {"unchanged": 1}
    assert world.balances() == {}
    assert world.rows(select(func.count()).select_from(activity)) == [(0,)]


@pytest.mark.parametrize(("row", "code", "named"), [
    ("S-1;2026-05-04;777;Ada;yes", "unknown_participant", "found '777'"),
    ("S-1;2026-05-04;10200;Ada;yes", "participant_not_active", "10200 is blocked"),
    ("S-1;2026-06-02;10017;Ada;yes", "future_date", "found 2026-06-02, expected a day up to 2026-06-01"),
    ("S-1;May 4;10017;Ada;yes", "unreadable", "column held_on: found 'May 4'"),
    ("S-1;2026-05-04;10017;Ada;perhaps", "unknown_value", "found 'perhaps', expected yes or no"),
    ("S-1;2026-05-04;10017;;yes", "empty_cell", "column person"),
    (";2026-05-04;10017;Ada;yes", "empty_cell", "column seminar_code"),
    ("S-1;2026-05-04;10017;Ada", "wrong_width", "found 4 cells, expected 5"),
    ("S-1;2023-12-31;10017;Ada;yes", "before_start", "2024-01-01"),
    (f"S-1;2026-05-04;10017;{'Ada ' * 1_500};yes", "too_long", "expected at most 200"),
])
def test_a_bad_row_is_named_and_the_good_ones_are_booked(world: World, row: str, code: str, named: str) -> None:
    receipt = world.attendance(f"{HEAD}{row}\nS-1;2026-05-04;10017;Bo Ek;yes\n")

    assert counts(receipt) == {"created": 1, "rejected": 1}
    assert (receipt.problems[0]["line"], receipt.problems[0]["code"]) == (2, code)
    assert named in receipt.problems[0]["reason"]
    assert world.violated() == {}


def test_a_dry_run_stores_nothing_and_says_what_would_be_booked(world: World) -> None:
    before = world.counts()
    content = f"{HEAD}S-1;2026-05-04;10017;Ada Lovelace;yes\nS-1;2026-05-04;777;Ada Lovelace;yes\n"

    rehearsed = world.attendance(content, dry_run=True)

    assert world.counts() == before
    booked = world.attendance(content)
    assert (counts(rehearsed), rehearsed.points, rehearsed.transactions) == (
        counts(booked), booked.points, booked.transactions)


def test_a_list_without_its_columns_is_refused(world: World) -> None:
    with pytest.raises(UnreadableFile, match=r"attended \(did you mean attendet\?\)"):
        world.attendance("seminar_code;held_on;participant;person;attendet\n")
