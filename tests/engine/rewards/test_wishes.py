"""The wish list of a person, and what was looked at last."""

import attrs
import pytest
from sqlalchemy import select

from tests.support.accounts import refused
from tests.support.catalogues import DRILL, Shelf
from treuwerk.domain.rights import Access, Audience, NotAllowed, names_for
from treuwerk.services.shop import wishes
from treuwerk.services.shop.wishes import MOST_SEEN, MOST_WISHES, note_seen, seen, unwish, wish
from treuwerk.store import wishes as store
from treuwerk.store.tables import wish as wish_table

ANNA = Access(5, "usr_5", Audience.PORTAL, names_for(Audience.PORTAL), account_id=1, person_id=2)
BERT = attrs.evolve(ANNA, user_id=6, actor="usr_6")


@pytest.fixture
def stocked(shelf: Shelf) -> Shelf:
    """A shelf with a drill and a mug that are published, and a kettle that is not."""
    shelf.bring(DRILL, {**DRILL, "reward": "MUG", "variant": "MUG-1"},
                {**DRILL, "reward": "KETTLE", "variant": "KETTLE-1", "state": "draft"})
    return shelf


def listed(shelf: Shelf, access: Access) -> list[str]:
    with shelf.world.installation.database.reading() as connection:
        return list(wishes.wishes(access, connection))


def wished(shelf: Shelf, access: Access, number: str, now: int) -> bool:
    with shelf.world.installation.database.writing() as connection:
        return wish(access, connection, number, now)


def test_wishes_are_a_persons_own_and_the_newest_stands_first(stocked: Shelf) -> None:
    outcomes = [wished(stocked, ANNA, "DRILL", 1), wished(stocked, ANNA, "MUG", 2), wished(stocked, ANNA, "DRILL", 3),
                wished(stocked, BERT, "DRILL", 4)]

    assert outcomes == [True, True, False, True]
    assert listed(stocked, ANNA) == ["MUG", "DRILL"]
    assert listed(stocked, BERT) == ["DRILL"]


def test_a_wish_is_taken_back_once(stocked: Shelf) -> None:
    wished(stocked, ANNA, "DRILL", 1)

    with stocked.world.installation.database.writing() as connection:
        outcomes = [unwish(ANNA, connection, "DRILL"), unwish(ANNA, connection, "DRILL")]

    assert outcomes == [True, False]
    assert listed(stocked, ANNA) == []


@pytest.mark.parametrize("number", ["KETTLE", "NOTHING"])
def test_only_what_people_can_see_is_wished_for(stocked: Shelf, number: str) -> None:
    assert refused(lambda: wished(stocked, ANNA, number, 1)) == "unknown_reward"


def test_a_list_ends_at_a_hundred(stocked: Shelf) -> None:
    with stocked.world.installation.database.writing() as connection:
        for number in range(MOST_WISHES):
            store.add_wish(connection, 1, 5, f"R-{number}", number)

    assert refused(lambda: wished(stocked, ANNA, "DRILL", 1)) == "too_many_wishes"


def test_who_views_as_somebody_else_wishes_for_nothing_and_leaves_no_trace(stocked: Shelf) -> None:
    viewer = attrs.evolve(ANNA, viewing=True, permissions=ANNA.permissions - {"own.wishes.write"})

    with pytest.raises(NotAllowed):
        wished(stocked, viewer, "DRILL", 1)
    with stocked.world.installation.database.writing() as connection:
        note_seen(viewer, connection, "DRILL", 1)
        assert list(seen(ANNA, connection)) == []


def test_what_was_looked_at_stands_in_its_order_and_the_oldest_is_forgotten(stocked: Shelf) -> None:
    with stocked.world.installation.database.writing() as connection:
        for moment in range(MOST_SEEN + 3):
            note_seen(ANNA, connection, f"R-{moment}", moment)
        note_seen(ANNA, connection, "R-5", 100)
        found = list(seen(ANNA, connection))

    assert found[:3] == ["R-5", "R-14", "R-13"]
    assert len(found) == MOST_SEEN
    assert "R-2" not in found


def test_wishes_go_with_their_people_come_home_again_and_are_forgotten(stocked: Shelf) -> None:
    wished(stocked, ANNA, "DRILL", 1)
    wished(stocked, ANNA, "MUG", 2)
    database = stocked.world.installation.database
    rows = select(wish_table.c.account_id, wish_table.c.reward).order_by("account_id", "reward")
    with database.writing() as connection:
        store.add_wish(connection, 7, 5, "MUG", 9)

        moved = store.move(connection, 1, 7)

    assert moved == [[5, "DRILL"]]
    assert stocked.world.rows(rows) == [(1, "MUG"), (7, "DRILL"), (7, "MUG")]

    with database.writing() as connection:
        store.bring_back(connection, 7, 1, moved)

    assert stocked.world.rows(rows) == [(1, "DRILL"), (1, "MUG"), (7, "MUG")]

    with database.writing() as connection:
        store.forget(connection, [1])

    assert stocked.world.rows(rows) == [(7, "MUG")]
