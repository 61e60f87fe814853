"""An installation with master data, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from tests.support.accounts import DONNELLY, account
from tests.support.merges import MANUAL, Sides, filled
from tests.support.past_lives import Life, lived
from tests.support.portal import Portal
from tests.support.worlds import World, make_world
from treuwerk.store.database import Database


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme with three participants and three articles; runs once per database."""
    return make_world(tmp_path / "league", database)


@pytest.fixture
def sqlite_world(tmp_path: Path, sqlite_database: Database) -> World:
    """The same on SQLite alone."""
    return make_world(tmp_path / "league", sqlite_database)


@pytest.fixture
def twice(tmp_path: Path, database: Database) -> World:
    """Donnelly has 400 old and 400 newer bonus points, Brandmaier has 80, both with status points of this year."""
    return filled(make_world(tmp_path / "league", database, other=[MANUAL]))


@pytest.fixture
def sides(twice: World) -> Sides:
    """The accounts of Donnelly, who is given up, and of Brandmaier."""
    return account(twice, DONNELLY), account(twice)


@pytest.fixture
def life(empty_portal: Portal) -> Life:
    """An account to which everything happened; runs once per database."""
    return lived(empty_portal)


@pytest.fixture
def sqlite_life(sqlite_portal: Portal) -> Life:
    """The same on SQLite alone."""
    return lived(sqlite_portal)


