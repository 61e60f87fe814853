"""Files and requests that came in by themselves."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from treuwerk.store import held
from treuwerk.store.once import insert_once
from treuwerk.store.tables import clearing_run, held_file, incoming, incoming_version

RECEIVED, CLEARED, FAILED, SUPERSEDED, HELD = "received", "done", "failed", "superseded", "held"
INBOX, API = "inbox", "api"


def add(connection: Connection, values: Mapping[str, Any]) -> bool:
    """Note what came in; False where its request is known."""
    return insert_once(connection, incoming, {"state": RECEIVED, "run_id": None, "receipt": "", "said": "",
                                              "finished_at": 0, "document": "", "version": 0, **values})


def one(connection: Connection, incoming_id: int) -> Row[Any] | None:
    """What came in, by its id."""
    return connection.execute(select(incoming).where(incoming.c.id == incoming_id)).one_or_none()


def by_request(connection: Connection, source: str, request_key: str) -> Row[Any] | None:
    """What came in with a request key."""
    return connection.execute(select(incoming).where(
        incoming.c.source == source, incoming.c.request_key == request_key, incoming.c.request_key != "")).one_or_none()


def decide(connection: Connection, incoming_id: int, now: int, **values: Any) -> None:
    """Note what became of it."""
    connection.execute(update(incoming).where(incoming.c.id == incoming_id).values(finished_at=now, **values))


def newest_version(connection: Connection, source: str, document: str, version: int) -> int:
    """Let this version be the newest of its document unless a newer one came before; answers with the newest.

    The row is locked until the transaction ends, so that of two versions that come at once the order is settled.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    made = dialect.insert(incoming_version).values(source=source, document=document, version=version)
    newest = func.max if connection.dialect.name == "sqlite" else func.greatest
    found: int = connection.execute(made.on_conflict_do_update(
        index_elements=["source", "document"],
        set_={"version": newest(incoming_version.c.version, made.excluded.version)}).returning(
        incoming_version.c.version)).scalar_one()
    return found


def known_version(connection: Connection, source: str, document: str) -> int:
    """The newest version of a document that came; 0 for none."""
    return connection.execute(select(incoming_version.c.version).where(
        incoming_version.c.source == source, incoming_version.c.document == document)).scalar() or 0


def earlier_is_open(connection: Connection, source: str, document: str, version: int) -> bool:
    """Whether an older version of a document came and is to be booked, or being booked.

    One that is held is not, until somebody releases it.
    """
    booking = exists().where(clearing_run.c.sha256 == incoming.c.sha256, clearing_run.c.source == incoming.c.source,
                             clearing_run.c.finished_at.is_(None))
    released = exists().where(
        held_file.c.sha256 == incoming.c.sha256, held_file.c.source == incoming.c.source,
        or_(held_file.c.state == held.RELEASED, and_(held_file.c.state == held.CLEARED, booking)))
    query = select(incoming.c.id).where(
        or_(incoming.c.state == RECEIVED, and_(incoming.c.state == HELD, released)), incoming.c.source == source,
        incoming.c.document == document, incoming.c.version < version).limit(1)
    return connection.execute(query).one_or_none() is not None


def listed(connection: Connection, states: Sequence[str], limit: int) -> list[Row[Any]]:
    """What came in lately."""
    query = select(incoming).order_by(incoming.c.id.desc()).limit(limit)
    return list(connection.execute(query.where(incoming.c.state.in_(states)) if states else query))


def of_file(connection: Connection, sha256: str, source: str, state: str = "", *,
            finished_at: int = 0) -> list[Row[Any]]:
    """What came with these bytes, the first first: in a state or in any, and all or what was settled at an instant."""
    where = [incoming.c.sha256 == sha256, incoming.c.source == source]
    if state:
        where.append(incoming.c.state == state)
    if finished_at:
        where.append(incoming.c.finished_at == finished_at)
    return list(connection.execute(select(incoming).where(*where).order_by(incoming.c.id)))
