"""What comes in after a merge, and who belongs to it: points, people, logins, identifiers."""

from pathlib import Path

from sqlalchemy import insert, select

from tests.support.accounts import (
    BRANDMAIER,
    DONNELLY,
    account,
    at,
    booked,
    open_lots,
    points_of,
    unproven,
)
from tests.support.merges import BONUS, LATER, NOW, Sides, merged, unmerged
from tests.support.worlds import World, line, make_world
from treuwerk.services.changes.merging import forward_arrivals
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.identity.sessions import open_session, session_of
from treuwerk.services.identity.signing_in import add_local_login
from treuwerk.services.ledger.cancelling import cancel
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.store.database import Database
from treuwerk.store.tables import identifier, local_login, membership, person


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
        users = [add_local_login(connection, login, "a password of a member", sides[0], NOW, number)
                 for login, number in (("ada@d", 1), ("ben@d", 2))]
        token = open_session(connection, users[0], NOW, acts_for=(sides[0], 1))
    logins = select(local_login.c.login, membership.c.account_id, membership.c.person_id).join(
        membership, membership.c.user_id == local_login.c.user_id).order_by(local_login.c.login)
    people = select(person.c.account_id, person.c.id, person.c.name).order_by(person.c.id, person.c.name)
    before = twice.rows(logins), twice.rows(people)
    assert session_of(twice.database, token, NOW) is not None

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
