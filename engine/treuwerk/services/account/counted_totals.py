"""What a booking of a total rests on: the purchases and activities that count for it by now."""

from datetime import date
from decimal import Decimal

import attrs
from sqlalchemy import Connection, select

from treuwerk.domain.totals import PARTS_OF_ONE, total_key
from treuwerk.store.tables import activity, purchase_line, total, total_booking, total_line

_MOST = 100


@attrs.frozen
class CountedLine:
    """One of them, net of what went back: its document and line, or the code of the activity."""

    occurred_on: date
    document: str
    line: str
    article_number: str
    activity: str
    amount: Decimal


@attrs.frozen
class CountedTotal:
    """A total: its period, the part where a period has several, what counts by now, and the first lines of it.

    `more` are lines that are not listed.
    """

    period: str
    part: str
    counted: Decimal
    lines: tuple[CountedLine, ...]
    more: int


def counted_total(connection: Connection, account_id: int, transaction_id: int) -> CountedTotal | None:
    """The total that a booking belongs to; None where it belongs to none."""
    booked = total_booking.c
    row = connection.execute(
        select(total.c.total, total.c.counted)
        .join(total_booking, (booked.account_id == total.c.account_id) & (booked.total == total.c.total))
        .where(booked.account_id == account_id, booked.transaction_id == transaction_id)).one_or_none()
    if row is None:
        return None
    key, lines = total_key(row.total), _lines(connection, account_id, row.total)
    return CountedTotal(key.period, key.part, Decimal(row.counted) / PARTS_OF_ONE, tuple(lines[:_MOST]),
                        max(0, len(lines) - _MOST))


def _lines(connection: Connection, account_id: int, of: str) -> list[CountedLine]:
    line, bought, attended = total_line.c, purchase_line.c, activity.c
    rows = connection.execute(
        select(line.day, line.kept, bought.document, bought.line, bought.article_number, attended.code)
        .select_from(total_line
                     .outerjoin(purchase_line, (bought.account_id == line.account_id) & (bought.id == line.line_id))
                     .outerjoin(activity, (attended.account_id == line.account_id) & (attended.id == line.line_id)))
        .where(line.account_id == account_id, line.total == of, line.kept > 0)
        .order_by(line.day, bought.document, bought.line, line.line_id))
    return [CountedLine(date.fromisoformat(row.day), row.document or "", row.line or "", row.article_number or "",
                        row.code or "", Decimal(row.kept) / PARTS_OF_ONE) for row in rows]
