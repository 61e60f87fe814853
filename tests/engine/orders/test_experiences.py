"""Experiences: a date is chosen and its seats are taken, given back, and done when the date is over."""

from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from tests.support.catalogues import DRILL
from tests.support.ordering import Counter, make_counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import OrderRefused, WantedLine
from treuwerk.services.master_files import ImportReceipt
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.fulfilled import fulfil_by_themselves
from treuwerk.services.orders.placing import Placed
from treuwerk.services.rewards.pools import let_lapse, today
from treuwerk.services.rewards.seat_plan import Slot, import_seats, open_slots
from treuwerk.store.database import Database
from treuwerk.store.tables import order_line, reward_seat

DAY = 86_400 * 1_000_000
SAIL = {**DRILL, "reward": "SAIL", "variant": "SAIL-1", "kind": "experiences", "variant_points": "2000",
        "name_de": "Segeln", "stock": "99"}
FIRST, SECOND = "2026-06-20", "2026-07-04T09:30"


@pytest.fixture
def counter(tmp_path: Path, database: Database) -> Counter:
    """Two dates with three seats and one."""
    counter = make_counter(tmp_path / "league", database, (('"goods", ', '"goods", "experiences", '),))
    assert not counter.shelf.bring(SAIL).problems
    planned = plan(counter, f"SAIL-1;{FIRST};3;Gardasee", "SAIL-1;2026-07-04 09:30;1;Gardasee")
    assert (planned.created, planned.problems) == (2, [])
    return counter


def plan(counter: Counter, *rows: str, header: str = "variant;starts;seats;place", dry_run: bool = False,
         now: int = SIX_IN_THE_EVENING) -> ImportReceipt:
    path = counter.world.folder / "seats.csv"
    path.write_text("\n".join([header, *rows]), "utf-8")
    return import_seats(counter.world.installation, path, now, dry_run)


def sail(counter: Counter, slot: str = FIRST, pieces: int = 1, key: str = "K1",
         now: int = SIX_IN_THE_EVENING) -> Placed:
    return counter.order(WantedLine("SAIL-1", pieces, 2_000, {"slot": slot}), key=key, destination=None, now=now)


def taken(counter: Counter) -> list[tuple[str, int, int]]:
    """Date, seats and how many are taken."""
    return counter.world.rows(select(reward_seat.c.slot, reward_seat.c.capacity, reward_seat.c.taken).order_by("slot"))


def slots(counter: Counter, now: int = SIX_IN_THE_EVENING) -> list[Slot]:
    settings = counter.world.installation.programme.settings
    with counter.world.installation.database.reading() as connection:
        return open_slots(connection, settings, ["SAIL-1", "DRILL-12"], today(settings, now))["SAIL-1"]


def refused(counter: Counter, **more: object) -> list[tuple[str, dict[str, object]]]:
    with pytest.raises(OrderRefused) as error:
        sail(counter, **more)  # type: ignore[arg-type]
    return [(one.code, dict(one.details)) for one in error.value.problems]


def test_dates_are_stock_whatever_the_file_of_rewards_says(counter: Counter) -> None:
    assert counter.stock("SAIL-1") == (4, 0)
    assert slots(counter) == [Slot(FIRST, "Gardasee", 3), Slot(SECOND, "Gardasee", 1)]


def test_an_order_takes_seats_on_its_date(counter: Counter) -> None:
    sail(counter, pieces=2)

    assert taken(counter) == [(FIRST, 3, 2), (SECOND, 1, 0)]
    assert counter.stock("SAIL-1") == (4, 2)
    assert counter.world.rows(select(order_line.c.details)) == [(f'{{"slot":"{FIRST}"}}',)]
    assert counter.world.violated() == {}


@pytest.mark.parametrize(("more", "found"), [
    ({"slot": SECOND, "pieces": 2}, ("sold_out", {"there": 1})),
    ({"slot": "2026-06-21"}, ("sold_out", {"there": 0})),
    ({"slot": ""}, ("missing_detail", {"detail": "slot"})),
    ({"pieces": 5}, ("sold_out", {"there": 4})),
    ({"now": SIX_IN_THE_EVENING + 18 * DAY}, ("sold_out", {"there": 0}))])
def test_a_date_without_enough_seats_takes_nothing(counter: Counter, more: dict[str, object],
                                                   found: tuple[str, dict[str, object]]) -> None:
    assert refused(counter, **more) == [found]
    assert (taken(counter), counter.stock("SAIL-1"), counter.bonus()) == (
        [(FIRST, 3, 0), (SECOND, 1, 0)], (4, 0), 16_000)


