"""Worlds and promotions in the database: versions, and budgets that orders at once cannot overdraw."""

from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

from tests.support.catalogues import Shelf
from treuwerk.domain.promotions import Promotion, World
from treuwerk.domain.rewards import NOBODY
from treuwerk.store import promotions as store
from treuwerk.store.promotions import PROMOTIONS, WORLDS
from treuwerk.store.retrying import retrying

DAY = date(2026, 11, 22)
AUTUMN = Promotion("autumn", {"de": "Herbst"}, published=True, categories=("tools",), percent=Decimal("12.5"),
                   budget=1_000)


def keep(shelf: Shelf, *promotions: Promotion) -> None:
    with shelf.world.installation.database.writing() as connection:
        PROMOTIONS.save(connection, [(one, 0) for one in promotions], "ada", "page", 1)
        store.set_budgets(connection, {one.code: one.budget for one in promotions}, 1)


def spent(shelf: Shelf) -> dict[str, int]:
    with shelf.world.installation.database.reading() as connection:
        return store.spent(connection)


def test_a_document_comes_back_as_it_was_with_all_its_versions(shelf: Shelf) -> None:
    keep(shelf, AUTUMN)
    with shelf.world.installation.database.writing() as connection:
        WORLDS.save(connection, [(World("roof", {"de": "Dach"}), 0)], "ada", "page", 1)
        WORLDS.save(connection, [(World("roof", {"de": "Auf dem Dach"}, published=True), 1)], "bob", "page", 2)

    with shelf.world.installation.database.reading() as connection:
        assert PROMOTIONS.every(connection) == {"autumn": AUTUMN}
        assert [(row.version, row.actor, WORLDS.read(row.content).names["de"])
                for row in WORLDS.history(connection, "roof")] == [(2, "bob", "Auf dem Dach"), (1, "ada", "Dach")]
        assert [one.code for one in store.arrangement(connection).worlds] == ["roof"]


def test_a_budget_is_taken_given_back_and_refused_with_what_is_left(shelf: Shelf) -> None:
    keep(shelf, AUTUMN, Promotion("free", budget=0))
    with shelf.world.installation.database.writing() as connection:
        taken = store.take(connection, {"autumn": 700, "free": 10**9}, 2)
        refused = store.take(connection, {"autumn": 301, "unknown": 5}, 3)
        store.give_back(connection, {"autumn": 1}, 4)
        again = store.take(connection, {"autumn": 301}, 5)

    assert (taken, refused, again) == ({}, {"autumn": 300, "unknown": 0}, {})
    assert spent(shelf) == {"autumn": 1_000, "free": 10**9}


def test_a_new_budget_leaves_what_was_given_away(shelf: Shelf) -> None:
    keep(shelf, AUTUMN)
    with shelf.world.installation.database.writing() as connection:
        store.take(connection, {"autumn": 700}, 2)
        store.set_budgets(connection, {"autumn": 500}, 3)
        refused = store.take(connection, {"autumn": 1}, 4)
        shop = store.arrangement(connection)

    assert refused == {"autumn": 0}
    assert shop.special("DRILL", "tools", 7_200, NOBODY, DAY) is None


def test_orders_at_once_never_take_more_than_the_budget(shelf: Shelf) -> None:
    keep(shelf, AUTUMN)
    start, refused = Barrier(8), list[str]()

    def order() -> None:
        start.wait()
        for _ in range(5):
            refused.extend(retrying(once))

    def once() -> dict[str, int]:
        with shelf.world.installation.database.writing() as connection:
            return store.take(connection, {"autumn": 30}, 2)

    threads = [Thread(target=order) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (spent(shelf), len(refused)) == ({"autumn": 990}, 40 - 33)
