"""Systems in several deliveries, with returns and cancellations between: in any order, any repetition, and at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from tests.engine.conftest import NewDatabase
from tests.support.assemblies import bare, delivery, later, system_world
from tests.support.corrections import bonus, clear, digest
from tests.support.worlds import World
from treuwerk.domain.documents import Document, Movement, Purpose
from treuwerk.store.database import Database
from treuwerk.store.tables import journal

DERIVE = 'missing = "derive"'


@st.composite
def histories(draw: st.DrawFn) -> list[Document]:
    """Deliveries of two orders, some of them returned in part, replaced or cancelled."""
    documents = list[Document]()
    for order in ("A-1", "A-2"):
        modules = draw(st.lists(st.integers(1, 9), min_size=1, max_size=2))
        for number, pieces in enumerate(modules):
            name = f"M-{order}-{number}"
            documents.append(delivery(name, bare(1, str(pieces), "SW-M-405"), order=order, after=number * 7))
            if back := draw(st.integers(0, pieces)):
                documents.append(delivery(name, bare(1, str(back), "SW-M-405", movement=Movement.RETURN),
                                          order=order, after=number * 7))
        documents.append(delivery(f"I-{order}", bare(1, "1", draw(st.sampled_from(["SW-W-10H", "SW-W-03"]))),
                                  bare(2, "4", "SW-G"), order=order, after=draw(st.sampled_from([3, 40]))))
        change = draw(st.integers(0, 3))
        if change == 0:
            documents.append(delivery(f"I-{order}", purpose=Purpose.CANCEL, order=order, after=3))
        elif change == 1:
            documents.append(delivery(f"M-{order}-0", bare(1, "8", "SW-M-405"), order=order, purpose=Purpose.REPLACE))
    return documents


@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(data=st.data())
def test_case_35_any_order_and_repetition_comes_to_the_same_books(
        new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    documents, broken = data.draw(histories()), data.draw(st.sampled_from(["keep", "recalculate"]))
    digests, folder = set[str](), tmp_path_factory.mktemp("orders")

    for number in range(2):
        order = data.draw(st.permutations(documents))
        with new_database() as database:
            world = system_world(folder / str(number), database, other=[(DERIVE, f'{DERIVE}\nbroken = "{broken}"')])
            for one in (*order, *data.draw(st.lists(st.sampled_from(documents), max_size=3))):
                clear(world, one, now=later(60))
            assert world.violated() == {}
            digests.add(digest(world))

    assert len(digests) == 1


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme in which the parts of an order tell a system; runs once per database."""
    return system_world(tmp_path / "league", database)


def at_once(world: World, documents: list[Document]) -> None:
    barrier = Barrier(len(documents))

    def work(one: Document) -> None:
        barrier.wait()
        clear(world, one, now=later(60))

    with ThreadPoolExecutor(len(documents)) as pool:
        list(pool.map(work, documents))


def test_case_35_deliveries_of_one_order_at_once_complete_it_once(world: World) -> None:
    for number in range(6):
        order = f"A-{number}"
        at_once(world, [delivery(f"M-{number}", bare(1, "10"), order=order),
                        delivery(f"I-{number}", bare(1, "1", "SW-W-10H"), order=order, after=3),
                        delivery(f"G-{number}", bare(1, "4", "SW-G"), order=order, after=5)])

    assert bonus(world) == 6 * 800
    assert world.rows(select(func.count()).select_from(journal).where(journal.c.kind == "completion")) == [(6,)]
    assert world.violated() == {}


def test_case_37_a_return_and_the_missing_part_at_once(tmp_path: Path, database: Database) -> None:
    world = system_world(tmp_path / "strict", database, other=[(DERIVE, f'{DERIVE}\nbroken = "recalculate"')])
    for number in range(6):
        order = f"A-{number}"
        clear(world, delivery(f"M-{number}", bare(1, "10"), order=order), now=later(60))
        at_once(world, [delivery(f"M-{number}", bare(1, "6", movement=Movement.RETURN), order=order),
                        delivery(f"I-{number}", bare(1, "1", "SW-W-10H"), bare(2, "4", "SW-G"), order=order, after=3)])

    assert bonus(world) == 6 * 160
    assert world.violated() == {}


@pytest.mark.parametrize(("change", "found"), [
    ("UPDATE assembly_line SET since = '' WHERE line_id = {line}", "found complete since never"),
    ("UPDATE assembly_line SET brings = '{{}}' WHERE line_id = {line}", "found complete since 2026-05-11"),
    ("UPDATE assembly_line SET awards = '[]' WHERE line_id = {line}",
     "found 400 points as part of a whole, expected 0"),
    ("DELETE FROM assembly_line WHERE line_id = {line}", "completes no line of an order"),
    ("DELETE FROM assembly_terms", "the terms by which it was judged are not there")])
def test_case_35_who_changes_what_an_order_is_worth_is_found(world: World, change: str, found: str) -> None:
    clear(world, delivery("D-1", bare(1, "10")))
    clear(world, delivery("D-2", bare(1, "1", "SW-W-10H"), bare(2, "4", "SW-G"), after=7))
    (line,), = world.rows(select(journal.c.refers_to).where(journal.c.kind == "completion"))

    with world.database.writing() as connection:
        connection.execute(text(change.format(line=line)))

    assert found in world.violated()["orders_are_paid_as_they_are_judged"]


def test_case_35_the_difference_is_never_booked_twice(world: World) -> None:
    clear(world, delivery("D-1", bare(1, "10")))
    for _ in range(3):
        clear(world, delivery("D-2", bare(1, "1", "SW-W-10H"), bare(2, "4", "SW-G"), after=7))
        clear(world, delivery("D-3", bare(1, "1", "SW-G"), after=8))

    assert bonus(world) == 800
    assert world.rows(select(func.count()).select_from(journal).where(journal.c.kind == "completion")) == [(1,)]
