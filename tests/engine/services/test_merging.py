"""Participants who stand there twice, on both databases: they become one, and two again, to the posting."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.accounts import (
    BLOCKED,
    BRANDMAIER,
    DONNELLY,
    account,
    at,
    booked,
    held_by,
    open_lots,
    points_of,
    refused,
    unproven,
)
from tests.support.merges import BONUS, LATER, NOW, Sides, balances_of, filled, lots_of, merged, unmerged
from tests.support.worlds import World, line, make_world
from treuwerk.domain.refusals import Refusal
from treuwerk.services.changes.adjusting import adjust
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.changes.unmerging import unmerge
from treuwerk.services.finding import given_up_account_of
from treuwerk.services.ledger.activating import activate
from treuwerk.services.ledger.holding import capture, hold
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.store.database import Database
from treuwerk.store.tables import participant


def test_all_that_one_has_goes_to_the_other_with_its_expiry(twice: World, sides: Sides) -> None:
    done = merged(twice, sides)

    assert done.points["bonus"] == {"points": 800, "pending": 0, "deficit": 0}
    assert open_lots(twice, sides[0]) == []
    assert open_lots(twice, sides[1]) == [(400, at("2029-01-01")), (80, at("2030-01-01")), (400, at("2030-01-01"))]
    assert points_of(twice, sides[1], NOW, "status") == 240
    assert [len(booked(twice, side, kind)) for side, kind in zip(sides, ("merge_out", "merge_in"), strict=True)] \
        == [1, 1]
    assert unproven(twice, NOW) == {}


def test_later_deliveries_are_booked_where_the_points_are(twice: World, sides: Sides) -> None:
    merged(twice, sides)

    twice.clear([line("LS-4", customer_number=DONNELLY)], now=NOW)

    assert account(twice, DONNELLY) == sides[1]
    assert points_of(twice, sides[1], NOW) == 880 + 800
    assert twice.rows(select(participant.c.status).where(participant.c.account_id == sides[0])) == [("left",)]
    assert unproven(twice, NOW) == {}


def test_a_rehearsal_tells_what_would_move_and_moves_nothing(twice: World, sides: Sides) -> None:
    before = twice.counts()

    preview = merged(twice, sides, dry_run=True)

    assert twice.counts() == before
    assert (preview.dry_run, preview.transactions) == (True, ())
    assert preview.points["bonus"]["points"] == 800
    assert preview.identifiers == [["customer_number", DONNELLY]]
    assert points_of(twice, sides[0], NOW) == 800
    assert merged(twice, sides).points == preview.points


def test_undone_it_is_restored_to_the_posting(twice: World, sides: Sides) -> None:
    before = {side: (lots_of(twice, side), balances_of(twice, side)) for side in sides}
    merged(twice, sides)

    back = unmerged(twice, sides)

    assert {side: (lots_of(twice, side), balances_of(twice, side)) for side in sides} == before
    assert account(twice, DONNELLY) == sides[0]
    assert back.missing == {}
    assert twice.rows(select(participant.c.status).where(participant.c.account_id == sides[0])) == [("active",)]
    assert unproven(twice, LATER) == {}


def test_what_was_booked_since_stays_and_what_was_spent_is_taken_from_the_rest(twice: World, sides: Sides) -> None:
    merged(twice, sides)
    twice.clear([line("LS-4", customer_number=DONNELLY, quantity="2")], now=NOW)
    redeem(twice.installation, sides[1], "bonus", 500, "order", NOW)

    unmerged(twice, sides)

    assert open_lots(twice, sides[0]) == [(400, at("2029-01-01")), (400, at("2030-01-01"))]
    assert (points_of(twice, sides[1], LATER), held_by(twice, sides[1], LATER).deficit) == (-260, 260)
    assert unproven(twice, LATER) == {}


def test_the_lots_of_the_merge_are_handed_back_before_others(twice: World, sides: Sides) -> None:
    merged(twice, sides)
    adjust(twice.installation, sides[1], "bonus", 1000, "A-1", NOW, reason="some more points", actor="ada")
    redeem(twice.installation, sides[1], "bonus", 400, "order", NOW)

    unmerged(twice, sides)

    assert open_lots(twice, sides[1]) == [(680, at("2030-01-01"))]  # 80 of its own and 1000 less the 400 spent
    assert unproven(twice, LATER) == {}


@pytest.mark.parametrize(("policy", "deficit"), [("negative", 320), ("block", 320), ("clamp", 0)])
def test_what_is_no_longer_there_falls_to_whom_the_policy_names(tmp_path: Path, database: Database, policy: str,
                                                                deficit: int) -> None:
    world = filled(make_world(tmp_path / "league", database, other=[(BONUS, f'{BONUS}\nreturns = "{policy}"')]))
    sides = account(world, DONNELLY), account(world)
    merged(world, sides)
    redeem(world.installation, sides[1], "bonus", 400, "order", NOW)

    back = unmerged(world, sides)

    assert back.missing == {"bonus": 320}
    assert held_by(world, sides[1], LATER).deficit == deficit
    assert points_of(world, sides[0], LATER) == 800
    assert unproven(world, LATER) == {}


def test_what_expired_meanwhile_expires_once_and_costs_nobody_else(twice: World, sides: Sides) -> None:
    merged(twice, sides)
    late = at("2029-06-01T12:00")
    twice.goes_on(late)
    redeem(twice.installation, sides[1], "bonus", 1, "order", late)

    unmerged(twice, sides, late)

    assert open_lots(twice, sides[0]) == [(400, at("2030-01-01"))]
    assert points_of(twice, sides[1], late) == 79
    assert unproven(twice, late) == {}


def test_what_waits_for_an_act_moves_and_is_activated_by_the_terms_of_its_rule(tmp_path: Path,
                                                                              database: Database) -> None:
    world = make_world(tmp_path / "league", database, other=[
        (BONUS, 'expires = { after = "36M" }'),
        ("points = 500\n", 'points = 500\nexpires = { after = "3M" }\npending = { until = "activation" }\n')])
    world.attendance("seminar_code;held_on;participant;person;attended\nS-1;2026-05-04;10109;Ada;yes\n"
                     "S-2;2026-05-04;10109;Ada;yes\n", now=at("2026-05-05T18:00"))
    world.clear([line()], now=at("2026-05-05T18:00"))
    sides = account(world, DONNELLY), account(world)
    merged(world, sides)
    [arrived] = booked(world, sides[1], "merge_in")

    activate(world.installation, sides[1], arrived, "card-1", NOW)

    assert held_by(world, sides[0], NOW).pending == held_by(world, sides[1], NOW).pending == 0
    assert open_lots(world, sides[1])[:2] == [(500, at("2026-09-02"))] * 2
    assert unproven(world, NOW) == {}

    unmerged(world, sides)
    assert (held_by(world, sides[0], LATER).pending, points_of(world, sides[1], LATER)) == (1000, 800)
    assert unproven(world, LATER) == {}


def test_a_debt_moves_is_made_good_and_comes_back(twice: World, sides: Sides) -> None:
    redeem(twice.installation, sides[0], "bonus", 760, "order", NOW)
    reverse(twice.installation, sides[0], booked(twice, sides[0], "accrual")[0], "R-1", NOW)
    assert balances_of(twice, sides[0])["bonus"] == (0, 0, 0, 360)
    with pytest.raises(Refusal) as refusal:
        merged(twice, sides)
    assert (refusal.value.code, refusal.value.facts["deficit"]) == ("owes_too_much", 360)
    adjust(twice.installation, sides[1], "bonus", 300, "A-1", NOW, reason="some more points", actor="ada")

    merged(twice, sides)
    assert balances_of(twice, sides[0])["bonus"] == (0, 0, 0, 0)
    assert balances_of(twice, sides[1])["bonus"] == (20, 0, 0, 0)
    assert unproven(twice, NOW) == {}

    unmerged(twice, sides)
    assert balances_of(twice, sides[0])["bonus"] == (0, 0, 0, 360)
    assert balances_of(twice, sides[1])["bonus"] == (380, 0, 0, 0)
    assert unproven(twice, LATER) == {}


def test_points_that_paid_a_debt_and_expired_meanwhile_do_not_live_again(twice: World, sides: Sides) -> None:
    redeem(twice.installation, sides[0], "bonus", 760, "order", NOW)
    reverse(twice.installation, sides[0], booked(twice, sides[0], "accrual")[0], "R-1", NOW)
    adjust(twice.installation, sides[1], "bonus", 300, "A-1", NOW, reason="some more points", actor="ada")
    merged(twice, sides)
    late = at("2030-01-01")
    twice.goes_on(late)

    unmerged(twice, sides, late)

    assert balances_of(twice, sides[0])["bonus"] == (0, 0, 0, 360)
    assert balances_of(twice, sides[1])["bonus"] == (0, 0, 0, 0)
    assert unproven(twice, late) == {}


def test_open_holds_and_waiting_bookings_by_hand_are_named(twice: World, sides: Sides) -> None:
    reserved = hold(twice.installation, sides[0], "bonus", 100, "H-1", NOW, LATER)
    with pytest.raises(Refusal) as refusal:
        merged(twice, sides)
    capture(twice.installation, sides[0], reserved.row.id, "C-1", NOW)
    adjust(twice.installation, sides[0], "bonus", 200_000, "A-1", NOW, reason="very many points", actor="ada")

    assert (refusal.value.code, refusal.value.facts["holds"]) == ("open_holds", [reserved.id])
    assert refused(lambda: merged(twice, sides)) == "waiting_adjustments"
    assert refused(lambda: merged(twice, sides, dry_run=True)) == "waiting_adjustments"


def test_a_merge_lifts_no_block_and_repeats_cleanly(twice: World, sides: Sides) -> None:
    third = account(twice, BLOCKED)
    assert refused(lambda: merged(twice, (third, sides[1]))) == "participant_not_active"
    assert refused(lambda: merged(twice, (sides[1], third))) == "participant_not_active"
    assert refused(lambda: merged(twice, (sides[1], sides[1]))) == "same_account"
    assert refused(lambda: merged(twice, (1, sides[1]))) == "unknown_account"
    merged(twice, sides)

    assert refused(lambda: merged(twice, sides)) == "merged_already"
    assert refused(lambda: merged(twice, (sides[1], sides[0]))) == "merged_already"
    unmerged(twice, sides)
    assert refused(lambda: unmerged(twice, sides)) == "not_merged"
    merged(twice, sides, LATER)
    unmerged(twice, sides, LATER)
    assert points_of(twice, sides[0], LATER) == 800
    assert unproven(twice, LATER) == {}


def test_a_chain_is_undone_from_its_end(twice: World, sides: Sides) -> None:
    twice.participants("customer_number;name;group\n10300;Third;installer\n")
    third = account(twice, "10300")
    before = {side: lots_of(twice, side) for side in (*sides, third)}
    merged(twice, sides)
    merged(twice, (sides[1], third))

    with twice.database.reading() as connection:
        assert [given_up_account_of(connection, number) for number in (DONNELLY, BRANDMAIER)] == list(sides)
    assert account(twice, DONNELLY) == account(twice) == third
    assert points_of(twice, third, NOW) == 880
    assert refused(lambda: unmerged(twice, sides)) == "merged_on"
    unmerge(twice.installation, sides[1], LATER, actor="ben")
    unmerged(twice, sides)

    assert {side: lots_of(twice, side) for side in (*sides, third)} == before
    assert [account(twice, number) for number in (DONNELLY, BRANDMAIER, "10300")] == [*sides, third]
    assert unproven(twice, LATER) == {}
