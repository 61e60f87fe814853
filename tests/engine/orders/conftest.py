"""Rewards and points to spend, on both databases."""

from pathlib import Path

import pytest

from tests.support.ordering import Counter, make_counter
from treuwerk.store.database import Database


@pytest.fixture
def counter(tmp_path: Path, database: Database) -> Counter:
    """A drill and a mug, and somebody with 16,000 points."""
    return make_counter(tmp_path / "league", database)
