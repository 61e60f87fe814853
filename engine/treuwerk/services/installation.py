"""A programme together with its database: what every use case works on."""

from collections.abc import Mapping
from pathlib import Path

import attrs
from sqlalchemy import insert, select

from treuwerk.programme.reading import LoadedProgramme, read_programme
from treuwerk.store.database import Database
from treuwerk.store.migrating import check_schema, migrate, revision_of
from treuwerk.store.tables import installation

LIVE, DEMO = "live", "demo"


class ForeignDatabase(Exception):
    """The database belongs to another programme."""


@attrs.frozen
class Installation:
    """A checked programme and an open database."""

    programme: LoadedProgramme
    database: Database


def open_installation(folder: Path, database: Database, given: Mapping[str, object] | None = None, *,
                      safe: bool = False) -> Installation:
    """Read the programme and check that the database is its own.

    Raises:
        ProgrammeError: mistakes in the programme.
        SchemaError: the database has no tables, or those of another release.
        ForeignDatabase: the database was made for another programme.
    """
    programme = read_programme(folder, given, safe=safe)
    check_schema(database)
    _check_owner(database, programme.settings.programme.code)
    return Installation(programme, database)


def prepare_database(database: Database, code: str, now: int) -> tuple[str | None, str]:
    """Migrate a new database or one of this programme; returns the schema revision before and after.

    Raises:
        ForeignDatabase: it belongs to another programme, and is left as it was.
        SchemaError: it was made by a newer release.
    """
    if revision_of(database) is not None:
        _check_owner(database, code)
    before, after = migrate(database)
    claim_database(database, code, now)
    return before, after


def claim_database(database: Database, code: str, now: int, purpose: str = LIVE) -> None:
    """Note in an empty database to which programme it belongs, and whether it is live or a demo.

    Raises:
        ForeignDatabase: it belongs to another programme, or has the other purpose.
    """
    with database.writing() as connection:
        owner = connection.execute(select(installation.c.programme, installation.c.purpose)).one_or_none()
        if owner is None:
            connection.execute(insert(installation).values(programme=code, purpose=purpose, created_at=now))
            return
    _check_programme(database, owner.programme, code)
    if purpose == DEMO and owner.purpose != DEMO:
        raise ForeignDatabase(f"the database {database.url.render_as_string()} is live, expected an empty one or a "
                              "demo; name another with --database")


def _check_owner(database: Database, code: str) -> None:
    with database.reading() as connection:
        owner = connection.execute(select(installation.c.programme)).scalar()
    if owner is not None:
        _check_programme(database, owner, code)


def _check_programme(database: Database, found: str, expected: str) -> None:
    if found != expected:
        raise ForeignDatabase(f"the database {database.url.render_as_string()} belongs to programme {found!r}, "
                              f"expected {expected!r}; name the right folder with --programme or the right database "
                              "with --database")
