"""Merges while others book, on both databases: everything moves once, and nothing is lost."""

from collections.abc import Callable
from functools import partial

from tests.support.accounts import (
    account,
    all_at_once,
    booked,
    codes,
    open_lots,
    points_of,
    unproven,
)
from tests.support.merges import LATER, NOW, Sides, merged, unmerged
from tests.support.worlds import World
from treuwerk.services.changes.adjusting import adjust
from treuwerk.services.changes.merging import Merged
from treuwerk.services.ledger.redeeming import redeem


def test_merges_in_parallel_move_everything_once(twice: World, sides: Sides) -> None:
    twice.participants("customer_number;name;group\n10300;Third;installer\n")
    third = account(twice, "10300")

    outcomes = all_at_once([partial(merged, twice, pair) for pair in (
        sides, sides, (sides[1], sides[0]), (sides[0], third), (sides[1], third))])

    moved = [outcome for outcome in outcomes if isinstance(outcome, Merged)]
    assert 1 <= len(moved) <= 2
    assert set(codes(outcomes)) == {"merged_already"}
    assert sum(points_of(twice, side, NOW) for side in (*sides, third)) == 880
    assert all(points_of(twice, outcome.account_id, NOW) == 0 for outcome in moved)
    assert unproven(twice, NOW) == {}


def test_merging_while_others_spend_and_give_loses_no_point(twice: World, sides: Sides) -> None:
    def spend(number: int) -> object:
        return redeem(twice.installation, sides[0], "bonus", 100, f"order-{number}", NOW)

    def by_hand(number: int) -> object:
        return adjust(twice.installation, sides[0], "bonus", 10, f"A-{number}", NOW, reason="some more points",
                      actor="ben")

    acts: list[Callable[[], object]] = [partial(merged, twice, sides)]
    for number in range(4):
        acts += [partial(spend, number), partial(by_hand, number)]
    outcomes = all_at_once(acts)

    kinds = [booked(twice, sides[0], kind) for kind in ("redemption", "adjustment")]
    assert set(codes(outcomes)) <= {"not_enough", "participant_not_active"}
    assert open_lots(twice, sides[0]) == []
    assert points_of(twice, sides[1], NOW) == 880 - 100 * len(kinds[0]) + 10 * len(kinds[1])
    assert unproven(twice, NOW) == {}


def test_unmerging_in_parallel_restores_once(twice: World, sides: Sides) -> None:
    merged(twice, sides)

    outcomes = all_at_once([lambda: unmerged(twice, sides)] * 5)

    assert codes(outcomes) == ["not_merged"] * 4
    assert points_of(twice, sides[0], LATER) == 800
    assert unproven(twice, LATER) == {}
