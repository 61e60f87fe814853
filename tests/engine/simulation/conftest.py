"""Installations whose past is simulated."""

from pathlib import Path

import pytest

from tests.support.worlds import World, make_world
from treuwerk.store.database import Database


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """Programme and database with master data."""
    return make_world(tmp_path / "league", database)
