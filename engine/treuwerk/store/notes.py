"""Notes and all their states."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, func, insert, select, update
from sqlalchemy import text as sql

from treuwerk.domain.notes import NoteKind, NoteStatus
from treuwerk.store.tables import app_user, journal, manual_booking, note, note_version, purchase_line, user_role

_OBJECTS: dict[str, Any] = {"txn": journal, "pur": purchase_line, "adj": manual_booking}
"""What a note may be about, by the prefix of its public id."""
_STATE = ("kind", "text", "status", "due_on", "assignee_id", "object", "pinned")
_IS_PINNED = sql("note.pinned")  # as the partial index has it
_author, _assignee = app_user.alias("author"), app_user.alias("assignee")


def _notes() -> Select[*tuple[Any, ...]]:
    return select(note, _author.c.name.label("author"), _assignee.c.name.label("assignee")).select_from(
        note.join(_author, _author.c.user_id == note.c.author_id, isouter=True)
        .join(_assignee, _assignee.c.user_id == note.c.assignee_id, isouter=True))


def add(connection: Connection, values: dict[str, Any], changed_by: int) -> None:
    """Keep a new note with its first state."""
    connection.execute(insert(note).values(**values))
    _keep_state(connection, values, changed_by)


def change(connection: Connection, account_id: int, note_id: int, before: int, values: dict[str, Any],
           changed_by: int) -> bool:
    """Give a note another state; False where its version is not `before` any more."""
    mine = (note.c.account_id == account_id, note.c.id == note_id, note.c.version == before)
    if connection.execute(update(note).where(*mine).values(**values)).rowcount != 1:
        return False
    _keep_state(connection, {"account_id": account_id, "id": note_id, **values}, changed_by)
    return True


def _keep_state(connection: Connection, values: dict[str, Any], changed_by: int) -> None:
    connection.execute(insert(note_version).values(
        account_id=values["account_id"], id=values["id"], version=values["version"], changed_by=changed_by,
        changed_at=values["changed_at"], **{name: values[name] for name in _STATE}))


def one(connection: Connection, account_id: int, note_id: int) -> Row[Any] | None:
    """One note."""
    return connection.execute(_notes().where(note.c.account_id == account_id, note.c.id == note_id)).one_or_none()


def some(connection: Connection, account_id: int, note_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Notes of an account by their ids."""
    return connection.execute(_notes().where(note.c.account_id == account_id, note.c.id.in_(note_ids))).all()


def pinned(connection: Connection, account_id: int, limit: int) -> Sequence[Row[Any]]:
    """The notes that shall be seen first, newest first."""
    return connection.execute(_notes().where(note.c.account_id == account_id, _IS_PINNED)
                              .order_by(note.c.id.desc()).limit(limit)).all()


def about(connection: Connection, account_id: int, objects: Sequence[str], limit: int) -> Sequence[Row[Any]]:
    """The notes about a thing, by all ids that it is known by, newest first."""
    return connection.execute(_notes().where(note.c.account_id == account_id, note.c.object.in_(objects))
                              .order_by(note.c.id.desc()).limit(limit)).all()


def states_of(connection: Connection, account_id: int, note_id: int) -> Sequence[Row[Any]]:
    """Every state of a note, newest first."""
    return connection.execute(
        select(note_version, _author.c.name.label("changed_by_name"), _assignee.c.name.label("assignee")).select_from(
            note_version.join(_author, _author.c.user_id == note_version.c.changed_by, isouter=True)
            .join(_assignee, _assignee.c.user_id == note_version.c.assignee_id, isouter=True))
        .where(note_version.c.account_id == account_id, note_version.c.id == note_id)
        .order_by(note_version.c.version.desc())).all()


class EnquiryRow(NamedTuple):
    """An enquiry as it was asked, and its state of now."""

    id: int
    object: str
    text: str
    status: str
    created_at: int
    changed_at: int


_FIRST = note_version.alias("first")
_ENQUIRY = NoteKind.ENQUIRY.value


def enquiries(connection: Connection, account_id: int, limit: int, *, before: int | None = None,
              about: str = "") -> list[EnquiryRow]:
    """Enquiries of an account in the words of their first version, newest first."""
    is_first = (_FIRST.c.account_id == note.c.account_id) & (_FIRST.c.id == note.c.id) & (_FIRST.c.version == 1)
    query = select(note.c.id, note.c.object, _FIRST.c.text, note.c.status, note.c.created_at, note.c.changed_at).join(
        _FIRST, is_first).where(
        note.c.account_id == account_id, note.c.kind == _ENQUIRY)
    if before is not None:
        query = query.where(note.c.id < before)
    if about:
        query = query.where(note.c.object == about)
    return [EnquiryRow._make(row) for row in connection.execute(query.order_by(note.c.id.desc()).limit(limit))]


def open_enquiries(connection: Connection, account_id: int) -> list[str]:
    """What the enquiries of an account that wait for an answer are about."""
    return list(connection.execute(select(note.c.object).where(
        note.c.account_id == account_id, note.c.kind == _ENQUIRY, note.c.status != NoteStatus.DONE.value)).scalars())


def enquiries_since(connection: Connection, account_id: int, first_id: int) -> int:
    """How many enquiries an account made from an id on."""
    return connection.execute(select(func.count()).where(
        note.c.account_id == account_id, note.c.kind == _ENQUIRY, note.c.id >= first_id)).scalar_one()


def has_object(connection: Connection, account_id: int, prefix: str, row_id: int) -> bool:
    """Whether a booking, a purchase or a booking by hand is one of this account."""
    table = _OBJECTS.get(prefix)
    return table is not None and connection.execute(select(table.c.id).where(
        table.c.account_id == account_id, table.c.id == row_id)).one_or_none() is not None


def is_clerk(connection: Connection, user_id: int) -> bool:
    """Whether a user works in the service centre now."""
    return connection.execute(select(app_user.c.user_id).join(user_role, user_role.c.user_id == app_user.c.user_id)
                              .where(app_user.c.user_id == user_id, app_user.c.state == "active").limit(1)
                              ).one_or_none() is not None


def clerks(connection: Connection) -> dict[int, str]:
    """Names of all who work in the service centre now, by id."""
    rows = connection.execute(select(app_user.c.user_id, app_user.c.name).where(
        app_user.c.state == "active",
        app_user.c.user_id.in_(select(user_role.c.user_id))).order_by(app_user.c.name, app_user.c.user_id))
    return {row.user_id: row.name for row in rows}
