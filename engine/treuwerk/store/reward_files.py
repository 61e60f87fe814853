"""What is known of pictures of rewards and of papers that prove something of them, by their content."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from treuwerk.store.tables import reward_file

_F = reward_file.c


def note(connection: Connection, values: dict[str, Any]) -> None:
    """Note a file; one of the same content stays as it is, but a paper may become a picture."""
    insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    made = insert(reward_file).values(**values)
    connection.execute(made.on_conflict_do_update(
        index_elements=["sha256"], set_={name: made.excluded[name] for name in ("width", "height")},
        where=_F.width < made.excluded.width))


def known(connection: Connection, digests: Collection[str]) -> dict[str, Row[Any]]:
    """Those of some files of which there is a row, by their hash."""
    rows = connection.execute(select(reward_file).where(_F.sha256.in_(sorted(digests))))
    return {row.sha256: row for row in rows}
