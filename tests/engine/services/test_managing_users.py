"""Managing users: nobody changes the own roles, somebody is always left who can, and names tell people apart."""

import re
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import attrs
import pytest
from sqlalchemy import Connection, select

from tests.support.accounts import all_at_once, refused
from tests.support.portal import NOW, Portal
from treuwerk.domain.rights import Access, Audience, NotAllowed, names_for
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.services.identity import managing_users
from treuwerk.services.identity.authenticators import has_authenticator
from treuwerk.services.identity.known_users import known_user, list_users
from treuwerk.services.identity.passwords import is_given, new_login
from treuwerk.services.identity.sessions import open_session
from treuwerk.store.tables import audit_entry, web_session

T = TypeVar("T")
OPERATOR = Access(0, "Root Operator", Audience.OFFICE, names_for(Audience.OFFICE))


@attrs.frozen
class Office:
    """A service centre with people, and what they do to each other."""

    portal: Portal

    @property
    def programme(self) -> LoadedProgramme:
        return self.portal.installation.programme

    def person(self, name: str, *roles: str) -> Access:
        """Somebody at work."""
        user_id = self.run(lambda connection: managing_users.create_office_user(
            OPERATOR, connection, self.programme, name, roles, NOW))
        return attrs.evolve(OPERATOR, user_id=user_id, actor=name)

    def run(self, act: Callable[[Connection], T]) -> T:
        """As a page does: one transaction that is not run again."""
        with self.portal.installation.database.writing() as connection:
            return act(connection)

    def take(self, actor: Access, of: Access, role: str = "admin") -> object:
        return self.run(lambda connection: managing_users.change_roles(
            actor, connection, self.programme, of.user_id, NOW, take=[role]))

    def give(self, actor: Access, to: Access, role: str) -> object:
        return self.run(lambda connection: managing_users.change_roles(
            actor, connection, self.programme, to.user_id, NOW, give=[role]))

    def block(self, actor: Access, whom: Access) -> object:
        return self.run(lambda connection: managing_users.block(
            actor, connection, self.programme, whom.user_id, NOW))

    def admins(self) -> list[str]:
        with self.portal.installation.database.reading() as connection:
            return [one.name for one in list_users(OPERATOR, connection) if "admin" in one.roles and one.active]


@pytest.fixture
def office(empty_portal: Portal) -> Office:
    return Office(empty_portal)


@pytest.mark.parametrize("_round", range(5))
def test_two_admins_who_take_each_others_role_at_once_leave_one(office: Office, _round: int) -> None:
    ada, bob = office.person("Ada", "admin"), office.person("Bob", "admin")

    outcomes = all_at_once([told(lambda: office.take(ada, bob)), told(lambda: office.take(bob, ada))])

    assert sorted(map(str, outcomes)) == ["True", "not allowed"]
    assert len(office.admins()) == 1


def test_on_the_pages_one_of_both_is_told_that_the_right_is_gone(empty_portal: Portal) -> None:
    both = [empty_portal.in_office("admin", name=name) for name in ("Ada", "Bob")]
    found = re.findall(r'href="/office/users/(\d+)">(Ada|Bob)<', both[0].get("/office/users").text)
    ids = {name: user for user, name in found}

    answers = all_at_once([lambda: both[0].post(f"/office/users/{ids['Bob']}/roles", data={"roles": "agent"}),
                           lambda: both[1].post(f"/office/users/{ids['Ada']}/roles", data={"roles": "agent"})])

    statuses = sorted(answer.status_code for answer in answers if not isinstance(answer, str))
    assert statuses in ([303, 303], [303, 403])
    assert len(Office(empty_portal).admins()) == 1


def test_two_admins_who_block_each_other_at_once_leave_one(office: Office) -> None:
    ada, bob = office.person("Ada", "admin"), office.person("Bob", "admin")

    outcomes = all_at_once([told(lambda: office.block(ada, bob)), told(lambda: office.block(bob, ada))])

    assert sorted(map(str, outcomes)) == ["True", "not allowed"]
    assert len(office.admins()) == 1


def test_operators_who_take_the_two_last_admins_at_once_leave_one(office: Office) -> None:
    ada, bob = office.person("Ada", "admin"), office.person("Bob", "admin")

    outcomes = all_at_once([lambda: office.take(OPERATOR, ada), lambda: office.block(OPERATOR, bob)])

    assert sorted(map(str, outcomes)) == ["True", "last_admin"]
    assert len(office.admins()) == 1


def test_of_two_who_get_the_same_name_at_once_one_is_refused(office: Office) -> None:
    outcomes = all_at_once([partial(office.person, name, "agent") for name in ("Clara Weiß", "weiß, clara")])

    assert [one for one in outcomes if isinstance(one, str)] == ["name_taken"]


def told(act: Callable[[], object]) -> Callable[[], object]:
    """The act, with a lack of rights as an answer."""
    def do() -> object:
        try:
            return act()
        except NotAllowed:
            return "not allowed"

    return do


def test_nobody_changes_the_own_roles(office: Office) -> None:
    ada, _ = office.person("Ada", "admin"), office.person("Bob", "admin")

    assert refused(lambda: office.give(ada, ada, "agent")) == "own_roles"
    assert refused(lambda: office.take(ada, ada)) == "own_roles"
    assert refused(lambda: office.block(ada, ada)) == "own_user"
    assert refused(lambda: office.run(lambda connection: managing_users.set_roles(
        ada, connection, office.programme, ada.user_id, ["agent"], NOW))) == "own_roles"


def test_the_last_admin_stays_also_for_operators(office: Office) -> None:
    ada = office.person("Ada", "admin")

    assert refused(lambda: office.take(OPERATOR, ada)) == "last_admin"
    assert refused(lambda: office.block(OPERATOR, ada)) == "last_admin"
    assert office.admins() == ["Ada"]


def test_without_any_admin_others_can_be_blocked(office: Office) -> None:
    gus = office.person("Gus", "agent")

    assert office.block(OPERATOR, gus) is True


def test_who_was_blocked_meanwhile_manages_nobody(office: Office) -> None:
    ada, bob, gus = office.person("Ada", "admin"), office.person("Bob", "admin"), office.person("Gus", "agent")
    office.block(ada, bob)

    with pytest.raises(NotAllowed):
        office.give(bob, gus, "admin")


def test_a_given_password_and_a_reset_factor_end_all_sessions(office: Office) -> None:
    ada, gus = office.person("Ada", "admin"), office.person("Gus", "agent")
    login = new_login("gus", "k7fm-9x2p-4tnq-8hvc", given=True)
    office.run(lambda connection: open_session(connection, gus.user_id, NOW, audience=Audience.OFFICE))

    office.run(lambda connection: managing_users.give_password(ada, connection, gus.user_id, login, NOW,
                                                               reason="forgot it"))

    with office.portal.installation.database.reading() as connection:
        assert is_given(connection, gus.user_id)
        assert known_user(ada, connection, gus.user_id).logins == ["gus"]
        assert not has_authenticator(connection, gus.user_id)
        assert connection.execute(select(web_session).where(web_session.c.user_id == gus.user_id)).all() == []
        entry = connection.execute(select(audit_entry).where(audit_entry.c.action == "user.reset_login")).one()
    assert (entry.actor, entry.reason, "k7fm" in str(entry)) == ("Ada", "forgot it", False)
    assert refused(lambda: office.run(lambda connection: managing_users.reset_factor(
        ada, connection, ada.user_id, NOW))) == "own_user"
