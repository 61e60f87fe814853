"""Which state of the catalogue is the newest, for those who remember it."""

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from treuwerk.domain.ids import row_ids
from treuwerk.store.prepared import Prepared
from treuwerk.store.tables import catalogue_state

_ONE = "rewards"


def moved(connection: Connection, now: int) -> None:
    """Note in this transaction that rewards, worlds or promotions changed; the versions of two changes differ."""
    made = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(catalogue_state)
    connection.execute(made.values(catalogue=_ONE, version=next(row_ids(now)), changed_at=now).on_conflict_do_update(
        index_elements=["catalogue"], set_={"version": made.excluded.version, "changed_at": made.excluded.changed_at}))


def version(connection: Connection) -> int:
    """The version of the newest state; 0 where nothing ever changed."""
    return next((int(row.version) for row in _VERSION.rows(connection)), 0)


_VERSION = Prepared(select(catalogue_state.c.version))
