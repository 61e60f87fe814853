"""Carts go with their people when companies become one, come home with them, and are forgotten with them."""

from sqlalchemy import insert, select

from tests.support.merges import NOW, Sides, merged, unmerged
from tests.support.worlds import World
from treuwerk.services.identity.memberships import add_membership
from treuwerk.services.identity.users import add_user
from treuwerk.store.cart import forget
from treuwerk.store.tables import cart_line, checkout


def carts(world: World) -> list[tuple[int, str, int]]:
    return [tuple(row) for row in world.rows(select(cart_line.c.account_id, cart_line.c.variant, cart_line.c.quantity)
                                             .order_by(cart_line.c.account_id, cart_line.c.variant))]


def put(world: World, account_id: int, user_id: int, variant: str, quantity: int) -> None:
    with world.database.writing() as connection:
        connection.execute(insert(cart_line).values(
            account_id=account_id, user_id=user_id, variant=variant, quantity=quantity, points=500, promotion="",
            later=False, added_at=NOW, changed_at=NOW))


def test_a_cart_goes_with_its_person_and_comes_home_again(twice: World, sides: Sides) -> None:
    with twice.database.writing() as connection:
        user = add_user(connection, "Dora", NOW)
        add_membership(connection, user, sides[0], NOW, role="member")
        connection.execute(insert(checkout).values(account_id=sides[0], user_id=user, content="{}", changed_at=NOW))
    put(twice, sides[0], user, "MUG-RED", 2)

    merged(twice, sides)
    assert carts(twice) == [(sides[1], "MUG-RED", 2)]
    assert twice.rows(select(checkout)) == []
    unmerged(twice, sides)

    assert carts(twice) == [(sides[0], "MUG-RED", 2)]


def test_who_is_forgotten_leaves_no_cart(twice: World, sides: Sides) -> None:
    for side in sides:
        put(twice, side, 7, "MUG-RED", 1)

    with twice.database.writing() as connection:
        forget(connection, [sides[0]])

    assert carts(twice) == [(sides[1], "MUG-RED", 1)]
