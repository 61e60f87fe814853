"""Purchases are proven where they are stored, also those whose numbers the database does not compare by itself."""

import pytest
from sqlalchemy import text

from tests.support.guarded import switch_guards_off
from tests.support.worlds import World, line

NUMBERS = {"plain": "LS-77", "leading zeros": "00042", "lower case": "ls-ä7", "marks of keys": "A|B%C", "one zero": "0"}
CHANGES = {
    "article": "article_number = 'SW-OTHER'", "amount": "net_millionths = 1", "line": "line = '9'",
    "document": "document = document || 'X'", "seller": "seller = seller || '|x'", "run": "at_line = at_line + 1"}


@pytest.mark.parametrize("number", NUMBERS)
def test_a_purchase_with_any_number_is_proven(world: World, number: str) -> None:
    world.clear([line(NUMBERS[number])])

    assert world.violated() == {}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_changed_purchase_with_any_number_is_named(world: World, number: str, change: str) -> None:
    world.clear([line(NUMBERS[number]), line("LS-1")])
    switch_guards_off(world.database)

    with world.database.writing() as connection:
        connection.execute(text(f"UPDATE purchase_line SET {CHANGES[change]} WHERE document = :number"),
                           {"number": NUMBERS[number]})

    assert "is not as it was scored" in world.violated()["purchases_are_as_claimed"]
