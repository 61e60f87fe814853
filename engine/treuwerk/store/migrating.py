"""Bringing a database to the schema of this release, and refusing one that is not there."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from treuwerk.store.database import Database

_LOCK = text("SELECT pg_advisory_xact_lock(7305807861350)")  # several servers that start at once take turns


class SchemaError(Exception):
    """The database does not have the schema of this release."""


def migrate(database: Database) -> tuple[str | None, str]:
    """Apply all missing steps in one transaction; returns the revision before and after.

    Raises:
        SchemaError: the database was made by a newer release.
    """
    if database.file:
        database.file.parent.mkdir(parents=True, exist_ok=True)
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(_LOCK)
        before = _revision(connection)
        if before is not None and before not in _known_revisions():
            raise _unfit(database, before)
        configuration = _configuration()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")
        return before, newest_revision()


def check_schema(database: Database) -> None:
    """Refuse a database without the schema of this release.

    Raises:
        SchemaError: naming both revisions and the next step.
    """
    found = revision_of(database)
    if found != newest_revision():
        raise _unfit(database, found)


def revision_of(database: Database) -> str | None:
    """The schema revision that a database has; a file that is not there has none, and is not made by asking."""
    if database.file and not database.file.exists():
        return None
    with database.reading() as connection:
        return _revision(connection)


def _unfit(database: Database, found: str | None) -> SchemaError:
    place, newest = database.url.render_as_string(), newest_revision()
    if found is None:
        return SchemaError(f"{place}: found no tables, expected schema {newest}; run treuwerk migrate")
    newer = found not in _known_revisions()
    remedy = "it was made by a newer release: update this one" if newer else "run treuwerk migrate"
    return SchemaError(f"{place}: found schema {found}, expected {newest}; {remedy}")


def _known_revisions() -> set[str]:
    return {step.revision for step in _scripts().walk_revisions()}


@cache  # the steps of a release are many files, and never change while it runs
def newest_revision() -> str:
    """The schema revision of this release."""
    head = _scripts().get_current_head()
    assert head is not None, "this release ships its migrations"
    return head


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _configuration() -> Config:
    configuration = Config()
    folder = str(Path(__file__).parent / "migrations")
    configuration.set_main_option("script_location", folder.replace("%", "%%"))  # % begins a variable there
    return configuration


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_configuration())


def empty(database: Database) -> None:
    """Take every step back: all tables and rows are gone."""
    with database.writing() as connection:
        configuration = _configuration()
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, "base")
