"""Databases for tests: a file of SQLite or a database of PostgreSQL for each test, gone afterwards."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support import cheap_hashes, kept_templates, postgres, quick_disk
from treuwerk.store.database import Database
from treuwerk.store.migrating import migrate

# The same examples on every machine and every day; one that is slow under load is no failure of the product.
settings.register_profile("treuwerk", derandomize=True, deadline=None, print_blob=True,
                          suppress_health_check=[HealthCheck.too_slow])
# For a night: other examples each time, and many of them (--hypothesis-profile=thorough).
settings.register_profile("thorough", settings.get_profile("treuwerk"), derandomize=False, max_examples=1_000)
settings.load_profile("treuwerk")
pytest.register_assert_rewrite("tests.support.ledger_machine", "tests.support.ledger_views")
_BROWSER = Path(__file__).parent / "browser"
without_postgres: set[str] = set()
quick_disk.use_it()
cheap_hashes.use_them()
kept_templates.keep_them()
os.environ["TREUWERK_ALLOW_UNSAFE"] = "1"  # the tests' server writes nothing to disk, which is no news to them


def create_schema(url: str) -> None:
    """All tables in an empty database, made as an operator makes them."""
    database = Database(url)
    try:
        migrate(database)
    finally:
        database.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One server for all tests of this process."""
    yield from _server(durable=False)


@pytest.fixture(scope="session")
def durable_postgres_server() -> Iterator[postgres.Server]:
    """A server of its own that really writes to disk, for tests that crash it."""
    yield from _server(durable=True)


def _server(*, durable: bool) -> Iterator[postgres.Server]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgres.running(durable=durable))
        except postgres.NoPostgres as error:
            without_postgres.add(str(error))
            if os.environ.get(postgres.REQUIRE_VARIABLE) == "1":
                pytest.fail(f"{error}; {postgres.REQUIRE_VARIABLE}=1 asks for one", pytrace=False)
            pytest.skip(str(error))
        yield server


@pytest.fixture(scope="session")
def _postgres_template(postgres_server: postgres.Server) -> Iterator[str]:
    name = postgres_server.create()
    create_schema(postgres_server.url_of(name))
    yield name
    postgres_server.drop(name)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "treuwerk.db"
    create_schema(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'treuwerk.db'}"


@pytest.fixture
def postgres_url(postgres_server: postgres.Server) -> Iterator[str]:
    """The address of an empty database of PostgreSQL."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database without tables; the test runs once on SQLite and once on PostgreSQL."""
    database = Database(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database with all tables; the test runs once on SQLite and once on PostgreSQL."""
    yield from _sqlite(request) if request.param == "sqlite" else _postgresql(request)


@pytest.fixture
def sqlite_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A SQLite file with all tables."""
    yield from _sqlite(request)


@pytest.fixture
def postgres_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database of PostgreSQL with all tables."""
    yield from _postgresql(request)


def _sqlite(request: pytest.FixtureRequest) -> Iterator[Database]:
    url: str = request.getfixturevalue("sqlite_url")
    shutil.copyfile(request.getfixturevalue("_sqlite_template"), url.removeprefix("sqlite:///"))
    database = Database(url)
    yield database
    database.close()


def _postgresql(request: pytest.FixtureRequest) -> Iterator[Database]:
    server: postgres.Server = request.getfixturevalue("postgres_server")
    with server.database(request.getfixturevalue("_postgres_template")) as url:
        database = Database(url)
        yield database
        database.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies under `browser` needs one: a file that forgot to say so would open Chromium amidst the others."""
    for item in items:
        if _BROWSER in item.path.parents:
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once and loudly that half of the database tests did not run."""
    for reason in sorted(without_postgres):
        terminalreporter.write_line(f"NOT TESTED ON POSTGRESQL: {reason}", red=True, bold=True)
