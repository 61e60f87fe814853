"""The wish list of a person, and what was looked at last."""

import attrs
import pytest
from sqlalchemy import select

from tests.support.accounts import refused
from tests.support.catalogues import DRILL, Shelf
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.rights import Access, Audience, NotAllowed, names_for
from treuwerk.services.shop import wishes
from treuwerk.services.shop.wishes import MOST_SEEN, MOST_WISHES, note_seen, seen, unwish, wish
from treuwerk.store import wishes as store
from treuwerk.store.tables import participant
from treuwerk.store.tables import wish as wish_table


@pytest.fixture
def stocked(shelf: Shelf) -> Shelf:
    """A shelf with a drill and a mug that are published, and a kettle that is not; one participant looks at it."""
    shelf.world.participants("customer_number;name;group;country\n10017;Smith;certified;DE\n")
    shelf.bring(DRILL, {**DRILL, "reward": "MUG", "variant": "MUG-1"},
                {**DRILL, "reward": "KETTLE", "variant": "KETTLE-1", "state": "draft"},
                {**DRILL, "reward": "SAW", "variant": "SAW-1", "groups": "installer"},
                {**DRILL, "reward": "AXE", "variant": "AXE-1", "visible_from": "2026-07-01"})
    return shelf


@pytest.fixture
def anna(stocked: Shelf) -> Access:
    """A person of the participant."""
    [(account,)] = stocked.world.rows(select(participant.c.account_id))
    return Access(5, "usr_5", Audience.PORTAL, names_for(Audience.PORTAL), account_id=account, person_id=2)


def listed(shelf: Shelf, access: Access) -> list[str]:
    with shelf.world.installation.database.reading() as connection:
        return list(wishes.wishes(access, connection))


def wished(shelf: Shelf, access: Access, number: str, now: int) -> bool:
    with shelf.world.installation.database.writing() as connection:
        return wish(access, connection, shelf.world.installation.programme.settings, number, SIX_IN_THE_EVENING + now)


def test_wishes_are_a_persons_own_and_the_newest_stands_first(stocked: Shelf, anna: Access) -> None:
    bert = attrs.evolve(anna, user_id=6, actor="usr_6")
    outcomes = [wished(stocked, anna, "DRILL", 1), wished(stocked, anna, "MUG", 2), wished(stocked, anna, "DRILL", 3),
                wished(stocked, bert, "DRILL", 4)]

    assert outcomes == [True, True, False, True]
    assert listed(stocked, anna) == ["MUG", "DRILL"]
    assert listed(stocked, bert) == ["DRILL"]


def test_a_wish_is_taken_back_once(stocked: Shelf, anna: Access) -> None:
    wished(stocked, anna, "DRILL", 1)

    with stocked.world.installation.database.writing() as connection:
        outcomes = [unwish(anna, connection, "DRILL"), unwish(anna, connection, "DRILL")]

    assert outcomes == [True, False]
    assert listed(stocked, anna) == []


@pytest.mark.parametrize("number", ["KETTLE", "SAW", "AXE", "NOTHING"])
def test_only_what_people_can_see_is_wished_for(stocked: Shelf, anna: Access, number: str) -> None:
    assert refused(lambda: wished(stocked, anna, number, 1)) == "unknown_reward"


def test_a_list_ends_at_a_hundred(stocked: Shelf, anna: Access) -> None:
    with stocked.world.installation.database.writing() as connection:
        for number in range(MOST_WISHES):
            store.add_wish(connection, anna.account_id, 5, f"R-{number}", number)

    assert refused(lambda: wished(stocked, anna, "DRILL", 1)) == "too_many_wishes"


def test_who_views_as_somebody_else_wishes_for_nothing_and_leaves_no_trace(stocked: Shelf, anna: Access) -> None:
    viewer = attrs.evolve(anna, viewing=True, permissions=anna.permissions - {"own.wishes.write"})

    with pytest.raises(NotAllowed):
        wished(stocked, viewer, "DRILL", 1)
    with stocked.world.installation.database.writing() as connection:
        note_seen(viewer, connection, "DRILL", 1)
        assert list(seen(anna, connection)) == []


def test_what_was_looked_at_stands_in_its_order_and_the_oldest_is_forgotten(stocked: Shelf, anna: Access) -> None:
    with stocked.world.installation.database.writing() as connection:
        for moment in range(MOST_SEEN + 3):
            note_seen(anna, connection, f"R-{moment}", moment)
        note_seen(anna, connection, "R-5", 100)
        found = list(seen(anna, connection))

    assert found[:3] == ["R-5", "R-14", "R-13"]
    assert len(found) == MOST_SEEN
    assert "R-2" not in found


def test_wishes_go_with_their_people_come_home_again_and_are_forgotten(stocked: Shelf, anna: Access) -> None:
    home = anna.account_id
    wished(stocked, anna, "DRILL", 1)
    wished(stocked, anna, "MUG", 2)
    database = stocked.world.installation.database
    rows = select(wish_table.c.account_id, wish_table.c.reward).order_by("account_id", "reward")
    with database.writing() as connection:
        store.add_wish(connection, 7, 5, "MUG", 9)

        moved = store.move(connection, home, 7)

    assert moved == [[5, "DRILL"]]
    assert stocked.world.rows(rows) == sorted([(home, "MUG"), (7, "DRILL"), (7, "MUG")])

    with database.writing() as connection:
        store.bring_back(connection, 7, home, moved)

    assert stocked.world.rows(rows) == sorted([(home, "DRILL"), (home, "MUG"), (7, "MUG")])

    with database.writing() as connection:
        store.forget(connection, [home])

    assert stocked.world.rows(rows) == [(7, "MUG")]
