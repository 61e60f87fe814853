"""Totals of a period: what is bought together earns points, and what goes back takes its part of them along."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from tests.support.corrections import bonus, clear, document
from tests.support.totals import BANDS, beside, modules, totals_world
from tests.support.worlds import World, line
from treuwerk.domain.documents import Movement, Purpose
from treuwerk.domain.earning import Doubt
from treuwerk.domain.purchases import EarningEvent
from treuwerk.domain.totals import Counted, DayTotal, TotalAward
from treuwerk.hookspecs import EarningRuleKind, hookimpl
from treuwerk.services.changes.reversing import reverse
from treuwerk.store.database import Database
from treuwerk.store.tables import journal, total_line
from treuwerk_bands.rule import Bands, BandsSettings

LEARNER = """
[[earning]]
name = "learner"
rule = "target"
title = { de = "Lernziel" }
unit = "bonus"
activity = "seminar"
steps = [{ at_least = 2, points = 7000 }]

[measures]"""
NO_POINTS_FOR_SEMINARS = ('activity = "seminar"\npoints = 500', 'activity = "other"\npoints = 500')


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme with bands of each quarter; runs once per database."""
    return totals_world(tmp_path / "league", database)


def booked(world: World) -> list[tuple[str, str]]:
    """Kinds and keys of all bookings of totals and of what takes them back."""
    return [(kind, key) for kind, key in world.rows(select(journal.c.kind, journal.c.business_key).order_by(
        journal.c.id)) if key.startswith("total|")]


def test_what_lies_above_the_limit_of_a_band_earns_more_and_returns_take_it_first(world: World) -> None:
    clear(world, document("D-1", modules(1, 30)))
    assert beside(world, 30) == 30
    clear(world, document("D-2", modules(1, 40)))
    assert beside(world, 70) == 50 + 2 * 20
    clear(world, document("D-2", modules(1, 30, movement=Movement.RETURN)))
    assert beside(world, 40) == 40
    clear(world, document("D-1", purpose=Purpose.CANCEL))
    assert beside(world, 10) == 10

    assert booked(world) == [
        ("total", "total|volume|1|2026-Q2||1"), ("total", "total|volume|1|2026-Q2||2"),
        ("reversal", "total|volume|1|2026-Q2||2-1"), ("reversal", "total|volume|1|2026-Q2||2-2"),
        ("reversal", "total|volume|1|2026-Q2||1-1")]
    assert world.violated() == {}


def test_a_total_ends_with_its_period_and_belongs_to_one_participant(world: World) -> None:
    clear(world, document("D-1", modules(1, 50), day=date(2026, 3, 31)))
    clear(world, document("D-2", modules(1, 50), day=date(2026, 4, 1)))
    clear(world, document("D-3", modules(1, 50), buyer="10109"))

    assert (beside(world, 100), beside(world, 50, "10109")) == (100, 50)


def test_the_booking_tells_how_it_came_about(world: World) -> None:
    clear(world, document("D-1", modules(1, 30)), document("D-2", modules(1, 30)))
    clear(world, document("D-3", modules(1, 10)))

    first, second = (json.loads(one) for one, in world.rows(select(journal.c.explanation).where(
        journal.c.kind == "total").order_by(journal.c.id)))

    assert (first[0]["points"], first[0]["counted"], first[0]["lines"]) == (70, "60", 2)
    assert first[0]["steps"] == [["start", "50 × 1", "50"], ["plus", "10 × 2", "20"], ["round_down", "points", ""]]
    assert second[0]["steps"][-1] == ["minus", "booked", "70"]


def test_a_file_that_comes_again_counts_once_and_a_rehearsal_shows_the_points(world: World) -> None:
    rows = [line("LS-1", quantity="60", scope="MODULE")]
    rehearsed = world.clear(rows, dry_run=True)
    assert (rehearsed.tally.points["bonus"], booked(world)) == (60 * 40 + 70, [])

    assert world.clear(rows).tally.points["bonus"] == 60 * 40 + 70
    world.clear([*rows, line("LS-2", quantity="1", scope="MODULE")], name="again.csv")

    assert beside(world, 61) == 72
    assert world.violated() == {}


def test_what_people_take_back_by_hand_counts_no_more(world: World) -> None:
    clear(world, document("D-1", modules(1, 60)))
    (account, accrual), = world.rows(select(journal.c.account_id, journal.c.id).where(journal.c.kind == "accrual"))

    reverse(world.installation, account, accrual, "by-hand", 1_800_000_000_000_000, pieces=20)

    assert beside(world, 40) == 40
    assert world.violated() == {}


