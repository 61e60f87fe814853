"""Databases of both kinds, and the portal on them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from shutil import copyfile, rmtree

import pytest

from tests.support import postgres
from tests.support.portal import USUAL, Portal, open_portal
from treuwerk.store.database import Database

NewDatabase = Callable[[], AbstractContextManager[Database]]


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files lie that came in, also where the database is no file."""
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))
    return tmp_path / "documents"


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


@pytest.fixture(params=["sqlite", "postgresql"], scope="session")
def new_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> NewDatabase:
    """Makes as many migrated databases as a property needs examples."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("_sqlite_template")
        return lambda: _sqlite(template, tmp_path_factory.mktemp("example"))
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name: str = request.getfixturevalue("_postgres_template")
    return lambda: _postgresql(server, name)


@contextmanager
def _sqlite(template: Path, folder: Path) -> Iterator[Database]:
    copyfile(template, folder / "treuwerk.db")
    with closing(Database(f"sqlite:///{folder / 'treuwerk.db'}")) as database:
        yield database
    rmtree(folder)


@contextmanager
def _postgresql(server: postgres.Server, template: str) -> Iterator[Database]:
    with server.database(template) as url, closing(Database(url)) as database:
        yield database
