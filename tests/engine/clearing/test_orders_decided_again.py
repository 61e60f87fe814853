"""Lines of orders that get another key, or come before their document, stay lines of their order."""

from pathlib import Path

import pytest
from sqlalchemy import select

import tests.engine.clearing.test_conflicts as conflicts
from tests.engine.conftest import NewDatabase
from tests.support.aliases import LATER, clerk, map_article
from tests.support.assemblies import bare, delivery, later, system_world
from tests.support.corrections import bonus, clear, digest, goods
from tests.support.reports import report
from tests.support.worlds import World, line, make_world, table
from treuwerk.domain.documents import Document, Movement, Purpose
from treuwerk.services.changes import conflict_deciding as deciding
from treuwerk.services.changes.aliasing import take_back
from treuwerk.services.changes.conflicts import SECOND
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.clearing.wholes import wholes
from treuwerk.services.installation import open_installation
from treuwerk.store.database import Database
from treuwerk.store.tables import purchase_line


def complete(quantity: str = "10") -> Document:
    return delivery("D-1", bare(1, quantity), bare(2, "1", "SW-W-10H"), bare(3, "4", "SW-G"))


@pytest.fixture
def systems(tmp_path: Path, database: Database) -> World:
    return system_world(tmp_path / "league", database)


def test_a_line_that_wins_as_the_second_belongs_to_its_order(systems: World) -> None:
    clear(systems, complete())
    clear(systems, delivery("D-1", bare(1, "12")))

    conflicts.decide(systems, SECOND)

    assert (bonus(systems), systems.violated()) == (960, {})


def test_what_earns_nothing_alone_comes_back_by_undoing(systems: World) -> None:
    clear(systems, complete())
    clear(systems, delivery("D-1", bare(2, "2", "SW-W-10H")))
    one = conflicts.decide(systems, SECOND)

    deciding.undo(conflicts.acting(conflicts.DAVID), systems.installation, one.id, one.version, conflicts.NOW + 1,
                  reason="It was wrong")

    assert (bonus(systems), systems.violated()) == (800, {})


def test_a_feed_that_corrects_an_upload_belongs_to_its_order(systems: World) -> None:
    upload = delivery("D-1", goods(1, "12", features={"scope": "SYSTEM"}))._replace(source="upload")
    report(systems, upload, name="upload", owner="sub_1")

    clear(systems, complete())

    assert (bonus(systems), systems.violated()) == (800, {})


@pytest.mark.parametrize("change_first", [False, True])
def test_a_change_belongs_to_the_order_whenever_it_comes(systems: World, change_first: bool) -> None:
    change = delivery("D-1", bare(1, "12"), purpose=Purpose.CHANGE, version="2")

    for number, one in enumerate([change, complete()] if change_first else [complete(), change]):
        clear(systems, one, now=later(number))

    assert (bonus(systems), systems.violated()) == (960, {})


def test_a_change_gives_the_same_digest_whenever_it_comes(tmp_path: Path, new_database: NewDatabase) -> None:
    found = set[str]()
    for number, change_first in enumerate((False, True)):
        change = delivery("D-1", bare(1, "12"), purpose=Purpose.CHANGE, version="2")
        with new_database() as database:
            world = system_world(tmp_path / f"league{number}", database)
            for at, one in enumerate([change, complete()] if change_first else [complete(), change]):
                clear(world, one, now=later(at))
            found.add(digest(world))

    assert len(found) == 1


def test_terms_that_changed_are_kept_with_the_first_order_that_is_judged_by_them(systems: World) -> None:
    clear(systems, complete())
    programme = systems.folder / "programme.toml"
    programme.write_text(programme.read_text("utf-8").replace("within_days = 30", "within_days = 40"), "utf-8")
    changed = World(systems.folder, open_installation(systems.folder, systems.database))

    clear(changed, delivery("D-1", bare(1, "1", movement=Movement.RETURN)), now=later(1))

    [account_id] = {row[0] for row in systems.rows(select(purchase_line.c.account_id))}
    ids = [row[0] for row in systems.rows(select(purchase_line.c.id))]
    with systems.database.reading() as connection:
        assert wholes(connection, account_id, ids)
    assert changed.violated() == {}


def test_a_mapping_that_is_taken_back_while_a_file_is_cleared_books_nothing_more(tmp_path: Path,
                                                                               database: Database) -> None:
    world = make_world(tmp_path / "league", database)
    decided = map_article(world, "XY-400", "SW-M-400")
    path = world.file("long.csv", table([
        line(f"LS-{number}", article_number="SW-M-405" if number < 300 else "XY-400") for number in range(400)]))
    taken: list[int] = []

    def meanwhile(done: int, size: int) -> None:
        if not taken and done < size:
            taken.append(done)
            take_back(clerk(), world.installation, decided.alias.id, LATER + 1)

    receipt = clear_file(world.installation, path, LATER + 2, progress=meanwhile)

    assert taken
    assert (receipt.tally.booked, receipt.tally.waiting) == (300, 100)
    assert world.violated() == {}
