"""What leads to people of a participant who becomes one with another: addresses, codes, access of former colleagues."""

import pytest
from sqlalchemy import insert, select

from tests.support.accounts import DONNELLY
from tests.support.merges import NOW, Sides, merged, unmerged
from tests.support.worlds import World
from treuwerk.services.identity.linking import make_link_code, try_link_code
from treuwerk.services.identity.sessions import Origin
from treuwerk.store.tables import address, former_membership


def write_address(world: World, account_id: int, number: int, city: str, *, preferred: bool) -> None:
    with world.database.writing() as connection:
        connection.execute(insert(address).values(
            account_id=account_id, id=number, label="", name="Lager", street="Hof 1", postcode="53111", city=city,
            country="DE", preferred=preferred, changed_at=NOW, version=1, changed_by=0, removed_at=0))


def addresses(world: World, account_id: int) -> list[tuple[str, bool]]:
    rows = world.rows(select(address.c.city, address.c.preferred).where(address.c.account_id == account_id)
                      .order_by(address.c.id))
    return [(city, bool(preferred)) for city, preferred in rows]


def test_addresses_go_with_the_participant_and_come_home_again(twice: World, sides: Sides) -> None:
    write_address(twice, sides[0], 1, "Bonn", preferred=True)
    write_address(twice, sides[0], 2, "Köln", preferred=False)
    write_address(twice, sides[1], 3, "Halle", preferred=True)

    merged(twice, sides)

    assert addresses(twice, sides[0]) == []
    assert addresses(twice, sides[1]) == [("Bonn", False), ("Köln", False), ("Halle", True)]

    unmerged(twice, sides)

    assert addresses(twice, sides[0]) == [("Bonn", True), ("Köln", False)]
    assert addresses(twice, sides[1]) == [("Halle", True)]


def test_the_preferred_address_stays_preferred_where_the_other_side_has_none(twice: World, sides: Sides) -> None:
    write_address(twice, sides[0], 1, "Bonn", preferred=True)

    merged(twice, sides)

    assert addresses(twice, sides[1]) == [("Bonn", True)]


@pytest.mark.parametrize("undone", [False, True])
def test_a_code_in_a_letter_is_good_only_while_its_participant_is(twice: World, sides: Sides, *, undone: bool) -> None:
    code = make_link_code(twice.database, sides[0], NOW, role="manager", created_by="ada")
    merged(twice, sides)
    if undone:
        unmerged(twice, sides)

    tried = try_link_code(twice.database, DONNELLY, code, Origin("198.51.100.7", "Browser"), NOW + 1)

    assert (tried.link is not None) is undone


def test_access_that_was_ended_lately_can_be_given_back_where_the_participant_went(twice: World, sides: Sides) -> None:
    with twice.database.writing() as connection:
        connection.execute(insert(former_membership).values(
            account_id=sides[0], user_id=7, person_id=0, role="member", since=1, ended_at=NOW, ended_by=1))

    merged(twice, sides)

    held = select(former_membership.c.account_id)
    assert twice.rows(held) == [(sides[1],)]
    unmerged(twice, sides)
    assert twice.rows(held) == [(sides[0],)]
