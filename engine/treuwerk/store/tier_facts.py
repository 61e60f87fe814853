"""What tiers count, added up by the database: one query for each kind of figure, for some hundred accounts at a time.

Rows come by account, day of the event, and the instant from which it was known. Their order means nothing.
"""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, func, select

from treuwerk.domain.ids import made_at
from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.store.tables import activity, article, clearing_run, journal, posting, purchase_line, taken_back

_FROM = (Book.ISSUANCE.value, Book.OPENING.value)
_TAKING = (TransactionKind.REVERSAL.value,)


class PointsRow(NamedTuple):
    """Points of a unit that came out of the programme's own books, or went back into them."""

    account_id: int
    unit: str
    day: str
    known_at: int
    points: int


class GoodsRow(NamedTuple):
    """Purchase lines of an article; below zero what was taken back. `millionths` is None where nobody named an amount.

    `documents` is 0: those are counted by `documents_of`.
    """

    account_id: int
    day: str
    known_at: int
    article: str
    kind: str
    attributes: str
    currency: str
    pieces: int
    millionths: int | None


def points_of(connection: Connection, accounts: Sequence[int], units: Sequence[str], since: str) -> Iterator[PointsRow]:
    """Points that were earned, by the day of what earned them; what is taken back counts on that same day."""
    origin = journal.alias("origin")
    day = func.coalesce(origin.c.occurred_on, journal.c.occurred_on)
    query = (select(posting.c.account_id, posting.c.unit, day, journal.c.booked_at, -func.sum(posting.c.amount))
             .join(journal, (journal.c.account_id == posting.c.account_id) & (journal.c.id == posting.c.transaction_id))
             .outerjoin(origin, (origin.c.account_id == journal.c.account_id) & (origin.c.id == journal.c.refers_to))
             .where(posting.c.account_id.in_(accounts), posting.c.book.in_(_FROM), posting.c.unit.in_(units),
                    day >= since)
             .group_by(posting.c.account_id, posting.c.unit, day, journal.c.booked_at))
    for account_id, unit, on, known_at, points in connection.execute(query):
        yield PointsRow(account_id, unit, on, known_at, int(points))


def goods_of(connection: Connection, accounts: Sequence[int], since: str) -> Iterator[GoodsRow]:
    """What was bought, and behind it what of that was taken back."""
    line = purchase_line
    unpriced = case((line.c.net_millionths.is_(None), 1), else_=0)
    query = (select(line.c.account_id, line.c.occurred_on, clearing_run.c.started_at, line.c.article_number,
                    article.c.kind, article.c.attributes, line.c.currency, func.sum(line.c.quantity),
                    func.sum(line.c.net_millionths))
             .join(clearing_run, clearing_run.c.id == line.c.run_id)
             .outerjoin(article, article.c.number == line.c.article_number)
             .where(line.c.account_id.in_(accounts), line.c.occurred_on >= since)
             .group_by(line.c.account_id, line.c.occurred_on, clearing_run.c.started_at, line.c.article_number,
                       article.c.kind, article.c.attributes, line.c.currency, unpriced))
    for *of, pieces, millionths in connection.execute(query):
        yield _goods(of, int(pieces), None if millionths is None else int(millionths))
    yield from _gone(connection, accounts, since)


def _goods(of: Sequence[Any], pieces: int, millionths: int | None) -> GoodsRow:
    account_id, day, known_at, number, kind, attributes, currency = of
    return GoodsRow(account_id, day, known_at, number, kind or "", attributes or "{}", currency, pieces, millionths)


