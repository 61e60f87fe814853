"""A database in a hurry."""

from collections.abc import Iterator

import pytest

from treuwerk.store.database import Database


@pytest.fixture
def hasty(sqlite_database: Database) -> Iterator[Database]:
    """A SQLite database that waits a fifth of a second."""
    database = Database(sqlite_database.url.render_as_string(), wait_seconds=0.2)
    yield database
    database.close()
