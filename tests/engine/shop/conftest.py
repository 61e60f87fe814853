"""A portal with rewards."""

from pathlib import Path

import pytest

from tests.support.shops import Shop, open_shop
from treuwerk.store.database import Database


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Shop:
    """On both databases."""
    return open_shop(tmp_path, database)


@pytest.fixture
def sqlite_shop(tmp_path: Path, sqlite_database: Database) -> Shop:
    """On SQLite only, for what does not depend on the database."""
    return open_shop(tmp_path, sqlite_database)