def test_what_is_cancelled_can_be_taken_by_others(counter: Counter) -> None:
    placed = sail(counter, SECOND)

    cancel_lines(counter.world.installation, counter.access(), placed.public_id, [Cut(1)], SIX_IN_THE_EVENING)

    assert (taken(counter)[1], counter.stock("SAIL-1"), counter.bonus()) == ((SECOND, 1, 0), (4, 0), 16_000)
    assert sail(counter, SECOND, key="K2").state == "ordered"


def test_who_was_there_cannot_cancel_however_long_others_can(tmp_path: Path, database: Database) -> None:
    counter = make_counter(tmp_path / "league", database, (
        ('"goods", ', '"goods", "experiences", '),
        ("\n[rewards.pricing]", '\n[rewards.orders]\ncancel_within = "30D"\n\n[rewards.pricing]')))
    counter.shelf.bring(SAIL)
    plan(counter, f"SAIL-1;{FIRST};3;Gardasee")
    placed = sail(counter, pieces=2)
    installation, access = counter.world.installation, counter.access()

    cancel_lines(installation, access, placed.public_id, [Cut(1, 1)], SIX_IN_THE_EVENING + 18 * DAY)
    with pytest.raises(Refusal) as refused:
        cancel_lines(installation, access, placed.public_id, [Cut(1, 1)], SIX_IN_THE_EVENING + 19 * DAY)

    assert (refused.value.code, counter.bonus()) == ("too_late", 14_000)
    assert fulfil_by_themselves(installation, SIX_IN_THE_EVENING + 20 * DAY) == 1


def test_what_is_over_is_done_and_no_stock_any_more(counter: Counter) -> None:
    sail(counter)
    installation, behind = counter.world.installation, SIX_IN_THE_EVENING + 19 * DAY

    on_the_day, after = fulfil_by_themselves(installation, behind), fulfil_by_themselves(installation, behind + DAY)
    let_lapse(installation, behind + DAY)

    assert (on_the_day, after) == (0, 1)
    assert counter.lines() == [("SAIL-1", "delivered", 1, 0, 0)]
    assert counter.stock("SAIL-1") == (1, 0)
    assert [one.slot for one in slots(counter, behind)] == [SECOND]


def test_dates_can_be_planned_otherwise_but_not_below_what_is_taken(counter: Counter) -> None:
    sail(counter, pieces=2)

    same = plan(counter, f"SAIL-1;{FIRST};3;Gardasee")
    less = plan(counter, f"SAIL-1;{FIRST};1;Gardasee", f"SAIL-1;{SECOND};0;Gardasee")
    full = plan(counter, f"SAIL-1;{FIRST};2;Comer See")

    assert (same.unchanged, less.changed, full.changed) == (1, 1, 1)
    assert [(one["line"], one["code"]) for one in less.problems] == [(2, "seats_taken")]
    assert (slots(counter), counter.stock("SAIL-1")) == ([], (2, 2))


def test_a_dry_run_plans_nothing(counter: Counter) -> None:
    receipt = plan(counter, "SAIL-1;2026-08-01;9;", dry_run=True)

    assert (receipt.created, len(taken(counter)), counter.stock("SAIL-1")) == (1, 2, (4, 0))


@pytest.mark.parametrize(("row", "code"), [
    ("SAIL-1;soon;1;", "bad_date"), ("SAIL-1;2026-02-30;1;", "bad_date"), ("SAIL-1;2026-08-01 25:00;1;", "bad_date"),
    ("SAIL-1;2026-06-01;1;", "bad_date"), ("SAIL-1;2026-08-01;many;", "bad_number"),
    ("SAIL-1;2026-08-01;-1;", "bad_number"), ("SAIL-1;2026-08-01;;", "empty_cell"),
    ("DRILL-12;2026-08-01;1;", "no_dates"), ("SAIL-2;2026-08-01;1;", "unknown_variant")])
def test_a_row_that_cannot_be_planned_is_named_and_others_are(counter: Counter, row: str, code: str) -> None:
    receipt = plan(counter, row, "SAIL-1;2026-09-01;5;", "SAIL-1;2026-09-01;6;")

    assert [(one["line"], one["code"]) for one in receipt.problems] == [(2, code), (4, "twice")]
    assert receipt.created == 1


def test_ten_at_once_take_no_more_seats_than_there_are(counter: Counter) -> None:
    counter.earn("10017", 20, "MORE")
    done, barrier = list[str](), Barrier(10)

    def order(number: int) -> None:
        barrier.wait()
        try:
            done.append(sail(counter, key=f"K{number}").state.value)
        except Refusal as error:
            done.append(error.code)

    threads = [Thread(target=order, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == ["ordered"] * 3 + ["sold_out"] * 7
    assert (taken(counter), counter.stock("SAIL-1"), counter.bonus()) == (
        [(FIRST, 3, 3), (SECOND, 1, 0)], (4, 3), 26_000)
