"""A league with tiers, on both databases."""

from pathlib import Path

import pytest

from tests.support.tiers import tier_world
from tests.support.worlds import World
from treuwerk.store.database import Database


@pytest.fixture
def league(tmp_path: Path, database: Database) -> World:
    """No purchases yet."""
    return tier_world(tmp_path / "league", database)
