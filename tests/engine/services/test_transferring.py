"""Points that participants give to one another, on both databases: by the rules of the unit, and never younger."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.accounts import (
    BLOCKED,
    BRANDMAIER,
    DONNELLY,
    account,
    all_at_once,
    at,
    booked,
    codes,
    held_by,
    open_lots,
    points_of,
    refused,
    unproven,
)
from tests.support.worlds import World, line, make_world
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.services.ledger.transferring import Transferred, transfer
from treuwerk.store.database import Database
from treuwerk.store.tables import journal

BONUS = 'expires = { after = "36M", rounding = "end_of_year", start = "booking" }'
RULES = """
[units.bonus.transfers]
allowed = true
at_least = 10
at_most = 500
at_most_per_month = 600
between = "anyone"
"""
NOW = at("2026-06-01T18:00")
NewWorld = Callable[..., World]
Give = Callable[..., Transferred]


@pytest.fixture
def world_with(tmp_path: Path, database: Database) -> NewWorld:
    """A world where 800 bonus points may be given by these rules, earned in two years."""
    def new(rules: str = RULES, bonus: str = BONUS) -> World:
        world = make_world(tmp_path / "league", database, other=[(BONUS, bonus + "\n" + rules)])
        first = at("2025-12-30T18:00") if bonus == BONUS else NOW
        world.clear([line("LS-1", quantity="5", delivered_on="2025-12-20")], now=first)
        world.clear([line("LS-2", quantity="5")], now=NOW)
        return world

    return new


@pytest.fixture
def world(world_with: NewWorld) -> World:
    """The world with its usual rules."""
    return world_with()


def give(world: World, amount: Any, key: str = "T-1", *, giver: str = BRANDMAIER, receiver: str = DONNELLY,
         now: int = NOW, unit: str = "bonus") -> Transferred:
    return transfer(world.installation, account(world, giver), account(world, receiver), unit, amount, key, now,
                    actor="ada")


def test_points_keep_their_expiry_on_the_way(world: World) -> None:
    give(world, 500)

    assert open_lots(world, account(world, DONNELLY)) == [(400, at("2029-01-01")), (100, at("2030-01-01"))]
    assert open_lots(world, account(world)) == [(300, at("2030-01-01"))]
    assert world.rows(select(journal.c.kind, journal.c.business_key, journal.c.actor).where(
        journal.c.kind.startswith("transfer")).order_by(journal.c.kind)) == [
            ("transfer_in", "transfer|T-1", "ada"), ("transfer_out", "transfer|T-1", "ada")]
    assert unproven(world, NOW) == {}


def test_a_transfer_is_repeated_with_its_first_answer(world: World) -> None:
    first, again = give(world, 100), give(world, 100)

    assert (again.given.id, again.received.id, again.given.repeated) == (first.given.id, first.received.id, True)
    assert points_of(world, account(world, DONNELLY), NOW) == 100
    with pytest.raises(KeyConflict):
        give(world, 101)


def test_a_key_of_either_side_stands_for_one_transfer(world: World) -> None:
    give(world, 100)

    with pytest.raises(KeyConflict):
        give(world, 10, giver=DONNELLY, receiver=BRANDMAIER)
    assert points_of(world, account(world, DONNELLY), NOW) == 100


@pytest.mark.parametrize(("amount", "code"), [(9, "outside_limits"), (501, "outside_limits"), (0, "wrong_amount"),
                                              (-10, "wrong_amount"), (True, "wrong_amount"), (2**63, "wrong_amount")])
def test_an_amount_lies_within_the_limits(world: World, amount: Any, code: str) -> None:
    assert refused(lambda: give(world, amount)) == code


def test_the_limit_of_a_month_is_counted_in_the_zone_of_the_programme(world: World) -> None:
    give(world, 500, "T-1", now=at("2026-06-30T23:59"))
    give(world, 100, "T-2", now=at("2026-07-01T00:00"))

    with pytest.raises(Refusal) as refusal:
        give(world, 101, "T-3", now=at("2026-06-30T23:59:30"))
    give(world, 100, "T-4", now=at("2026-06-30T23:59:30"))

    assert (refusal.value.code, refusal.value.facts["given"]) == ("monthly_limit", 500)
    assert unproven(world, at("2026-07-01T00:00")) == {}


def test_what_was_received_does_not_count_for_the_month(world: World) -> None:
    give(world, 500, "T-1")
    give(world, 500, "T-2", giver=DONNELLY, receiver=BRANDMAIER)

    assert refused(lambda: give(world, 101, "T-3")) == "monthly_limit"
    assert points_of(world, account(world), NOW) == 800


def test_only_the_same_group_gives_and_takes_unless_the_programme_says_otherwise(world_with: NewWorld) -> None:
    world = world_with("\n[units.bonus.transfers]\nallowed = true\n")

    assert refused(lambda: give(world, 10)) == "other_group"
    world.participants("customer_number;name;group\n10109;Donnelly;certified\n")
    give(world, 10)

    assert points_of(world, account(world, DONNELLY), NOW) == 10


def test_nothing_is_given_where_nobody_said_that_it_may(world_with: NewWorld) -> None:
    world = world_with("")

    assert refused(lambda: give(world, 10)) == "transfers_not_allowed"
    assert refused(lambda: give(world, 10, unit="status")) == "transfers_not_allowed"
    assert refused(lambda: give(world, 10, unit="gold")) == "unknown_unit"


def test_blocked_participants_neither_give_nor_take_and_nobody_gives_to_himself(world: World) -> None:
    assert refused(lambda: give(world, 10, receiver=BLOCKED)) == "participant_not_active"
    assert refused(lambda: give(world, 10, receiver=BRANDMAIER)) == "same_account"
    world.participants("customer_number;name;group;status\n10017;Brandmaier;certified;blocked\n")
    assert refused(lambda: give(world, 10)) == "participant_not_active"
    assert booked(world, account(world), "transfer_out") == []


def test_what_is_not_there_cannot_be_given(world: World) -> None:
    redeem(world.installation, account(world), "bonus", 795, "order", NOW)

    assert refused(lambda: give(world, 10)) == "not_enough"


def test_points_received_settle_a_debt_at_once(world: World) -> None:
    other = account(world, DONNELLY)
    world.clear([line("LS-9", customer_number=DONNELLY, quantity="1")], now=NOW)
    redeem(world.installation, other, "bonus", 80, "order", NOW)
    reverse(world.installation, other, booked(world, other, "accrual")[0], "R-1", NOW)

    give(world, 100)

    assert (held_by(world, other, NOW).deficit, points_of(world, other, NOW)) == (0, 20)
    assert unproven(world, NOW) == {}


def test_giving_in_parallel_passes_neither_the_points_nor_the_month(world: World) -> None:
    outcomes = all_at_once([partial(give, world, 100, f"T-{n}") for n in range(12)])

    assert codes(outcomes) == ["monthly_limit"] * 6
    assert (points_of(world, account(world), NOW), points_of(world, account(world, DONNELLY), NOW)) == (200, 600)
    assert unproven(world, NOW) == {}


def test_giving_to_one_another_in_parallel_keeps_every_point(world_with: NewWorld) -> None:
    world = world_with('\n[units.bonus.transfers]\nallowed = true\nbetween = "anyone"\n')
    give(world, 400, "first")
    there_and_back = [(BRANDMAIER, DONNELLY), (DONNELLY, BRANDMAIER)] * 6

    outcomes = all_at_once([partial(give, world, 7, f"T-{n}", giver=giver, receiver=receiver)
                            for n, (giver, receiver) in enumerate(there_and_back)])

    assert codes(outcomes) == []
    assert (points_of(world, account(world), NOW), points_of(world, account(world, DONNELLY), NOW)) == (400, 400)
    assert unproven(world, NOW) == {}


def test_passing_points_on_does_not_keep_those_alive_that_go_by_inactivity(world_with: NewWorld) -> None:
    world = world_with('\n[units.bonus.transfers]\nallowed = true\nbetween = "anyone"\n',
                       'expires = { after_inactivity = "12M" }')
    late = at("2027-05-01T18:00")

    give(world, 500, "T-1", now=late)
    give(world, 200, "T-2", giver=DONNELLY, receiver=BRANDMAIER, now=late)

    gone = at("2027-06-02")
    assert open_lots(world, account(world, DONNELLY)) == [(200, gone), (100, gone)]
    assert open_lots(world, account(world)) == [(200, gone), (300, None)]
    assert points_of(world, account(world, DONNELLY), gone) == 0
    assert unproven(world, late) == {}
