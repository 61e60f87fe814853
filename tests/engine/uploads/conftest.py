"""A portal whose uploaded files lie in the folder of the test, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from tests.support.portal import PROGRAMME, Portal, open_portal
from treuwerk.services.documents_folder import VARIABLE
from treuwerk.store.database import Database


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where uploaded files go."""
    folder = tmp_path / "documents"
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder


@pytest.fixture
def uploading(tmp_path: Path, database: Database) -> Portal:
    """A portal with two companies; runs once per database."""
    return open_portal(tmp_path, database)


@pytest.fixture
def sqlite_uploading(tmp_path: Path, sqlite_database: Database) -> Portal:
    """The same on SQLite alone."""
    return open_portal(tmp_path, sqlite_database)


@pytest.fixture
def small_limits(tmp_path: Path, sqlite_database: Database) -> Portal:
    """A portal that takes little: 1 MB, 2 files, 3 pages, 1 megapixel, 2 lines."""
    limits = "\n[uploads]\nfile_megabytes = 1\nfiles = 2\npages = 3\nmegapixels = 1\nlines = 2\n"
    return open_portal(tmp_path, sqlite_database, PROGRAMME + limits)
