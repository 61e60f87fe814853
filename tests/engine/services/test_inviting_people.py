"""A company invites people, by name or from its list, and takes invitations back."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.support.company import acting_as, add_colleague, giving_of
from tests.support.managing import change, end, invite, noted, open_company, restore, roles, run
from tests.support.portal import NOW, PASSWORD, Portal
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import NotAllowed, OutOfScope
from treuwerk.services.identity.linking import try_link_code
from treuwerk.services.identity.memberships import add_membership, memberships_of
from treuwerk.services.identity.sessions import Origin
from treuwerk.services.participants import colleagues, managing_people
from treuwerk.services.participants.managing_people import Invitation
from treuwerk.services.participants.people import person_named
from treuwerk.store.database import Database
from treuwerk.store.tables import link_code, person


@pytest.fixture
def portal(tmp_path: Path, database: Database) -> Portal:
    return open_company(tmp_path, database)


def test_an_invited_name_becomes_a_person_with_the_first_login_and_not_before(portal: Portal) -> None:
    from treuwerk.services.identity.first_logins import with_password
    from treuwerk.services.identity.session_data import begin_flow

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
    from treuwerk.services.identity.memberships import add_membership
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
