"""A programme with direct feeds, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from tests.support.worlds import World, make_world
from treuwerk.store.database import Database


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """Three participants and three articles; runs once per database."""
    return make_world(tmp_path / "league", database)
