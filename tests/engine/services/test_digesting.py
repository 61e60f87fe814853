"""The digest of the state: the same for the same purchases, whatever the order, the batches and the database."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.conftest import NewDatabase
from tests.support.singles import redeem_one_lot
from tests.support.worlds import SIX_IN_THE_EVENING, World, line, make_world, table
from treuwerk.services.proof.digesting import state_digest
from treuwerk.store.database import Database

LINES = [line(f"LS-{number}", position, quantity=str(10 * number + position), customer_number=customer,
              article_number=article)
         for number, customer, article in ((1, "10017", "SW-M-400"), (2, "10109", "SW-M-405"), (3, "10017", "SW-W-10H"))
         for position in (1, 2, 3)]
LIST = "seminar_code;held_on;participant;person;attended\nS-1;2026-05-04;10017;Ada Lovelace;yes\n"


def filled(folder: Path, database: Database, order: list[int], batches: int) -> str:
    """The digest of a new installation after these lines in this order, in so many files, each a minute later."""
    world = make_world(folder, database)
    world.attendance(LIST)
    for number in range(batches):
        rows = [LINES[index] for index in order[number::batches]]
        world.clear(table(rows), name=f"{number}.csv", now=SIX_IN_THE_EVENING + number * 60_000_000)
    return state_digest(database).digest


@settings(max_examples=8)
@given(order=st.permutations(range(len(LINES))), batches=st.integers(1, 4))
def test_order_and_batches_do_not_matter(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory,
                                         order: list[int], batches: int) -> None:
    with new_database() as one, new_database() as other:
        folder = tmp_path_factory.mktemp("digest")

        first = filled(folder / "a", one, list(range(len(LINES))), 1)
        second = filled(folder / "b", other, order, batches)

    assert first == second


def test_both_databases_give_the_same(tmp_path: Path, sqlite_database: Database, postgres_database: Database) -> None:
    order = list(range(len(LINES)))

    found = [filled(tmp_path / name, database, order, 2)
             for name, database in (("a", sqlite_database), ("b", postgres_database))]

    assert found[0] == found[1]


CHANGES: dict[str, Callable[[World], object]] = {
    "one purchase more": lambda world: world.clear([line("LS-9")], name="more.csv"),
    "a purchase that earns nothing": lambda world: world.clear([line("LS-9", article_number="SW-W-10H")], name="n.csv"),
    "one participant more": lambda world: world.participants("customer_number;name;group\n10333;Neu;installer\n"),
    "points spent": lambda world: redeem_one_lot(world, SIX_IN_THE_EVENING + 1),
    "another person": lambda world: world.attendance(LIST.replace("Ada", "Grace")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_the_books_say_otherwise_changes_it(tmp_path: Path, database: Database, change: str) -> None:
    world = make_world(tmp_path / "league", database)
    world.attendance(LIST)
    world.clear(LINES)
    before = state_digest(database)

    CHANGES[change](world)

    after = state_digest(database)
    assert before.digest != after.digest
    assert [one.name for one in before.sections] == [
        "accounts", "transactions", "lots", "holds", "balances", "purchases"]


def test_clearing_again_changes_nothing(tmp_path: Path, database: Database) -> None:
    world = make_world(tmp_path / "league", database)
    world.clear(LINES)
    before = state_digest(database)

    world.clear(LINES, name="again.csv", now=SIX_IN_THE_EVENING + 1)

    assert state_digest(database) == before
