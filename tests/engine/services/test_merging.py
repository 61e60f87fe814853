"""Participants who stand there twice, on both databases: they become one, and two again, to the posting."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

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
from treuwerk.domain.refusals import Refusal
from treuwerk.services.activating import activate
from treuwerk.services.adjusting import adjust
from treuwerk.services.bookkeeping import OpenAccount
from treuwerk.services.cancelling import cancel
from treuwerk.services.finding import given_up_account_of
from treuwerk.services.holding import capture, hold
from treuwerk.services.merging import Merged, forward_arrivals, merge
from treuwerk.services.redeeming import redeem
from treuwerk.services.reversing import reverse
from treuwerk.services.signing_in import add_local_login, open_session, session_of
from treuwerk.services.unmerging import Unmerged, unmerge
from treuwerk.store.database import Database
from treuwerk.store.tables import balance, identifier, local_login, lot, membership, participant, person

BONUS = 'expires = { after = "36M", rounding = "end_of_year", start = "booking" }'
MANUAL = ('[units.bonus]\nname = { de = "Bonuspunkte" }\n',
          '[units.bonus]\nname = { de = "Bonuspunkte" }\nmanual = { limit = 100000 }\n')
EARLY, NOW, LATER = at("2025-12-30T18:00"), at("2026-06-01T18:00"), at("2026-07-01T18:00")
Sides = tuple[int, int]


@pytest.fixture
def twice(tmp_path: Path, database: Database) -> World:
    """Donnelly has 400 old and 400 newer bonus points, Brandmaier has 80, both with status points of this year."""
    return filled(make_world(tmp_path / "league", database, other=[MANUAL]))


def filled(world: World) -> World:
    world.clear([line("LS-1", quantity="5", customer_number=DONNELLY, delivered_on="2025-12-20")], now=EARLY)
    world.clear([line("LS-2", quantity="5", customer_number=DONNELLY), line("LS-3", quantity="1")],
                now=at("2026-05-05T18:00"))
    world.database.run(lambda connection: OpenAccount(
        connection, account(world, DONNELLY), world.installation.programme.settings, NOW).sweep("status"))
    return world


@pytest.fixture
def sides(twice: World) -> Sides:
    """The accounts of Donnelly, who is given up, and of Brandmaier."""
    return account(twice, DONNELLY), account(twice)


def merged(world: World, sides: Sides, now: int = NOW, **options: Any) -> Merged:
    return merge(world.installation, *sides, now, actor="ada", **options)


def unmerged(world: World, sides: Sides, now: int = LATER) -> Unmerged:
    return unmerge(world.installation, sides[0], now, actor="ben")


def lots_of(world: World, account_id: int) -> list[tuple[Any, ...]]:
    """Everything that the lots of an account are."""
    return world.rows(select(lot).where(lot.c.account_id == account_id, lot.c.remaining > 0)
                      .order_by(lot.c.transaction_id, lot.c.line))


def balances_of(world: World, account_id: int) -> Mapping[str, tuple[int, ...]]:
    """Posted, held, pending and deficit by unit."""
    return {unit: tuple(parts) for unit, *parts in world.rows(select(
        balance.c.unit, balance.c.posted, balance.c.held, balance.c.pending, balance.c.deficit)
        .where(balance.c.account_id == account_id))}


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


def test_what_comes_in_later_at_the_account_that_was_given_up_follows(twice: World, sides: Sides) -> None:
    order = redeem(twice.installation, sides[0], "bonus", 300, "order", NOW)
    merged(twice, sides)
    cancel(twice.installation, sides[0], order.row.id, "C-1", LATER)
    assert points_of(twice, sides[0], LATER) == 300

    forwarded = forward_arrivals(twice.installation, LATER), forward_arrivals(twice.installation, LATER)

    assert forwarded == (1, 0)
    assert (points_of(twice, sides[0], LATER), points_of(twice, sides[1], LATER)) == (0, 880)
    assert unproven(twice, LATER) == {}

    unmerged(twice, sides)
    assert open_lots(twice, sides[0]) == [(400, at("2029-01-01")), (400, at("2030-01-01"))]
    assert open_lots(twice, sides[1]) == [(80, at("2030-01-01"))]
    assert unproven(twice, LATER) == {}


def test_a_return_of_former_goods_is_taken_from_where_the_points_are(twice: World, sides: Sides) -> None:
    merged(twice, sides)
    reverse(twice.installation, sides[0], booked(twice, sides[0], "accrual")[0], "R-1", LATER)

    forward_arrivals(twice.installation, LATER)

    assert (points_of(twice, sides[0], LATER), points_of(twice, sides[1], LATER)) == (0, 480)
    assert unproven(twice, LATER) == {}

    unmerged(twice, sides)
    assert (points_of(twice, sides[0], LATER), points_of(twice, sides[1], LATER)) == (400, 80)
    assert unproven(twice, LATER) == {}


def test_logins_and_people_move_and_come_back(twice: World, sides: Sides) -> None:
    with twice.database.writing() as connection:
        for owner, number, name in ((sides[0], 1, "Ada"), (sides[0], 2, "Ben"), (sides[1], 9, "Ben")):
            connection.execute(insert(person).values(account_id=owner, id=number, known_as=name.lower(), name=name,
                                                     email="", locale=""))
        for login, number in (("ada@d", 1), ("ben@d", 2)):
            add_local_login(connection, login, "a password of a member", sides[0], NOW, number)
        token = open_session(connection, sides[0], 1, NOW)
    logins = select(local_login.c.login, membership.c.account_id, membership.c.person_id).join(
        membership, membership.c.user_id == local_login.c.user_id).order_by(local_login.c.login)
    people = select(person.c.account_id, person.c.id, person.c.name).order_by(person.c.id, person.c.name)
    before = twice.rows(logins), twice.rows(people)

    done = merged(twice, sides)

    assert done.logins == ["ada@d", "ben@d"]
    assert twice.rows(logins) == [("ada@d", sides[1], 1), ("ben@d", sides[1], 9)]
    assert session_of(twice.database, token, NOW) is None

    unmerged(twice, sides)
    assert (twice.rows(logins), twice.rows(people)) == before


def test_an_attendance_that_is_named_again_after_a_merge_earns_nothing_more(twice: World, sides: Sides) -> None:
    seminar = "seminar_code;held_on;participant;person;attended\nS-1;2026-05-04;10109;Ada;yes\n"
    twice.attendance(seminar, now=NOW)
    merged(twice, sides)

    again = twice.attendance(seminar, now=NOW)

    assert (again.created, again.unchanged) == (0, 1)
    assert points_of(twice, sides[1], NOW) == 880 + 500
    unmerged(twice, sides)
    assert unproven(twice, LATER) == {}


def test_activity_of_either_keeps_the_points_of_both(tmp_path: Path, database: Database) -> None:
    world = make_world(tmp_path / "league", database, other=[(BONUS, 'expires = { after_inactivity = "12M" }')])
    world.clear([line("LS-1", customer_number=DONNELLY)], now=at("2026-05-10T18:00"))
    world.clear([line("LS-2")], now=at("2026-05-20T18:00"))
    sides = account(world, DONNELLY), account(world)

    merged(world, sides)

    assert points_of(world, sides[1], at("2027-05-20T23:59")) == 1600
    assert points_of(world, sides[1], at("2027-05-21")) == 0
    unmerged(world, sides, at("2027-05-15T12:00"))
    assert points_of(world, sides[0], at("2027-05-15T12:00")) == 0  # its own time was over on 11 May
    assert points_of(world, sides[1], at("2027-05-15T12:00")) == 800
    assert unproven(world, at("2027-05-15T12:00")) == {}


def test_points_that_one_side_lost_by_inactivity_do_not_come_back_by_a_merge(tmp_path: Path,
                                                                            database: Database) -> None:
    world = make_world(tmp_path / "league", database, other=[(BONUS, 'expires = { after_inactivity = "1M" }')])
    world.clear([line("LS-1")], now=at("2026-05-10T18:00"))
    late = at("2026-07-01T12:00")
    world.clear([line("LS-2", customer_number=DONNELLY)], now=late)
    sides = account(world, DONNELLY), account(world)

    merged(world, sides, late)

    assert points_of(world, sides[1], late) == 800
    assert unproven(world, late) == {}


def test_identifiers_return_but_those_that_came_since_stay(twice: World, sides: Sides) -> None:
    merged(twice, sides)
    twice.participants("customer_number;name;group;identifiers\n10109;Donnelly;installer;vat:DE1\n")

    unmerged(twice, sides)

    owners = dict(twice.rows(select(identifier.c.value, identifier.c.account_id)))
    assert (owners[DONNELLY], owners["DE1"], owners[BRANDMAIER]) == (sides[0], sides[1], sides[1])
