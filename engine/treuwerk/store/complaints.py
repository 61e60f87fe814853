"""Complaints about orders, and their photos."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from treuwerk.domain.ids import public_id
from treuwerk.domain.notes import NOTE, NoteKind
from treuwerk.store.tables import complaint, complaint_photo, complaint_word, note, note_version, work_item

_C, _P, _W = complaint.c, complaint_photo.c, complaint_word.c
_KIND = NoteKind.COMPLAINT.value
_AT_ONCE = 500


def add(connection: Connection, values: Mapping[str, Any], photos: Sequence[Mapping[str, Any]]) -> None:
    """Keep a complaint with its photos."""
    connection.execute(insert(complaint).values(**values))
    if photos:
        connection.execute(insert(complaint_photo), list(photos))


def of_order(connection: Connection, account_id: int, order_id: int) -> Sequence[Row[Any]]:
    """The complaints about an order, the oldest first, each with how far its note is."""
    return connection.execute(_told().where(_C.account_id == account_id, _C.order_id == order_id)
                              .order_by(_C.id)).all()


def one(connection: Connection, account_id: int, number: int) -> Row[Any] | None:
    """One complaint."""
    return connection.execute(_told().where(_C.account_id == account_id, _C.id == number)).one_or_none()


def photos(connection: Connection, account_id: int, numbers: Sequence[int]) -> Sequence[Row[Any]]:
    """The photos of some complaints of an account."""
    return connection.execute(select(complaint_photo).where(
        _P.account_id == account_id, _P.complaint_id.in_(list(numbers))).order_by(_P.complaint_id, _P.number)).all()


def words(connection: Connection, account_id: int, numbers: Sequence[int]) -> Sequence[Row[Any]]:
    """What was said to some complaints of an account, in turn."""
    return connection.execute(select(complaint_word).where(
        _W.account_id == account_id, _W.complaint_id.in_(list(numbers)))
        .order_by(_W.complaint_id, _W.number)).all()


def say(connection: Connection, values: Mapping[str, Any]) -> None:
    """Keep what was said to a complaint; its number is taken once."""
    connection.execute(insert(complaint_word).values(**values))


def said_since(connection: Connection, account_id: int, instant: int) -> int:
    """How often the people of an account said something to its complaints from an instant on."""
    found: int = connection.execute(select(func.count()).select_from(complaint_word).where(
        _W.account_id == account_id, _W.actor == "", _W.said_at >= instant)).scalar_one()
    return found


def since(connection: Connection, account_id: int, instant: int) -> int:
    """How many complaints an account made from an instant on."""
    found: int = connection.execute(select(func.count()).select_from(complaint).where(
        _C.account_id == account_id, _C.made_at >= instant)).scalar_one()
    return found


def blank(connection: Connection, accounts: Sequence[int]) -> None:
    """What was written is forgotten, also where clerks worked on it, and so is who wrote it; that it was one stays."""
    mine = connection.execute(select(_C.account_id, _C.note_id).where(_C.account_id.in_(list(accounts)))).all()
    for table in (note, note_version):
        connection.execute(update(table).where(table.c.account_id.in_(list(accounts)), table.c.kind == _KIND).values(
            text=""))
    for start in range(0, len(mine), _AT_ONCE):
        names = [public_id(NOTE, row.account_id, row.note_id) for row in mine[start:start + _AT_ONCE]]
        connection.execute(update(work_item).where(work_item.c.object.in_(names)).values(gist=""))
    connection.execute(update(complaint).where(_C.account_id.in_(list(accounts))).values(text="", user_id=0))
    connection.execute(update(complaint_word).where(_W.account_id.in_(list(accounts))).values(text="", user_id=0))
    connection.execute(complaint_photo.delete().where(_P.account_id.in_(list(accounts))))


def _told() -> Select[Any]:
    return select(complaint, func.coalesce(note.c.status, "open").label("status")).select_from(complaint.join(
        note, (note.c.account_id == _C.account_id) & (note.c.id == _C.note_id), isouter=True))
