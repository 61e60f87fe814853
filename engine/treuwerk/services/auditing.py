"""The audit: who did what, when, why, and who saw data of a person. Entries are added and never changed.

An entry is written in the transaction of its act, so that neither is there without the other. `before` and `after` hold
what changed and no secrets: no passwords, no tokens, no codes.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, exists, insert, literal, select

from treuwerk.domain import ids
from treuwerk.domain.rights import Access
from treuwerk.store import audit as store
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry

READING_SECONDS = 15 * 60
Plain = str | int | bool | None | date | datetime
Changes = Mapping[str, Plain | list[str]]
_json_of = json.JSONEncoder(ensure_ascii=False, default=str, separators=(",", ":"), sort_keys=True).encode
_SECRET = ("password", "token", "secret", "code", "hash")


def note_act(connection: Connection, access: Access, action: str, account_id: int, object_id: str, *, now: int,
             before: Changes | None = None, after: Changes | None = None, reason: str = "") -> None:
    """Note an act, in its own transaction.

    `action` says what was done, as thing and verb: ``note.write``. `account_id` is the participant whom it is about (0
    for none), `object_id` the public id or code of what was changed; `before` and `after` are the fields that changed.

    Raises:
        ValueError: a field that holds a secret by its name.
    """
    store.add(connection, entry_of(access, action, account_id, object_id, now=now, before=before, after=after,
                                   reason=reason))


def entry_of(access: Access, action: str, account_id: int, object_id: str, *, now: int, before: Changes | None = None,
             after: Changes | None = None, reason: str = "") -> dict[str, Any]:
    """The row that `note_act` writes; terms and errors are the same."""
    return {
        "id": next(ids.row_ids(now)), "happened_at": now, "user_id": access.user_id, "actor": access.actor,
        "action": action, "account_id": account_id, "object": object_id, "before": _json(before),
        "after": _json(after), "reason": reason, "session": access.session, "request_id": access.request_id}


def note_reading(database: Database, access: Access, action: str, account_id: int, now: int,
                 object_id: str = "") -> bool:
    """Note that data of a person was seen; False where the same was noted in this quarter of an hour.

    So paging through a long list is one entry. Two requests at the same instant may leave two entries, never none.
    """
    since = now - READING_SECONDS * 1_000_000
    known = exists().where(
        audit_entry.c.user_id == access.user_id, audit_entry.c.id > ids.first_row_id(since),
        audit_entry.c.account_id == account_id, audit_entry.c.action == action, audit_entry.c.object == object_id,
        audit_entry.c.session == access.session)
    with database.reading() as connection:
        if connection.execute(select(known)).scalar_one():
            return False
    values = {"id": next(ids.row_ids(now)), "happened_at": now, "user_id": access.user_id, "actor": access.actor,
              "action": action, "account_id": account_id, "object": object_id, "before": "", "after": "", "reason": "",
              "session": access.session, "request_id": access.request_id}
    fresh = select(*map(literal, values.values())).where(~known)
    once = insert(audit_entry).from_select(list(values), fresh).execution_options(preserve_rowcount=True)
    return database.run(lambda connection: connection.execute(once).rowcount) == 1


def _json(changes: Changes | None) -> str:
    if not changes:
        return ""
    for name in changes:
        if any(word in name.lower() for word in _SECRET):
            raise ValueError(f"found the field {name!r} for the audit, expected none that holds a secret")
    return _json_of(changes)
