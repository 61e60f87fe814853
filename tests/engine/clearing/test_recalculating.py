"""An article is corrected late, and somebody orders that its past purchases are judged anew."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, select

from tests.engine.conftest import NewDatabase
from tests.support.accounts import DONNELLY, account
from tests.support.corrections import bonus, digest
from tests.support.worlds import SIX_IN_THE_EVENING, World, line, make_world
from treuwerk.cli.managing import access_of_operator
from treuwerk.domain.refusals import Refusal
from treuwerk.services.changes import recalculating
from treuwerk.services.changes.recalculating import Asked, Recalculated, recalculate
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry, balance, journal, participant

LATER = SIX_IN_THE_EVENING + 86_400_000_000
BACK = {"movement": "RETURN", "delivered_on": "2026-05-20"}
PLAIN = 'name = { de = "Bonuspunkte" }\n'


def corrected(world: World, wp: int) -> None:
    assert world.articles(f"article_number;name;kind;wp\nSW-M-400;Modul 400;module;{wp}\n").changed == 1


def ordered(world: World, *, approved_by: str = "Bob Byron", dry_run: bool = False, now: int = LATER) -> Recalculated:
    asked = Asked("SW-M-400", "data sheet was wrong", "Ada Lovelace", approved_by)
    return recalculate(world.installation, asked, now, access_of_operator("Ada Lovelace"), dry_run=dry_run)


def returned(world: World, pieces: int, name: str = "back.csv") -> None:
    world.clear([line("LS-1", quantity=str(pieces), **BACK)], name=name, now=LATER + 1_000_000)


def first(world: World) -> tuple[int, int]:
    (found,) = world.rows(select(journal.c.account_id, journal.c.id).where(journal.c.kind == "accrual"))
    return found[0], found[1]


def test_case_79_more_is_booked_as_a_difference_of_its_own(world: World) -> None:
    world.clear([line("LS-1")])
    corrected(world, 410)

    done = ordered(world)

    assert (bonus(world), done.given, done.taken, done.left_out) == (820, {"bonus": 20, "status": 10}, {}, {})
    (row,) = world.rows(select(journal.c.refers_to, journal.c.cause).where(journal.c.kind == "recalculation"))
    assert row[0] == first(world)[1]
    assert row[1] == ("recalculated since the article master changed: wp 400 → 410; data sheet was wrong; "
                      "approved by Bob Byron")
    assert world.violated() == {}


def test_case_79_less_is_taken_back_of_the_first_booking(world: World) -> None:
    world.clear([line("LS-1")])
    corrected(world, 390)

    done = ordered(world)

    assert (bonus(world), done.taken) == (780, {"bonus": 20, "status": 10})
    assert world.violated() == {}


@pytest.mark.parametrize("wp", [410, 390])
def test_case_79_a_second_run_books_nothing(world: World, wp: int) -> None:
    world.clear([line("LS-1")])
    corrected(world, wp)
    ordered(world)
    before = digest(world), world.counts()

    again = ordered(world)

    assert (again.changed, again.given, again.taken) == (0, {}, {})
    assert (digest(world), world.counts()) == before


@pytest.mark.parametrize("wp", [410, 390])
def test_case_79_later_returns_take_back_exactly_what_is_there(world: World, wp: int) -> None:
    world.clear([line("LS-1"), line("LS-2")])
    corrected(world, wp)
    ordered(world)

    returned(world, 4)
    some = bonus(world)
    returned(world, 6, "rest.csv")

    assert (some, bonus(world)) == (wp * 2 * 16 // 10, wp * 2)
    assert world.violated() == {}


@pytest.mark.parametrize("wp", [410, 390])
def test_case_79_after_a_part_return_what_is_left_counts(world: World, wp: int) -> None:
    world.clear([line("LS-1")])
    returned(world, 4)
    corrected(world, wp)

    ordered(world, now=LATER + 2_000_000)

    assert bonus(world) == wp * 12 // 10
    assert world.violated() == {}


@pytest.mark.parametrize("wp", [410, 390])
def test_case_79_return_and_recalculation_come_to_the_same_in_any_order(
        tmp_path: Path, new_database: NewDatabase, wp: int) -> None:
    with new_database() as first_one, new_database() as second_one:
        one, other = make_world(tmp_path / "one", first_one), make_world(tmp_path / "other", second_one)
        for world in (one, other):
            world.clear([line("LS-1")])
            corrected(world, wp)

        ordered(one)
        returned(one, 4)
        returned(other, 4)
        ordered(other, now=LATER + 2_000_000)

        assert bonus(one) == bonus(other) == wp * 12 // 10
        assert digest(one) == digest(other)


@pytest.mark.parametrize("wps", [(390, 410), (410, 390), (410, 405, 380, 400), (390, 400, 370)])
def test_case_79_an_article_is_corrected_more_than_once(world: World, wps: tuple[int, ...]) -> None:
    world.clear([line("LS-1")])
    for at, wp in enumerate(wps):
        corrected(world, wp)
        ordered(world, now=LATER + at)

        assert bonus(world) == wp * 2
        assert world.violated() == {}

    reverse(world.installation, *first(world), "all", LATER + 9)

    assert bonus(world) == 0
    assert world.violated() == {}


def test_case_79_a_rehearsal_tells_what_the_run_comes_to(world: World) -> None:
    world.clear([line("LS-1"), line("LS-2", quantity="3"), line("LS-3", article_number="SW-M-405")])
    corrected(world, 405)
    before = world.counts()

    told = ordered(world, dry_run=True)

    assert world.counts() == before
    assert told == ordered(world)
    assert told.changed == 2


@pytest.mark.parametrize(("policy", "deficit", "bonus_after"), [("negative", 20, 780), ("clamp", 0, 800)])
def test_case_79_what_was_spent_is_borne_as_the_policy_of_returns_says(
        tmp_path: Path, database: Database, policy: str, deficit: int, bonus_after: int) -> None:
    world = make_world(tmp_path / policy, database, other=[(PLAIN, f'{PLAIN}returns = "{policy}"\n')])
    world.clear([line("LS-1")])
    redeem(world.installation, first(world)[0], "bonus", 800, "order", LATER - 1)
    corrected(world, 390)

    ordered(world)
    owed = world.rows(select(balance.c.posted, balance.c.deficit).where(balance.c.unit == "bonus"))
    world.clear([line("LS-2", quantity="10", article_number="SW-M-405")], name="more.csv", now=LATER + 5_000_000)

    assert owed == [(0, deficit)]
    assert bonus(world) == bonus_after + 10
    assert world.violated() == {}


def test_case_79_a_line_that_earned_nothing_earns_by_now(world: World) -> None:
    world.articles("article_number;name;kind;wp\nSW-M-400;Modul 400;accessory;400\n")
    world.clear([line("LS-1")])
    world.articles("article_number;name;kind;wp\nSW-M-400;Modul 400;module;400\n")
    before = bonus(world)

    ordered(world)
    between = bonus(world)
    returned(world, 4)

    assert (before, between, bonus(world)) == (0, 800, 480)
    assert world.violated() == {}


def test_case_79_a_line_that_earned_by_mistake_earns_nothing_by_now(world: World) -> None:
    world.clear([line("LS-1")])
    world.articles("article_number;name;kind;wp\nSW-M-400;Modul 400;accessory;400\n")

    ordered(world)
    between = bonus(world)
    returned(world, 4)

    assert (between, bonus(world)) == (0, 0)
    assert world.violated() == {}


def test_case_79_a_run_that_was_killed_is_ordered_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalculating, "_AT_ONCE", 2)
    world.clear([line(f"LS-{number}") for number in range(5)])
    corrected(world, 410)

    class Killed(Exception):
        """Somebody ended it."""

    def kill(done: int, total: int) -> None:
        if done == 2:
            raise Killed

    asked = Asked("SW-M-400", "data sheet was wrong", "Ada Lovelace", "Bob Byron")
    with pytest.raises(Killed):
        recalculate(world.installation, asked, LATER, access_of_operator("Ada Lovelace"), progress=kill)
    between = bonus(world)
    again = ordered(world)

    assert (between, bonus(world), again.changed) == (4000 + 40, 4100, 3)
    assert world.violated() == {}


def test_case_79_only_the_days_that_are_named(world: World) -> None:
    world.clear([line("LS-1"), line("LS-2", delivered_on="2026-05-11")])
    corrected(world, 410)
    asked = Asked("sw-m-400", "data sheet was wrong", "Ada Lovelace", "Bob Byron", date(2026, 5, 5), date(2026, 5, 11))

    done = recalculate(world.installation, asked, LATER, access_of_operator("Ada Lovelace"))

    assert (done.lines, bonus(world)) == (1, 1620)


def test_case_79_lines_of_an_account_without_a_participant_are_left_out_and_counted(world: World) -> None:
    world.clear([line("LS-1"), line("LS-2", customer_number=DONNELLY)])
    corrected(world, 410)
    with world.database.writing() as connection:
        connection.execute(delete(participant).where(participant.c.account_id == account(world, DONNELLY)))

    done = ordered(world)

    assert (done.lines, done.changed, done.left_out) == (2, 1, {"no_participant": 1})
    assert bonus(world) == 820


def test_case_79_above_the_limit_a_second_person_agrees(world: World) -> None:
    world.clear([line("LS-1")])
    corrected(world, 410)

    with pytest.raises(Refusal) as alone:
        ordered(world, approved_by="")
    with pytest.raises(Refusal) as same:
        ordered(world, approved_by="lovelace, ada")
    nothing = bonus(world)
    ordered(world)

    assert (alone.value.code, same.value.code, nothing, bonus(world)) == ("above_limit", "same_person", 800, 820)
    (entry,) = world.rows(select(audit_entry.c.actor, audit_entry.c.reason, audit_entry.c.after).where(
        audit_entry.c.action == "points.recalculate"))
    assert entry[:2] == ("Ada Lovelace", "data sheet was wrong")
    assert '"approved_by":"Bob Byron"' in entry[2]


@pytest.mark.parametrize("wp", [410, 390])
def test_case_79_a_return_at_the_same_time_loses_nothing(world: World, wp: int) -> None:
    world.clear([line("LS-1"), line("LS-2")])
    corrected(world, wp)
    both = Barrier(2)

    def at_once(act: Callable[[], object]) -> None:
        both.wait()
        act()

    threads = [Thread(target=at_once, args=(act,)) for act in (lambda: ordered(world), lambda: returned(world, 10))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert bonus(world) == wp * 2
    assert world.violated() == {}
