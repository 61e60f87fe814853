"""Closed periods, old deliveries, units that are measured, and what is parked for too long."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.corrections import DAY, bonus, clear, document, goods
from tests.support.worlds import SIX_IN_THE_EVENING, World, line, make_world
from treuwerk.domain.ledger import moment
from treuwerk.services.clearing.parked import report_parked
from treuwerk.store.database import Database
from treuwerk.store.tables import journal, lot, problem, work_item

CLEARING = "batch_lines = 100"
PALLETS = 'PAL = "pieces_per_pallet"'
KWP = (PALLETS, f'{PALLETS}\nKWT = {{ times = 1000, per = "wp" }}\nWTT = {{ per = "wp" }}\nBX = 4')


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """2025 is closed, feeds may be 100 days late, modules come also by kWp; runs once per database."""
    return make_world(tmp_path / "league", database, other=[
        (CLEARING, f"{CLEARING}\nclosed_through = 2025-12-31\nparked_days = 30"), KWP])


@pytest.fixture
def punctual(tmp_path: Path, database: Database) -> World:
    """Feeds may be 100 days late."""
    return make_world(tmp_path / "league", database, other=[(CLEARING, f"{CLEARING}\nback_dating_days = 100")])


def test_case_53_points_of_a_closed_year_live_as_if_bought_in_the_open_one(world: World) -> None:
    world.clear([line("LS-1", delivered_on="2025-12-30"), line("LS-2", delivered_on="2026-01-02")])

    days = world.rows(select(journal.c.occurred_on).order_by(journal.c.occurred_on))
    ends = {moment(at).year for (at,) in world.rows(select(lot.c.expires_at).where(lot.c.unit == "status"))}
    assert days == [("2025-12-30",), ("2026-01-02",)]
    assert ends == {2026}
    assert world.violated() == {}


def test_case_49_a_delivery_that_is_too_old_waits_for_a_person(punctual: World) -> None:
    receipt = punctual.clear([line("LS-1", delivered_on="2026-02-01"), line("LS-2", delivered_on="2026-02-21")])

    assert [(one["line"], one["code"]) for one in receipt.problems] == [(2, "back_dated")]
    assert "expected one from 2026-02-21 on" in receipt.problems[0]["reason"]
    assert bonus(punctual) == 800
    assert punctual.violated() == {}


def test_an_old_delivery_that_is_booked_already_is_a_duplicate_and_no_work(punctual: World) -> None:
    punctual.clear([line("LS-1")])

    later = punctual.clear([line("LS-1"), line("LS-2", delivered_on="2026-10-01")], name="later.csv",
                           now=SIX_IN_THE_EVENING + 150 * DAY)

    assert (later.tally.duplicate, later.tally.booked, later.tally.waiting) == (1, 1, 0)


@pytest.mark.parametrize(("quantity", "unit", "pieces"), [
    ("4", "KWT", 10), ("4000", "WTT", 10), ("2", "PAL", 62), ("3", "BX", 12), ("0.4", "KWT", 1)])
def test_case_38_units_come_to_pieces_by_the_article_master(world: World, quantity: str, unit: str,
                                                            pieces: int) -> None:
    clear(world, document("D-1", goods(1, quantity, unit=unit)))

    assert bonus(world) == pieces * 80


@pytest.mark.parametrize(("quantity", "unit", "article", "code", "told"), [
    ("4.1", "KWT", "SW-M-400", "fraction", "which is 10.25 pieces of 400 wp; expected whole pieces"),
    ("4", "KWT", "SW-W-10H", "unit_not_convertible", "article SW-W-10H has no 'wp' to convert KWT"),
    ("4", "XXX", "SW-M-400", "unknown_unit", "found unit 'XXX', expected one of PCE, PAL, KWT, WTT, BX"),
    ("1.5", "PCE", "SW-M-400", "fraction", "found quantity 1.5 PCE, expected whole pieces")])
def test_case_38_what_is_no_whole_piece_is_refused_by_words(world: World, quantity: str, unit: str, article: str,
                                                            code: str, told: str) -> None:
    receipt = clear(world, document("D-1", goods(1, quantity, article=article, unit=unit)))

    assert [one["code"] for one in receipt.problems] == [code]
    assert told in receipt.problems[0]["reason"]


def test_case_07_what_is_parked_is_reported_once_its_time_is_over(world: World) -> None:
    world.clear([line("LS-1", movement="CANCEL")], name="early.csv")

    before = report_parked(world.installation, SIX_IN_THE_EVENING + 29 * DAY)
    open_before = world.rows(select(work_item.c.gist).where(work_item.c.state == "open"))
    after = [report_parked(world.installation, SIX_IN_THE_EVENING + 31 * DAY) for _ in range(2)]

    assert (before, open_before, after) == (0, [], [1, 0])
    assert world.rows(select(work_item.c.gist).where(work_item.c.state == "open")) == [("early.csv",)]
    world.clear([line("LS-1")], now=SIX_IN_THE_EVENING + 32 * DAY)
    assert world.rows(select(work_item.c.gist).where(work_item.c.state == "open")) == []
    assert world.rows(select(problem.c.settled_at.is_(None))) == [(False,)]


def test_a_rehearsal_tells_what_would_be_taken_back_and_keeps_nothing(world: World) -> None:
    world.clear([line("LS-1"), line("LS-2")])
    before = world.counts()

    rehearsed = world.clear([line("LS-1", movement="RETURN", quantity="4"), line("LS-3"),
                             line("LS-4", movement="CANCEL")], name="next.csv", dry_run=True)

    assert rehearsed.tally.points == {"bonus": 800 - 320, "status": 400 - 160}
    assert (rehearsed.tally.booked, rehearsed.tally.waiting) == (2, 1)
    assert [one["code"] for one in rehearsed.problems] == ["parked"]
    assert world.counts() == before
