"""The audit as people read it: who did what to whom, when and why, narrowed, page by page, and as a file."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from sqlalchemy import Connection, Row, Select, func, select
from sqlalchemy import text as sql

from treuwerk.domain.folding import behind, folded
from treuwerk.domain.ids import USER, first_row_id
from treuwerk.domain.ledger import end_of_day, start_of_day
from treuwerk.domain.rights import Access
from treuwerk.services.finding import name_of
from treuwerk.store.database import Database
from treuwerk.store.distinct import values_of
from treuwerk.store.keyset import Key, sliced
from treuwerk.store.tables import audit_entry, participant

READ = "audit.read"
_AT_ONCE, _MANY = 1_000, 5_000
_HAS_OBJECT = sql("audit_entry.object <> ''")


@attrs.frozen
class AuditFilters:
    """What the audit is narrowed to: `action` is one act or its thing (``note``), days are those of `zone`.

    Who acted is told by `user_id`, whatever the name was then, or by `actor`: operators at the command line, single
    sign-on and others have no user.
    """

    zone: ZoneInfo
    user_id: int = 0
    actor: str = ""
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


@attrs.frozen
class AuditPage:
    """One page, with the keys of its first and last entry where there are others before and behind."""

    rows: tuple[AuditEntry, ...]
    next: Key | None
    previous: Key | None


def entries(access: Access, connection: Connection, filters: AuditFilters, *, after: Key | None = None,
            before: Key | None = None, falling: bool = True, limit: int = 50) -> AuditPage:
    """One page, the latest first where it is `falling`."""
    access.require(READ)
    query = _narrowed(select(audit_entry, participant.c.name.label("participant")).join(
        participant, participant.c.account_id == audit_entry.c.account_id, isouter=True), filters,
        walk=_is_common(connection, filters))
    found = sliced(connection, query, [audit_entry.c.id], limit=limit, descending=falling,
                   after=after, before=before)
    return AuditPage(tuple(_entry(row) for row in found.rows), found.next, found.previous)


def all_entries(access: Access, database: Database, filters: AuditFilters, *,
                falling: bool = True) -> Iterator[AuditEntry]:
    """Everything that the audit is narrowed to, for a file: in short looks, since entries never change."""
    after: Key | None = None
    while True:
        with database.reading() as connection:
            page = entries(access, connection, filters, after=after, falling=falling, limit=_AT_ONCE)
        yield from page.rows
        after = page.next
        if after is None:
            return


def counted(access: Access, connection: Connection, many: Sequence[AuditFilters], at_most: int) -> list[int]:
    """How many entries there are under each of these filters, each up to `at_most`, beyond which nobody counts."""
    access.require(READ)
    sums = [select(func.count()).select_from(_narrowed(select(audit_entry.c.id), one).limit(at_most).subquery())
            .scalar_subquery() for one in many]
    return list(connection.execute(select(*sums)).one()) if sums else []


def actors(access: Access, connection: Connection) -> list[str]:
    """Who did something so far, by name: people of the service centre, operators, ways in.

    Users of the portal have no name here and are many; they are reached from their entries.
    """
    access.require(READ)
    users = f"{USER}_"
    found = values_of(connection, audit_entry.c.actor, below=users) + values_of(
        connection, audit_entry.c.actor, behind=behind(users))
    return sorted(found, key=folded)


def participant_name(access: Access, connection: Connection, account_id: int) -> str:
    """The name of a participant; empty where there is none."""
    access.require(READ)
    return name_of(connection, account_id)


def name_of_user(access: Access, connection: Connection, user_id: int) -> str:
    """The name that a user acted under last; empty for who never did anything."""
    access.require(READ)
    return connection.execute(select(audit_entry.c.actor).where(audit_entry.c.user_id == user_id).order_by(
        audit_entry.c.id.desc()).limit(1)).scalar() or ""


def _is_common(connection: Connection, filters: AuditFilters) -> bool:
    """Whether a thing has many entries: then a walk through all finds a page at once, and sorting them takes long."""
    if not filters.action or "." in filters.action:
        return False
    alone = AuditFilters(filters.zone, action=filters.action)
    some = _narrowed(select(audit_entry.c.id), alone).limit(_MANY).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one() == _MANY


def _narrowed(query: Select[*tuple[Any, ...]], filters: AuditFilters, *,
              walk: bool = False) -> Select[*tuple[Any, ...]]:
    """`walk` keeps the database from going through the acts of a thing by their index."""
    for column, wanted in ((audit_entry.c.user_id, filters.user_id), (audit_entry.c.account_id, filters.account_id),
                           (audit_entry.c.actor, filters.actor)):
        if wanted:
            query = query.where(column == wanted)
    if filters.object:  # in the words of its index, which holds no empty ones
        query = query.where(audit_entry.c.object == filters.object, _HAS_OBJECT)
    if filters.action:
        thing = f"{filters.action}."
        act: Any = audit_entry.c.action.concat("") if walk else audit_entry.c.action
        query = query.where(audit_entry.c.action == filters.action if "." in filters.action else
                            (act >= thing) & (act < behind(thing)))
    if filters.day_from:
        query = query.where(audit_entry.c.id >= first_row_id(start_of_day(filters.day_from, filters.zone)))
    if filters.day_until:
        query = query.where(audit_entry.c.id < first_row_id(end_of_day(filters.day_until, filters.zone)))
    return query


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