def test_seminars_count_and_those_that_did_not_take_place_count_no_more(tmp_path: Path, database: Database) -> None:
    world = totals_world(tmp_path / "league", database, LEARNER, other=[NO_POINTS_FOR_SEMINARS])
    head = "seminar_code;held_on;participant;person;attended\n"
    world.attendance(head + "S-1;2026-05-04;10017;Eva Huber;yes\n")
    assert bonus(world) == 0
    receipt = world.attendance(head + "S-2;2026-05-11;10017;Eva Huber;yes\n")
    assert (bonus(world), receipt.points) == (7000, {"bonus": 7000})

    receipt = world.attendance(head + "S-1;2026-05-04;10017;Eva Huber;no\n")

    assert (bonus(world), receipt.points) == (0, {"bonus": -7000})
    assert world.violated() == {}


def test_a_new_revision_begins_a_total_of_its_own(tmp_path: Path, database: Database) -> None:
    later = BANDS.replace("[measures]", "").replace(
        'name = "volume"', 'name = "volume"\nrevision = 2\nvalid_from = 2026-05-15') + "\n[measures]"
    first = BANDS.replace("[measures]", "").replace('name = "volume"', 'name = "volume"\nvalid_until = 2026-05-14')
    world = totals_world(tmp_path / "league", database, first + later)
    clear(world, document("D-1", modules(1, 40)))
    clear(world, document("D-2", modules(1, 40), day=date(2026, 5, 20)))

    assert beside(world, 80) == 80


@pytest.mark.parametrize(("change", "found"), [
    ("UPDATE total_line SET kept = 1", "counts 1 for volume|1|2026-Q2|, expected 600000"),
    ("UPDATE total_line SET amount = 1, kept = 1", "the sums of its days are not those of its lines"),
    ("UPDATE total_day SET amount = amount + 1", "the sums of its days are not those of its lines"),
    ("UPDATE total SET counted = 0", "found 0 counted, expected 600000"),
    ("UPDATE total SET awards = '[]'", "found 70 points booked, expected 0"),
    ("UPDATE total SET awards = 'x'", "its worth is not explained"),
    ("DELETE FROM total", "nobody worked out what it is worth"),
    ("DELETE FROM total_booking", "belongs to no total")])
def test_who_changes_what_counts_is_found(world: World, change: str, found: str) -> None:
    clear(world, document("D-1", modules(1, 60)))

    with world.database.writing() as connection:
        connection.execute(text(change))

    assert found in world.violated()["totals_are_paid_as_they_count"]


class Moody(Bands):
    """A rule that fails on the total of a single line, and on thirteen pieces at once."""

    def counts(self, events: Sequence[EarningEvent]) -> Iterator[Counted | Doubt]:
        """Thirteen bring bad luck."""
        if any(event.quantity == 13 for event in events):
            raise ArithmeticError("thirteen")
        return super().counts(events)

    def earned(self, days: Sequence[DayTotal]) -> Iterator[TotalAward]:
        """One line is not enough."""
        if sum(day.lines for day in days) == 1:
            raise ArithmeticError("one line only")
        return super().earned(days)

    @staticmethod
    @hookimpl
    def earning_rule_kinds() -> Sequence[EarningRuleKind[Any]]:
        """Offers ``moody``."""
        return [EarningRuleKind("moody", BandsSettings, Moody)]


def test_a_rule_that_fails_costs_only_what_it_fails_on(tmp_path: Path, database: Database) -> None:
    world = totals_world(tmp_path / "league", database, BANDS.replace('"bands"', '"moody"'), more={"moody": Moody})
    first = clear(world, document("D-1", modules(1, 10), modules(2, 13)))
    assert [(one["code"], one["state"]) for one in first.problems] == [
        ("total_failed", "warning"), ("rule_failed", "waiting")]
    assert (beside(world, 10), world.violated()) == (0, {})

    clear(world, document("D-2", modules(1, 10)))

    assert (beside(world, 20), world.violated()) == (20, {})


def test_programmes_without_such_rules_keep_nothing_of_them(tmp_path: Path, database: Database) -> None:
    world = totals_world(tmp_path / "league", database, "[measures]")
    clear(world, document("D-1", modules(1, 60)))

    assert (bonus(world), world.rows(select(total_line))) == (60 * 40, [])
