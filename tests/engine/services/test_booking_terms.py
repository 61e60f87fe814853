"""The terms of points on their way from the programme file into the books, on both databases."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from tests.support.worlds import BERLIN, World, line, make_world
from treuwerk.domain.ledger import FOREVER, instant
from treuwerk.services.finding import account_of
from treuwerk.services.ledger.balances import UnitBalance, balances
from treuwerk.store.database import Database
from treuwerk.store.sealing import seal_pending
from treuwerk.store.tables import balance, journal, lot, posting

BONUS = 'expires = { after = "36M", rounding = "end_of_year", start = "booking" }'
WAITS = (BONUS, 'expires = { after = "36M", rounding = "end_of_year" }\npending = { until = "activation" }')
SEMINAR = "points = 500\n"
ATTENDANCE = "seminar_code;held_on;participant;person;attended\nS-1;2026-05-04;10017;Ada Brandmaier;yes\n"
NewWorld = Callable[..., World]


@pytest.fixture
def world_with(tmp_path: Path, database: Database) -> NewWorld:
    """Makes the world whose programme file has some texts replaced."""
    return lambda *other: make_world(tmp_path / "league", database, other=other)


def at(local: str) -> int:
    return instant(datetime.fromisoformat(local).replace(tzinfo=BERLIN))


def bonus(world: World, now: int) -> UnitBalance:
    """What the company with the number 10017 has of bonus points."""
    with world.database.reading() as connection:
        return balances(connection, ["bonus"], account_of(connection, "10017") or 0, now)["bonus"]


def lots(world: World) -> list[tuple[object, ...]]:
    """Book, amount, beginning and end of the bonus lots, in the order of their booking."""
    return world.rows(select(lot.c.book, lot.c.amount, lot.c.active_from, lot.c.expires_at)
                      .where(lot.c.unit == "bonus").order_by(lot.c.transaction_id, lot.c.line))


def kept(world: World) -> list[tuple[object, ...]]:
    """Until when activity keeps each unit."""
    return world.rows(select(balance.c.unit, balance.c.keeps_until).order_by(balance.c.unit))


def test_points_that_wait_for_a_time_lie_with_the_others_and_cannot_be_spent(world_with: NewWorld) -> None:
    world = world_with((BONUS, BONUS + '\npending = { after = "14D_D" }'))

    world.clear([line()], now=at("2026-06-01T18:00"))

    assert lots(world) == [("participant", 800, at("2026-06-15"), at("2030-01-01"))]
    before, after = bonus(world, at("2026-06-14T23:59:59")), bonus(world, at("2026-06-15"))
    assert ((before.available, before.pending), (after.available, after.pending)) == ((0, 800), (800, 0))
    assert world.violated() == {}


def test_points_that_wait_for_an_act_lie_in_a_book_of_their_own(world_with: NewWorld) -> None:
    world = world_with(WAITS)

    world.clear([line()], now=at("2026-06-01T18:00"))
    world.clear([line("LS-2", quantity="5")], now=at("2026-06-02T18:00"))

    assert lots(world) == [("pending", 800, None, FOREVER), ("pending", 400, None, FOREVER)]
    assert world.rows(select(balance.c.unit, balance.c.posted, balance.c.pending).order_by(balance.c.unit)) \
        == [("bonus", 0, 1200), ("status", 600, 0)]
    own = bonus(world, at("2036-01-01"))
    assert (own.available, own.pending) == (0, 1200)
    assert world.violated() == {}


def test_a_rule_of_a_unit_that_waits_may_pay_at_once(world_with: NewWorld) -> None:
    world = world_with(WAITS,
                       (SEMINAR, SEMINAR + 'pending = { until = "booking" }\n'))

    world.clear([line()], now=at("2026-06-01T18:00"))
    world.attendance(ATTENDANCE, now=at("2026-06-02T18:00"))

    assert lots(world) == [("pending", 800, None, FOREVER),
                           ("participant", 500, at("2026-06-02T18:00"), at("2030-01-01"))]
    own = bonus(world, at("2026-06-02T18:00"))
    assert (own.available, own.pending) == (500, 800)
    assert world.violated() == {}


def test_points_of_a_rule_live_as_the_rule_says(world_with: NewWorld) -> None:
    world = world_with((SEMINAR, SEMINAR + 'expires = { yearly_on = "06-30", at_least = "3M" }\n'))

    world.clear([line()], now=at("2026-06-01T18:00"))
    world.attendance(ATTENDANCE, now=at("2026-06-01T18:00"))

    assert sorted(lots(world), key=str) == [("participant", 500, at("2026-06-01T18:00"), at("2027-07-01")),
                                            ("participant", 800, at("2026-06-01T18:00"), at("2030-01-01"))]
    assert world.violated() == {}


def test_the_revision_of_the_day_of_the_purchase_gives_the_terms(world_with: NewWorld) -> None:
    rule = """name = "module_points"
