"""Points that waited for an act, on both databases: they become a lot whose life begins then, once."""

from functools import partial
from pathlib import Path

import pytest

from tests.support.accounts import (
    DONNELLY,
    account,
    all_at_once,
    at,
    booked,
    codes,
    held_by,
    open_lots,
    refused,
    unproven,
)
from tests.support.worlds import World, line, make_world
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.ledger.activating import activate
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.store.database import Database

BONUS = 'expires = { after = "36M", rounding = "end_of_year", start = "booking" }'
WAITS = (BONUS, 'expires = { after = "12M", start = "activation" }\npending = { until = "activation" }')
RULE = 'feature = "scope"\nfactors = { SYSTEM = 2, MODULE = 1 }\n'
SEMINAR = "points = 500\n"
MAY, JUNE, JULY = at("2026-05-05T18:00"), at("2026-06-01T18:00"), at("2026-07-01T18:00")


@pytest.fixture
def waiting(tmp_path: Path, database: Database) -> World:
    """A participant with 800 bonus points that wait and 400 status points that do not."""
    world = make_world(tmp_path / "league", database, other=[WAITS])
    world.clear([line()], now=MAY)
    return world


def accrual(world: World) -> int:
    return booked(world, account(world), "accrual")[0]


def test_points_live_from_their_activation(waiting: World) -> None:
    own = account(waiting)

    activate(waiting.installation, own, accrual(waiting), "card-1", JUNE)

    now = held_by(waiting, own, JUNE)
    assert (now.available, now.pending) == (800, 0)
    assert open_lots(waiting, own) == [(800, at("2027-06-02"))]
    assert unproven(waiting, JULY) == {}


def test_a_rule_with_an_end_of_its_own_keeps_it(tmp_path: Path, database: Database) -> None:
    world = make_world(tmp_path / "league", database, other=[WAITS, (RULE, RULE + 'expires = { after = "3M" }\n')])
    world.clear([line()], now=MAY)

    activate(world.installation, account(world), accrual(world), "card-1", JUNE)

    assert open_lots(world, account(world)) == [(800, at("2026-09-02"))]
    assert unproven(world, JULY) == {}


def test_an_activation_is_repeated_with_its_first_answer(waiting: World) -> None:
    act = (waiting.installation, account(waiting), accrual(waiting))

    first, again = activate(*act, "card-1", JUNE), activate(*act, "card-1", JULY)

    assert (again.id, again.repeated) == (first.id, True)
    assert refused(lambda: activate(*act, "card-2", JULY)) == "nothing_pending"
    assert held_by(waiting, act[1], JULY).available == 800


def test_the_same_key_for_other_points_is_a_conflict(waiting: World) -> None:
    waiting.clear([line("LS-2")], now=MAY + 1_000_000)
    first, second = booked(waiting, account(waiting), "accrual")
    activate(waiting.installation, account(waiting), first, "card-1", JUNE)

    with pytest.raises(KeyConflict, match="booked before with other facts"):
        activate(waiting.installation, account(waiting), second, "card-1", JUNE)


def test_nobody_activates_what_is_not_there_or_of_somebody_who_left(waiting: World) -> None:
    own = account(waiting)

    assert refused(lambda: activate(waiting.installation, own, 1, "k", JUNE)) == "unknown_credit"
    assert refused(lambda: activate(waiting.installation, account(waiting, DONNELLY), accrual(waiting), "k",
                                    JUNE)) == "unknown_credit"
    waiting.participants("customer_number;name;group;status\n10017;Brandmaier;certified;blocked\n")
    with pytest.raises(Refusal, match="found a participant who is blocked"):
        activate(waiting.installation, own, accrual(waiting), "k", JUNE)
    assert held_by(waiting, own, JUNE).pending == 800


def test_of_many_at_once_one_activates(waiting: World) -> None:
    act = (waiting.installation, account(waiting), accrual(waiting))

    outcomes = all_at_once([partial(activate, *act, f"card-{n}", JUNE) for n in range(8)])

    assert codes(outcomes) == ["nothing_pending"] * 7
    assert held_by(waiting, act[1], JUNE).available == 800
    assert unproven(waiting, JULY) == {}


def test_a_return_takes_the_activated_points_of_its_own_purchase_first(waiting: World) -> None:
    own = account(waiting)
    waiting.clear([line("LS-2")], now=MAY + 1_000_000)
    early, late = booked(waiting, own, "accrual")
    activate(waiting.installation, own, early, "card-1", JUNE)
    activate(waiting.installation, own, late, "card-2", JULY)

    reverse(waiting.installation, own, late, "R-1", JULY)

    assert open_lots(waiting, own) == [(800, at("2027-06-02"))]
    assert unproven(waiting, JULY) == {}


def test_a_part_that_came_back_before_is_not_activated(waiting: World) -> None:
    own = account(waiting)
    reverse(waiting.installation, own, accrual(waiting), "R-1", MAY, pieces=4)

    activate(waiting.installation, own, accrual(waiting), "card-1", JUNE)
    redeem(waiting.installation, own, "bonus", 480, "order-1", JUNE)

    assert held_by(waiting, own, JUNE).available == 0
    assert unproven(waiting, JULY) == {}


def test_points_that_went_by_inactivity_do_not_come_back_by_an_activation(tmp_path: Path, database: Database) -> None:
    by_rule = 'expires = { after_inactivity = "1M" }\n'
    world = make_world(tmp_path / "league", database, other=[
        (BONUS, by_rule), (SEMINAR, SEMINAR + 'pending = { until = "activation" }\n')])
    world.clear([line()], now=MAY)
    world.attendance("seminar_code;held_on;participant;person;attended\nS-1;2026-05-04;10017;Ada;yes\n",
                     now=MAY + 1_000_000)

    activate(world.installation, account(world), booked(world, account(world), "accrual")[1], "card-1", JULY)

    assert held_by(world, account(world), JULY).available == 500
    assert unproven(world, JULY) == {}
