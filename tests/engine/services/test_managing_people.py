"""A company manages its own people, and never loses the last one who can, not even when two act at once."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import Connection

from tests.support.company import acting_as, add_colleague, giving_of, roles_in
from tests.support.crowds import all_at_once, refusals
from tests.support.portal import NOW, PASSWORD, PROGRAMME, Portal, open_portal
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, Audience, NotAllowed, OutOfScope
from treuwerk.services import colleagues, linking, managing_people
from treuwerk.services.known_users import list_users
from treuwerk.services.linking import try_link_code
from treuwerk.services.managing_people import Invitation
from treuwerk.services.memberships import add_membership, memberships_of
from treuwerk.services.people import person_named
from treuwerk.services.session_keeping import sessions_of
from treuwerk.services.sessions import Origin, open_session
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry, link_code, person

BUYER = """
[roles.buyer]
name = { de = "Einkauf", en = "Buyer", fr = "Achats" }
audience = "portal"
permissions = ["own.profile.read", "own.people.manage"]
"""
DAY = 86_400_000_000


@pytest.fixture
def portal(tmp_path: object, database: Database) -> Portal:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    return open_portal(tmp_path, database, PROGRAMME + BUYER)


def run(portal: Portal, work: Callable[[Connection], object]) -> object:
    """As a page does it: in a transaction of its own."""
    with portal.installation.database.writing() as connection:
        return work(connection)


def change(portal: Portal, access: Access, user_id: int, role: str, seen: str) -> object:
    return run(portal, lambda connection: managing_people.change_role(
        access, connection, giving_of(portal, access), user_id, role, seen, NOW))


def end(portal: Portal, access: Access, user_id: int, now: int = NOW) -> object:
    return run(portal, lambda connection: managing_people.end_access(
        access, connection, giving_of(portal, access), user_id, now))


def restore(portal: Portal, access: Access, user_id: int, now: int = NOW) -> object:
    return run(portal, lambda connection: managing_people.restore_access(
        access, connection, giving_of(portal, access), user_id, now))


def invite(portal: Portal, access: Access, invitation: Invitation, now: int = NOW) -> str:
    fresh = linking.fresh_code(access.account_id)
    run(portal, lambda connection: managing_people.invite(
        access, connection, giving_of(portal, access), invitation, fresh, now))
    return fresh.printed


def roles(portal: Portal) -> dict[int, str]:
    with portal.installation.database.reading() as connection:
        return roles_in(connection, portal.account("1001"))


def noted(portal: Portal) -> list[str]:
    with portal.installation.database.reading() as connection:
        return [row.action for row in connection.execute(audit_entry.select().order_by(audit_entry.c.id))]


def test_another_role_ends_the_sessions_of_the_colleague_for_this_company(portal: Portal) -> None:
    anna, ben = add_colleague(portal, "Anna"), add_colleague(portal, "Ben", "member")
    account_id = portal.account("1001")
    run(portal, lambda connection: open_session(connection, ben, NOW, acts_for=(account_id, 0)))
    run(portal, lambda connection: open_session(connection, ben, NOW, acts_for=(portal.account("1002"), 0)))

    changed = change(portal, acting_as(portal, anna), ben, "manager", "member")

    assert changed is True
    assert roles(portal) == {anna: "manager", ben: "manager"}
    with portal.installation.database.reading() as connection:
        assert len(sessions_of(connection, ben, NOW)) == 1
    assert noted(portal) == ["people.role"]


def test_nobody_gives_up_the_last_role_that_manages_people(portal: Portal) -> None:
    anna, ben = add_colleague(portal, "Anna"), add_colleague(portal, "Ben", "member")
    access = acting_as(portal, anna)

    with pytest.raises(Refusal) as refused:
        change(portal, access, anna, "member", "manager")

    assert refused.value.code == "last_manager"
    assert roles(portal) == {anna: "manager", ben: "member"}
    assert noted(portal) == []


def test_a_blocked_colleague_does_not_count_as_one_who_manages(portal: Portal) -> None:
    from treuwerk.services.users import block_user

    anna, ben = add_colleague(portal, "Anna"), add_colleague(portal, "Ben")
    run(portal, lambda connection: block_user(connection, ben, NOW))

    with pytest.raises(Refusal, match="manage the people"):
        change(portal, acting_as(portal, anna), anna, "member", "manager")

    end(portal, acting_as(portal, anna), ben)
    assert roles(portal) == {anna: "manager"}


def test_two_who_take_the_role_from_one_another_at_once_leave_one(portal: Portal) -> None:
    anna, ben = add_colleague(portal, "Anna"), add_colleague(portal, "Ben")

    def takes(one: int, other: int) -> Callable[[], object]:
        def work() -> object:
            try:
                return change(portal, acting_as(portal, one), other, "member", "manager")
            except NotAllowed:
                return Refusal("not_allowed", "the role was gone by then")
        return work

    outcomes = all_at_once([takes(anna, ben), takes(ben, anna)])

    assert sorted(roles(portal).values()) == ["manager", "member"]
    assert sum(refusals(outcomes).values()) == 1


def test_two_who_step_down_at_once_leave_one(portal: Portal) -> None:
    anna, ben = add_colleague(portal, "Anna"), add_colleague(portal, "Ben")

    outcomes = all_at_once([partial(change, portal, acting_as(portal, one), one, "member", "manager")
                            for one in (anna, ben)])

    assert sorted(roles(portal).values()) == ["manager", "member"]
    assert refusals(outcomes) == {"last_manager": 1}


def test_two_who_shut_out_one_another_at_once_leave_one(portal: Portal) -> None:
    anna, ben = add_colleague(portal, "Anna"), add_colleague(portal, "Ben")

    def shuts_out(one: int, other: int) -> Callable[[], object]:
        def work() -> object:
            try:
                return end(portal, acting_as(portal, one), other)
            except NotAllowed:
                return Refusal("not_allowed", "the role was gone by then")
        return work

    outcomes = all_at_once([shuts_out(anna, ben), shuts_out(ben, anna)])

    assert list(roles(portal).values()) == ["manager"]
    assert refusals(outcomes) == {"not_allowed": 1}


def test_who_comes_second_learns_that_the_role_changed(portal: Portal) -> None:
    anna, ben = add_colleague(portal, "Anna"), add_colleague(portal, "Ben", "member")
    access = acting_as(portal, anna)
    change(portal, access, ben, "manager", "member")

    with pytest.raises(Refusal) as refused:
        change(portal, access, ben, "buyer", "member")

    assert refused.value.code == "changed"


def test_ended_access_can_be_given_back_for_thirty_days_to_who_had_it(portal: Portal) -> None:
    anna, ben, carl = (add_colleague(portal, "Anna"), add_colleague(portal, "Ben", "member"),
                       add_colleague(portal, "Carl", "member"))
    access = acting_as(portal, anna)
    end(portal, access, ben)
    end(portal, access, carl)
    assert roles(portal) == {anna: "manager"}

    restore(portal, access, ben, NOW + 29 * DAY)

    assert roles(portal) == {anna: "manager", ben: "member"}
    with pytest.raises(OutOfScope):
        restore(portal, access, ben, NOW + 29 * DAY)
    with pytest.raises(OutOfScope):
        restore(portal, access, carl, NOW + 30 * DAY)
    assert sorted(noted(portal)) == ["people.end_access", "people.end_access", "people.restore_access"]


def test_who_lost_access_to_a_company_is_no_user_of_the_service_centre(portal: Portal) -> None:
    anna, ben = add_colleague(portal, "Anna"), add_colleague(portal, "Ben", "member")
    end(portal, acting_as(portal, anna), ben)
    clerk = Access(0, "Root Operator", Audience.OFFICE, frozenset({"users.manage"}))

    with portal.installation.database.reading() as connection:
        in_office = list_users(clerk, connection, in_office=True)

    assert {"Anna", "Ben"}.isdisjoint(one.name for one in in_office)


def test_a_stranger_cannot_be_given_access_back(portal: Portal) -> None:
    anna, stranger = add_colleague(portal, "Anna"), add_colleague(portal, "Stranger", "member", "1002")
    owner = add_colleague(portal, "Owner", "manager", "1002")
    end(portal, acting_as(portal, owner, customer="1002"), stranger)

    with pytest.raises(OutOfScope):
        restore(portal, acting_as(portal, anna), stranger)
    with pytest.raises(OutOfScope):
        end(portal, acting_as(portal, anna), owner)
    with pytest.raises(OutOfScope):
        change(portal, acting_as(portal, anna), owner, "member", "manager")


def test_nobody_ends_the_own_access(portal: Portal) -> None:
    anna = add_colleague(portal, "Anna")
    add_colleague(portal, "Ben")

    with pytest.raises(Refusal) as refused:
        end(portal, acting_as(portal, anna), anna)

    assert refused.value.code == "own_access"


def test_nobody_gives_or_takes_rights_beyond_the_own(portal: Portal) -> None:
    anna, bea = add_colleague(portal, "Anna"), add_colleague(portal, "Bea", "buyer")
    buyer = acting_as(portal, bea, "buyer")

    assert giving_of(portal, buyer).roles == ("buyer",)
    acts: list[Callable[[], object]] = [
        partial(change, portal, buyer, bea, "manager", "buyer"),
        partial(change, portal, buyer, anna, "buyer", "manager"),
        partial(end, portal, buyer, anna), partial(invite, portal, buyer, Invitation("manager", name="Carl Clever"))]
    for act in acts:
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "beyond_own"
    assert roles(portal) == {anna: "manager", bea: "buyer"}


def test_a_role_that_the_programme_dropped_can_be_replaced(portal: Portal) -> None:
    anna, ben = add_colleague(portal, "Anna"), add_colleague(portal, "Ben", "gone")

    change(portal, acting_as(portal, anna), ben, "member", "gone")

    assert roles(portal)[ben] == "member"


def test_a_member_manages_nobody(portal: Portal) -> None:
    anna, ben = add_colleague(portal, "Anna"), add_colleague(portal, "Ben", "member")
    member = acting_as(portal, ben, "member")

    acts: list[Callable[[], object]] = [
        partial(change, portal, member, anna, "member", "manager"), partial(end, portal, member, anna),
        partial(restore, portal, member, anna), partial(invite, portal, member, Invitation("member", name="X"))]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()


def test_who_lost_the_role_meanwhile_changes_nothing_more(portal: Portal) -> None:
    anna, ben, carl = (add_colleague(portal, name) for name in ("Anna", "Ben", "Carl"))
    before = acting_as(portal, ben)
    change(portal, acting_as(portal, anna), ben, "member", "manager")

    with pytest.raises(NotAllowed):
        end(portal, before, carl)


def test_an_invited_name_becomes_a_person_with_the_first_login_and_not_before(portal: Portal) -> None:
    from treuwerk.services.first_logins import with_password
    from treuwerk.services.session_data import begin_flow

    anna = add_colleague(portal, "Anna")
    database, account_id = portal.installation.database, portal.account("1001")
    code = invite(portal, acting_as(portal, anna), Invitation("member", name="  Dora   Dach "))
    with database.reading() as connection:
        assert connection.execute(person.select()).all() == []

    link = try_link_code(database, "1001", code, Origin("198.51.100.7"), NOW).link
    assert link is not None
    flow = run(portal, lambda connection: begin_flow(connection, {}, NOW))
    with_password(database, str(flow), link, "dora@dach.example", PASSWORD, NOW, origin=Origin())

    with database.reading() as connection:
        team = colleagues.team(acting_as(portal, anna), connection, NOW)
        found = next(one for one in team.members if one.name == "Dora Dach")
        assert [one.role for one in memberships_of(connection, found.user_id)] == ["member"]
    assert found.person_id
    assert team.codes == []
    assert account_id == link.account_id


def test_a_new_code_for_somebody_replaces_the_one_before(portal: Portal) -> None:
    anna = add_colleague(portal, "Anna")
    access, database = acting_as(portal, anna), portal.installation.database
    lost = invite(portal, access, Invitation("member", name="Dora Dach"))
    fresh = invite(portal, access, Invitation("manager", name="dora dach"), NOW + 1_000_000)

    now = NOW + 2_000_000
    assert try_link_code(database, "1001", lost, Origin("198.51.100.7"), now).link is None
    assert try_link_code(database, "1001", fresh, Origin("198.51.100.7"), now).link is not None


def test_a_withdrawn_code_opens_nothing_until_it_is_given_back(portal: Portal) -> None:
    anna = add_colleague(portal, "Anna")
    access, database = acting_as(portal, anna), portal.installation.database
    code = invite(portal, access, Invitation("member", name="Dora Dach"))
    with database.reading() as connection:
        number = connection.execute(link_code.select()).one().id

    assert run(portal, lambda connection: managing_people.withdraw(access, connection, number, NOW)) is True
    assert try_link_code(database, "1001", code, Origin("198.51.100.7"), NOW).link is None
    assert run(portal, lambda connection: managing_people.withdraw(access, connection, number, NOW)) is False
    assert run(portal, lambda connection: managing_people.give_back(
        access, connection, giving_of(portal, access), number, NOW)) is True

    assert try_link_code(database, "1001", code, Origin("198.51.100.7"), NOW).link is not None
    assert sorted(noted(portal)) == ["people.give_back", "people.invite", "people.withdraw"]


def test_a_code_that_gives_more_than_one_has_oneself_is_not_given_back(portal: Portal) -> None:
    anna, buyer = add_colleague(portal, "Anna"), add_colleague(portal, "Ben", "buyer")
    access, small = acting_as(portal, anna), acting_as(portal, buyer, "buyer")
    code = invite(portal, access, Invitation("manager", name="Dora Dach"))
    with portal.installation.database.reading() as connection:
        number = connection.execute(link_code.select()).one().id
    run(portal, lambda connection: managing_people.withdraw(access, connection, number, NOW))

    with pytest.raises(Refusal) as refusal:
        run(portal, lambda connection: managing_people.give_back(
            small, connection, giving_of(portal, small), number, NOW))

    assert refusal.value.code == "beyond_own"
    assert try_link_code(portal.installation.database, "1001", code, Origin("198.51.100.7"), NOW).link is None


@pytest.mark.parametrize("act", [
    pytest.param(end, id="end"),
    pytest.param(lambda portal, access, user_id: change(portal, access, user_id, "buyer", "buyer"), id="role"),
])
def test_who_acts_for_two_people_of_the_company_keeps_the_larger_role(
        portal: Portal, act: Callable[..., object]) -> None:
    anna, ben = add_colleague(portal, "Anna", "buyer"), add_colleague(portal, "Ben", "buyer")
    with portal.installation.database.writing() as connection:
        add_membership(connection, ben, portal.account("1001"), NOW, role="manager", person_id=7)

    with pytest.raises(Refusal):
        act(portal, acting_as(portal, anna, "buyer"), ben)

    with portal.installation.database.reading() as connection:
        assert sorted(one.role for one in memberships_of(connection, ben)) == ["buyer", "manager"]


def test_whose_access_ended_meanwhile_invites_nobody_and_gives_nobody_back(portal: Portal) -> None:
    anna, ben, carl = (add_colleague(portal, name) for name in ("Anna", "Ben", "Carl"))
    late = acting_as(portal, ben)
    end(portal, acting_as(portal, anna), carl)
    end(portal, acting_as(portal, anna), ben)

    for act in (partial(restore, portal, late, ben), partial(restore, portal, late, carl),
                partial(invite, portal, late, Invitation("manager", name="Ben again"))):
        with pytest.raises(NotAllowed):
            act()

    assert roles(portal) == {anna: "manager"}


def test_a_code_of_another_company_is_not_ours_to_withdraw(portal: Portal) -> None:
    anna, owner = add_colleague(portal, "Anna"), add_colleague(portal, "Owner", "manager", "1002")
    invite(portal, acting_as(portal, owner, customer="1002"), Invitation("member", name="Dora Dach"))
    with portal.installation.database.reading() as connection:
        number = connection.execute(link_code.select()).one().id

    access = acting_as(portal, anna)
    assert run(portal, lambda connection: managing_people.withdraw(access, connection, number, NOW)) is False


def test_a_person_of_a_list_is_invited_by_name_and_once_only(portal: Portal) -> None:
    anna = add_colleague(portal, "Anna")
    access, account_id = acting_as(portal, anna), portal.account("1001")
    person_id = person_named(portal.installation.database, account_id, "Bruno Feld", NOW)
    other = person_named(portal.installation.database, portal.account("1002"), "Carla Koch", NOW)

    invite(portal, access, Invitation("member", name="BRUNO  feld"))

    with portal.installation.database.reading() as connection:
        assert connection.execute(link_code.select()).one().person_id == person_id
    with pytest.raises(OutOfScope):
        invite(portal, access, Invitation("member", person_id=other))
    from treuwerk.services.memberships import add_membership
    run(portal, lambda connection: add_membership(connection, anna, account_id, NOW, role="manager",
                                                  person_id=person_id))
    with pytest.raises(Refusal) as refused:
        invite(portal, access, Invitation("member", person_id=person_id))
    assert refused.value.code == "has_access"


def test_what_a_member_sees_of_colleagues_is_less_than_what_a_manager_sees(portal: Portal) -> None:
    anna, ben = add_colleague(portal, "Anna"), add_colleague(portal, "Ben", "member")
    invite(portal, acting_as(portal, anna), Invitation("member", name="Dora Dach"))

    with portal.installation.database.reading() as connection:
        member = colleagues.team(acting_as(portal, ben, "member"), connection, NOW)
        manager = colleagues.team(acting_as(portal, anna), connection, NOW)

    assert [one.name for one in member.members] == [one.name for one in manager.members] == ["Anna", "Ben"]
    assert not member.codes
    assert [one.name for one in manager.codes] == ["Dora Dach"]
