"""What is known of uploaded files: by their content, and who brought each first."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from treuwerk.store.succession import belongs
from treuwerk.store.tables import stored_file, submission_page, uploaded_file

_REFUSED = ("infected", "unreadable")


def known(connection: Connection, sha256: str, *, locked: bool = False) -> Row[Any] | None:
    """A stored file by its content; `locked`: nobody takes it out before this transaction ends."""
    query = select(stored_file).where(stored_file.c.sha256 == sha256)
    return connection.execute(query.with_for_update() if locked else query).one_or_none()


def note(connection: Connection, values: dict[str, Any]) -> None:
    """Note a stored file; one of the same content stays as it is, unless it was refused and has now been taken."""
    made = _insert(connection, stored_file).values(**values)
    connection.execute(made.on_conflict_do_update(
        index_elements=["sha256"],
        set_={name: made.excluded[name] for name in ("state", "found", "pages", "stored_at")},
        where=stored_file.c.state.in_(_REFUSED)))


def note_first(connection: Connection, sha256: str, account_id: int, submission_id: int) -> None:
    """Note which submission brought a file, unless another one was first."""
    connection.execute(_insert(connection, uploaded_file).values(
        sha256=sha256, account_id=account_id, submission_id=submission_id).on_conflict_do_nothing())


def decide(connection: Connection, sha256: str, before: str, values: dict[str, Any]) -> bool:
    """Note what became of a file that had this state; False where it has it no more."""
    return connection.execute(update(stored_file).where(
        stored_file.c.sha256 == sha256, stored_file.c.state == before).values(**values)).rowcount == 1


def forget(connection: Connection, sha256: str) -> None:
    """Take a file out that nobody shall find again."""
    connection.execute(delete(uploaded_file).where(uploaded_file.c.sha256 == sha256))


def waiting(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    """Files that wait for the scanner, the oldest first; `name` is what the one who brought it last called it."""
    name = select(submission_page.c.name).where(submission_page.c.sha256 == stored_file.c.sha256).order_by(
        submission_page.c.added_at.desc()).limit(1).scalar_subquery()
    return connection.execute(select(stored_file, func.coalesce(name, "").label("name")).where(
        stored_file.c.state == "waiting").order_by(stored_file.c.stored_at).limit(limit)).all()


def count_waiting(connection: Connection) -> int:
    """How many files wait for the scanner."""
    return connection.execute(select(func.count()).select_from(stored_file).where(
        stored_file.c.state == "waiting")).scalar_one()


def added_since(connection: Connection, account_id: int, since: int) -> int:
    """How many files a company brought from an instant on."""
    return connection.execute(select(func.count()).select_from(submission_page).where(
        belongs(submission_page.c.account_id, account_id), submission_page.c.added_at >= since)).scalar_one()


def _insert(connection: Connection, table: Any) -> Any:
    return (postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert)(table)
