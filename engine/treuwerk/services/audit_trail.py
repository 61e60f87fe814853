"""The audit as people read it: who did what to whom, when and why, narrowed, page by page, and as a file."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from sqlalchemy import Connection, Row, Select, func, select

from treuwerk.domain.ids import first_row_id
from treuwerk.domain.ledger import instant
from treuwerk.domain.rights import Access
from treuwerk.store.keyset import Key, sliced
from treuwerk.store.tables import app_user, audit_entry, participant

READ = "audit.read"


@attrs.frozen
class AuditFilters:
    """What the audit is narrowed to: `action` is one act or its thing (``note``), days are those of `zone`."""

    zone: ZoneInfo
    user_id: int = 0
    account_id: int = 0
    action: str = ""
    object: str = ""
    day_from: date | None = None
    day_until: date | None = None


@attrs.frozen
class AuditEntry:
    """One entry; `changes` are field, before, after. The instant is in microseconds UTC."""

    id: int
    at: int
    user_id: int
    actor: str
    action: str
    account_id: int
    participant: str
    object: str
    changes: tuple[tuple[str, str, str], ...]
    reason: str
    session: str
    request_id: str


def entries(access: Access, connection: Connection, filters: AuditFilters, *, rising: bool = False,
            after: Key | None = None, limit: int = 50) -> tuple[list[AuditEntry], Key | None]:
    """One page, the latest first unless `rising`, and the key behind which the next one begins."""
    access.require(READ)
    page = sliced(connection, _narrowed(filters), [audit_entry.c.id], limit=limit, descending=not rising, after=after)
    return [_entry(row) for row in page.rows], page.next


def all_entries(access: Access, connection: Connection, filters: AuditFilters) -> Iterator[AuditEntry]:
    """Everything that the audit is narrowed to, the latest first, for a file."""
    after: Key | None = None
    while True:
        page, after = entries(access, connection, filters, after=after, limit=1_000)
        yield from page
        if after is None:
            return


def actors(access: Access, connection: Connection) -> dict[int, str]:
    """All users who did something, by id, in the order of their names.

    Jumps from user to user in the index, so that it costs as much as there are users, not entries.
    """
    access.require(READ)
    first = select(func.min(audit_entry.c.user_id).label("user_id")).where(audit_entry.c.user_id > 0).cte(
        "seen", recursive=True)
    following = select(func.min(audit_entry.c.user_id)).where(audit_entry.c.user_id > first.c.user_id)
    seen = first.union_all(select(following.scalar_subquery()).where(first.c.user_id.is_not(None)))
    rows = connection.execute(select(app_user.c.user_id, app_user.c.name).join(
        seen, seen.c.user_id == app_user.c.user_id).order_by(app_user.c.name))
    return {row.user_id: row.name for row in rows}


def participant_name(access: Access, connection: Connection, account_id: int) -> str:
    """The name of a participant; empty where there is none."""
    access.require(READ)
    return connection.execute(select(participant.c.name).where(participant.c.account_id == account_id)).scalar() or ""


def _narrowed(filters: AuditFilters) -> Select[*tuple[Any, ...]]:
    query = select(audit_entry, participant.c.name.label("participant")).join(
        participant, participant.c.account_id == audit_entry.c.account_id, isouter=True)
    for column, wanted in ((audit_entry.c.user_id, filters.user_id), (audit_entry.c.account_id, filters.account_id),
                           (audit_entry.c.object, filters.object)):
        if wanted:
            query = query.where(column == wanted)
    if filters.action:
        exact = "." in filters.action
        query = query.where(audit_entry.c.action == filters.action if exact else
                            audit_entry.c.action.startswith(f"{filters.action}.", autoescape=True))
    if filters.day_from:
        query = query.where(audit_entry.c.id >= first_row_id(_begin(filters.day_from, filters.zone)))
    if filters.day_until:
        following = filters.day_until + timedelta(days=1)
        query = query.where(audit_entry.c.id < first_row_id(_begin(following, filters.zone)))
    return query


def _begin(day: date, zone: ZoneInfo) -> int:
    return instant(datetime.combine(day, time(), zone))


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(row.id, row.happened_at, row.user_id, row.actor, row.action, row.account_id,
                      row.participant or "", row.object, changes_of(row.before, row.after), row.reason, row.session,
                      row.request_id)


def changes_of(before: str, after: str) -> tuple[tuple[str, str, str], ...]:
    """Field, before and after, from how an entry keeps them."""
    were, are = _read(before), _read(after)
    return tuple((name, _text(were.get(name)), _text(are.get(name))) for name in dict.fromkeys([*were, *are]))


def _read(stored: str) -> Mapping[str, Any]:
    return dict(json.loads(stored)) if stored else {}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