def _gone(connection: Connection, accounts: Sequence[int], since: str) -> Iterator[GoodsRow]:
    """Pieces of lines that corrections or people took back, with their share of the amount."""
    line = purchase_line
    columns = (line.c.account_id, line.c.occurred_on, line.c.article_number, article.c.kind, article.c.attributes,
               line.c.currency, line.c.quantity, line.c.net_millionths)
    for _, known_at, pieces, row in _taken(connection, accounts, since, columns):
        account_id, day, number, kind, attributes, currency, quantity, millionths = row
        share = None if millionths is None else -(millionths * pieces // quantity)
        yield _goods((account_id, day, known_at, number, kind, attributes, currency), -pieces, share)


def _taken(connection: Connection, accounts: Sequence[int], since: str,
           columns: Sequence[Any]) -> Iterator[tuple[int, int, int, Sequence[Any]]]:
    """Line, instant, pieces and columns of each time that pieces went back.

    Where the line had earned points, its reversals say how many pieces are gone by then, also those by hand.
    """
    line = purchase_line
    known = (line.c.account_id.in_(accounts), line.c.occurred_on >= since)
    joined = line.outerjoin(article, article.c.number == line.c.article_number)
    silent = (select(line.c.id, clearing_run.c.started_at, taken_back.c.pieces, *columns).select_from(joined)
              .join(taken_back, (taken_back.c.account_id == line.c.account_id) & (taken_back.c.line_id == line.c.id))
              .join(clearing_run, clearing_run.c.id == taken_back.c.run_id)
              .where(*known, taken_back.c.reversal_id.is_(None)))
    for number, known_at, pieces, *row in connection.execute(silent):
        yield number, known_at, int(pieces), row
    booked = (select(line.c.id, journal.c.booked_at, journal.c.explanation, *columns).select_from(joined)
              .join(journal, (journal.c.account_id == line.c.account_id) & (journal.c.refers_to == line.c.id))
              .where(*known, journal.c.kind.in_(_TAKING)).order_by(journal.c.account_id, journal.c.id))
    gone: dict[int, int] = {}
    for number, known_at, explanation, *row in connection.execute(booked):
        by_then = max((award.get("returned", 0) for award in json.loads(explanation or "[]")), default=0)
        if (pieces := by_then - gone.get(number, 0)) > 0:
            gone[number] = by_then
            yield number, known_at, pieces, row


def documents_of(connection: Connection, accounts: Sequence[int], kinds: Sequence[str],
                 since: str) -> Iterator[tuple[int, str, int, int]]:
    """Account, day, instant and 1 for each document with goods of these kinds (none: all); -1 when all went back."""
    line, found = purchase_line, dict[tuple[int, str, str, str], list[int]]()
    of = (line.c.account_id, line.c.seller, line.c.document, line.c.occurred_on)
    joined = line.outerjoin(article, article.c.number == line.c.article_number)
    narrowed = [article.c.kind.in_(kinds)] if kinds else []
    query = (select(*of, func.min(clearing_run.c.started_at), func.sum(line.c.quantity)).select_from(joined)
             .join(clearing_run, clearing_run.c.id == line.c.run_id)
             .where(line.c.account_id.in_(accounts), line.c.occurred_on >= since, *narrowed).group_by(*of))
    for account_id, seller, document, day, known_at, pieces in connection.execute(query):
        found[account_id, seller, document, day] = [int(pieces)]
        yield account_id, day, known_at, 1
    for _, known_at, pieces, (*key, kind) in _taken(connection, accounts, since, (*of, article.c.kind)):
        left = found.get((key[0], key[1], key[2], key[3]))
        if left is None or (kinds and kind not in kinds) or left[0] <= 0:
            continue
        left[0] -= pieces
        if left[0] <= 0:
            yield key[0], key[3], known_at, -1


def activities_of(connection: Connection, accounts: Sequence[int], kinds: Sequence[str],
                  since: str) -> Iterator[tuple[int, str, str, int, int]]:
    """Account, kind and day of activities, the instant from which it was known, and 1; -1 where it was taken back."""
    query = (select(activity.c.account_id, activity.c.kind, activity.c.occurred_on, activity.c.id,
                    func.min(journal.c.booked_at))
             .outerjoin(journal, (journal.c.account_id == activity.c.account_id)
                        & (journal.c.refers_to == activity.c.id) & journal.c.kind.in_(_TAKING))
             .where(activity.c.account_id.in_(accounts), activity.c.kind.in_(kinds), activity.c.occurred_on >= since)
             .group_by(activity.c.account_id, activity.c.kind, activity.c.occurred_on, activity.c.id))
    for account_id, kind, day, number, gone_at in connection.execute(query):
        yield account_id, kind, day, made_at(number), 1
        if gone_at is not None:
            yield account_id, kind, day, gone_at, -1


def attribute_of(row: GoodsRow, name: str) -> Decimal:
    """An attribute of the article of a row, 0 where it has none."""
    return Decimal(json.loads(row.attributes).get(name, "0"))