rule = "product_factor"
title = { de = "Modulpunkte" }
unit = "bonus"
unit_without_factor = "status"
article_kinds = ["module"]
attribute = "wp"
attribute_per_point = 10
feature = "scope"
factors = { SYSTEM = 2, MODULE = 1 }
"""
    second = f"\n[[earning]]\n{rule}revision = 2\nvalid_from = 2026-05-01\nexpires = {{ on = 2026-12-31 }}\n"
    world = world_with((rule, f"{rule}valid_until = 2026-04-30\n{second}"))

    world.clear([line(delivered_on="2026-04-30"), line("LS-2", delivered_on="2026-05-01")],
                now=at("2026-06-01T18:00"))

    assert sorted(end for _, _, _, end in lots(world)) == [at("2027-01-01"), at("2030-01-01")]  # type: ignore[type-var]
    assert world.violated() == {}


def test_every_booking_keeps_all_points_of_a_unit_that_goes_by_inactivity(world_with: NewWorld) -> None:
    world = world_with((BONUS, 'expires = { after_inactivity = "12M" }'))

    world.clear([line()], now=at("2026-06-01T18:00"))
    assert kept(world) == [("bonus", at("2027-06-02")), ("status", None)]

    world.clear([line("LS-2")], now=at("2026-08-01T18:00"))
    assert kept(world) == [("bonus", at("2027-08-02")), ("status", None)]
    assert lots(world) == [("participant", 800, at("2026-06-01T18:00"), FOREVER),
                           ("participant", 800, at("2026-08-01T18:00"), FOREVER)]
    assert world.violated() == {}


def test_points_that_went_by_inactivity_are_not_brought_back_by_the_next_booking(world_with: NewWorld) -> None:
    """Also where nobody ran the expiry in between."""
    world = world_with((BONUS, 'expires = { after_inactivity = "12M" }'))
    world.clear([line()], now=at("2026-06-01T18:00"))

    world.clear([line("LS-2", quantity="5")], now=at("2027-06-02T00:00"))

    assert world.points()["bonus"] == 400
    assert bonus(world, at("2027-06-02T18:00")).available == 400
    assert kept(world) == [("bonus", at("2028-06-03")), ("status", None)]
    assert world.rows(select(journal.c.business_key).where(journal.c.kind == "expiry")) \
        == [(f"expiry|bonus|{at('2027-06-02')}",)]
    with world.database.writing() as connection:
        assert seal_pending(connection, at("2027-06-02T18:00")) == 1
    assert world.violated() == {}


def test_points_are_kept_by_a_booking_at_the_last_moment(world_with: NewWorld) -> None:
    world = world_with((BONUS, 'expires = { after_inactivity = "12M" }'))
    world.clear([line()], now=at("2026-06-01T18:00"))

    world.clear([line("LS-2", quantity="5")], now=at("2027-06-01T23:59:59.999999"))

    assert world.points()["bonus"] == 1200
    assert world.violated() == {}


def test_an_earlier_end_of_inactivity_never_takes_the_place_of_a_later_one(world_with: NewWorld) -> None:
    world = world_with((BONUS, 'expires = { after_inactivity = "12M" }'))

    world.clear([line()], now=at("2026-08-01T18:00"))
    world.clear([line("LS-2")], now=at("2026-06-01T18:00"))

    assert kept(world) == [("bonus", at("2027-08-02")), ("status", None)]
    assert world.violated() == {}


def test_points_of_a_rule_with_an_end_of_its_own_are_activity_too(world_with: NewWorld) -> None:
    world = world_with((BONUS, 'expires = { after_inactivity = "12M" }'),
                       (SEMINAR, SEMINAR + 'expires = { after = "3M" }\n'))

    world.attendance(ATTENDANCE, now=at("2026-06-01T18:00"))

    assert lots(world) == [("participant", 500, at("2026-06-01T18:00"), at("2026-09-02"))]
    assert kept(world) == [("bonus", at("2027-06-02"))]
    assert world.rows(select(posting.c.book, posting.c.keeps_until).order_by(posting.c.line)) \
        == [("participant", at("2027-06-02")), ("issuance", None)]
    assert world.violated() == {}


def test_an_end_that_somebody_moved_in_the_balance_is_found(world_with: NewWorld) -> None:
    world = world_with((BONUS, 'expires = { after_inactivity = "12M" }'))
    world.clear([line()], now=at("2026-06-01T18:00"))

    with world.database.writing() as connection:
        connection.execute(text("UPDATE balance SET keeps_until = keeps_until + 1 WHERE unit = 'bonus'"))

    assert set(world.violated()) == {"balance_is_sum_of_postings"}


def test_a_rehearsal_tells_of_points_that_wait_like_of_others(world_with: NewWorld) -> None:
    world = world_with(WAITS)

    rehearsed, booked = world.clear([line()], dry_run=True), world.clear([line()])

    assert rehearsed.tally.points == booked.tally.points == {"bonus": 800, "status": 400}
