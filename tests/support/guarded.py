"""Changing what the database refuses to change: tests that tamper with the books switch its guards off first."""

from collections.abc import Iterator
from contextlib import contextmanager

from treuwerk.store.database import Database
from treuwerk.store.guards import put_up, take_down


def switch_guards_off(database: Database) -> None:
    """Let everything be changed, as whoever owns the database can."""
    with database.writing() as connection:
        take_down(connection)


@contextmanager
def unguarded(database: Database) -> Iterator[None]:
    """Everything can be changed inside the block."""
    switch_guards_off(database)
    try:
        yield
    finally:
        with database.writing() as connection:
            put_up(connection)
