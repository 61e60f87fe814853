"""Bringing a database to the schema of this release, and refusing one that is not there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from treuwerk.store.database import Database


class SchemaError(Exception):
    """The database does not have the schema of this release."""


def migrate(database: Database) -> tuple[str | None, str]:
    """Apply all missing steps in one transaction; returns the revision before and after."""
    with database.writing() as connection:
        before = _revision(connection)
        configuration = _configuration()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")
        return before, newest_revision()


def check_schema(database: Database) -> None:
    """Refuse a database without the schema of this release.

    Raises:
        SchemaError: naming both revisions and the next step.
    """
    with database.reading() as connection:
        found, newest = _revision(connection), newest_revision()
    if found == newest:
        return
    place = database.url.render_as_string()
    if found is None:
        raise SchemaError(f"{place}: found no tables, expected schema {newest}; run treuwerk migrate")
    known = {step.revision for step in _scripts().walk_revisions()}
    remedy = "run treuwerk migrate" if found in known else "it was made by a newer release: update this one"
    raise SchemaError(f"{place}: found schema {found}, expected {newest}; {remedy}")


def newest_revision() -> str:
    """The schema revision of this release."""
    head = _scripts().get_current_head()
    assert head is not None, "this release ships its migrations"
    return head


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return configuration


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_configuration())


def empty(database: Database) -> None:
    """Take every step back: all tables and rows are gone."""
    with database.writing() as connection:
        configuration = _configuration()
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, "base")
