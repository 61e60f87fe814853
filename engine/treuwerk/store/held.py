"""Files that are held: each change is one conditional write, so that of two people who decide one has done it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from treuwerk.store.once import insert_once
from treuwerk.store.tables import held_file

HELD, RELEASED, REJECTED, CLEARED, SUPERSEDED = "held", "released", "rejected", "cleared", "superseded"
STATES = (HELD, RELEASED, REJECTED, CLEARED, SUPERSEDED)
_H = held_file.c


def add(connection: Connection, values: Mapping[str, Any]) -> bool:
    """Note that a file is held; False where it was noted before."""
    return insert_once(connection, held_file, {
        "state": HELD, "decided_at": 0, "decided_by": "", "reason": "", "version": 1, **values})


def one(connection: Connection, held_id: int) -> Row[Any] | None:
    """A held file by its id."""
    return connection.execute(select(held_file).where(_H.id == held_id)).one_or_none()


def of_file(connection: Connection, sha256: str, source: str, *, lock: bool = False) -> Row[Any] | None:
    """What is known of a file with these bytes from this source; with `lock` nobody decides until we commit."""
    query = select(held_file).where(_H.sha256 == sha256, _H.source == source)
    return connection.execute(query.with_for_update() if lock else query).one_or_none()


def move(connection: Connection, held_id: int, before: Collection[str], after: str, *, version: int | None = None,
         **values: Any) -> bool:
    """Bring a file from one of these states to another; False where it is in none of them, or of another version."""
    where = [_H.id == held_id, _H.state.in_(sorted(before))]
    if version is not None:
        where.append(_H.version == version)
    moved = update(held_file).where(*where).values(state=after, version=_H.version + 1, **values)
    return connection.execute(moved).rowcount == 1


def listed(connection: Connection, states: Sequence[str], limit: int) -> Sequence[Row[Any]]:
    """Held files, the latest first."""
    query = select(held_file).order_by(_H.id.desc()).limit(limit)
    return connection.execute(query.where(_H.state.in_(states)) if states else query).all()
