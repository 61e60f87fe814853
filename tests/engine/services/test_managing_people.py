"""A company manages its own people, and never loses the last one who can, not even when two act at once."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.support.company import acting_as, add_colleague, giving_of
from tests.support.crowds import all_at_once, refusals
from tests.support.managing import DAY, change, end, invite, noted, open_company, restore, roles, run
from tests.support.portal import NOW, Portal
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, Audience, NotAllowed, OutOfScope
from treuwerk.services.identity.known_users import list_users
from treuwerk.services.identity.session_keeping import sessions_of
from treuwerk.services.identity.sessions import open_session
from treuwerk.services.participants.managing_people import Invitation
from treuwerk.store.database import Database


@pytest.fixture
def portal(tmp_path: Path, database: Database) -> Portal:
    return open_company(tmp_path, database)


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
    from treuwerk.services.identity.users import block_user

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
