"""Files of rewards: what was shown before they were imported, and what each wrote."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from treuwerk.store.tables import reward_import

PLANNED, DONE, UNDONE, LEFT = "planned", "done", "undone", "left"
"""States: shown and not decided, imported, taken back, and never imported."""
_I = reward_import.c


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    """Note a file."""
    connection.execute(insert(reward_import).values(**values))


def of(connection: Connection, import_id: int) -> Row[Any] | None:
    """One file."""
    return connection.execute(select(reward_import).where(_I.id == import_id)).one_or_none()


def move(connection: Connection, import_id: int, before: str, values: Mapping[str, Any]) -> bool:
    """Change a file that has a state; False where it has another one by now."""
    return connection.execute(update(reward_import).where(_I.id == import_id, _I.state == before)
                              .values(**values)).rowcount == 1


def latest(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    """The last files, the newest first."""
    return connection.execute(select(reward_import).order_by(_I.id.desc()).limit(limit)).all()


def last_of(connection: Connection, source: str) -> Row[Any] | None:
    """The last file of a source."""
    return connection.execute(select(reward_import).where(_I.source == source).order_by(_I.id.desc()).limit(1)
                              ).one_or_none()
