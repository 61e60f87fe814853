"""The last bookings of a participant in few words, by one query: what for, when, and how many points. Read-only."""

from collections.abc import Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, Row, bindparam, func, select

from treuwerk.domain import ids
from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.domain.totals import total_key, total_of
from treuwerk.services.account.explaining import article_names, booking_facts
from treuwerk.services.account.ordered_points import OrderedPoints, orders_of
from treuwerk.store.prepared import Prepared
from treuwerk.store.tables import activity, journal, posting, purchase_line

_AMOUNT = select(func.coalesce(func.sum(posting.c.amount), 0)).where(
    posting.c.account_id == journal.c.account_id, posting.c.transaction_id == journal.c.id,
    posting.c.unit == bindparam("unit"), posting.c.book.in_((Book.PARTICIPANT.value, Book.DEFICIT.value)),
).scalar_subquery()
_LATEST = Prepared(booking_facts().with_only_columns(
    journal.c.account_id, journal.c.id, journal.c.kind, journal.c.booked_at, journal.c.refers_to,
    journal.c.business_key,
    purchase_line.c.document, purchase_line.c.line, purchase_line.c.article_number,
    activity.c.kind.label("activity_kind"), activity.c.code.label("activity_code"), _AMOUNT.label("amount"),
    maintain_column_froms=True,
).where(journal.c.account_id == bindparam("account")).order_by(journal.c.id.desc()).limit(bindparam("rows")))


@attrs.frozen
class Latest:
    """One booking: its public id, kind, instant in microseconds UTC, and what it changed the balance of a unit by.

    `article` is the name of what was bought, or its number; `activity` the kind of an activity with its `code`; both
    are empty where the booking rests on neither.
    """

    id: str
    kind: str
    booked_at: int
    amount: int
    article: str = ""
    document: str = ""
    line: str = ""
    activity: str = ""
    code: str = ""
    ordered: OrderedPoints | None = None
    rule: str = ""
    """The rule over totals that gave the points, and its `revision`; empty for all else."""
    revision: int = 0


def latest(connection: Connection, account_id: int, unit: str, rows: int) -> Sequence[Latest]:
    """The newest bookings of an account, newest first."""
    found = _LATEST.rows(connection, account=account_id, unit=unit, rows=rows)
    names = article_names(connection, {row.article_number or "" for row in found})
    ordered = orders_of(connection, account_id, found)
    return [Latest(ids.public_id(ids.TRANSACTION, row.account_id, row.id), row.kind, row.booked_at, int(row.amount),
                   names.get(row.article_number, row.article_number) or "", row.document or "", row.line or "",
                   row.activity_kind or "", row.activity_code or "", ordered.get(row.id), *_rule(row)) for row in found]


def _rule(row: Row[Any]) -> tuple[str, int]:
    return total_key(total_of(row.business_key))[:2] if row.kind == TransactionKind.TOTAL else ("", 0)
