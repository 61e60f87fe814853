"""A programme with rewards, on both databases."""

from pathlib import Path

import pytest

from tests.support.catalogues import Shelf, make_shelf
from treuwerk.store.database import Database


@pytest.fixture
def shelf(tmp_path: Path, database: Database) -> Shelf:
    """No rewards yet."""
    return make_shelf(tmp_path / "league", database)
