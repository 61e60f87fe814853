"""The portal on both databases."""

from pathlib import Path

import pytest

from tests.support.portal import USUAL, Portal, open_portal
from treuwerk.store.database import Database


@pytest.fixture
def empty_portal(tmp_path: Path, database: Database) -> Portal:
    """Two companies, no bookings."""
    return open_portal(tmp_path, database)


@pytest.fixture
def portal(empty_portal: Portal) -> Portal:
    """Two years of a few deliveries and one seminar."""
    for day, lines in USUAL.items():
        empty_portal.deliver(day, *lines)
    empty_portal.attend("2026-09-10", "ROOF-1;2026-09-09;1001;Anna Berg;yes")
    return empty_portal


@pytest.fixture
def sqlite_portal(tmp_path: Path, sqlite_database: Database) -> Portal:
    """On SQLite only, for what does not depend on the database."""
    return open_portal(tmp_path, sqlite_database)
