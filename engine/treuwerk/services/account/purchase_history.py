"""What a participant bought, and what each article brought. Read-only."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs
from sqlalchemy import Connection, Row, and_, bindparam, func, or_, select, union_all

from treuwerk.domain import ids
from treuwerk.domain.ledger import Book
from treuwerk.services.account.explaining import article_names, articles_of, features_of, legs_of, serials_of
from treuwerk.services.clearing.wholes import Whole, wholes
from treuwerk.store.prepared import Prepared
from treuwerk.store.tables import assembly_booking, journal, posting, purchase_line

_LINES_LOOKED_AT = 200
_LAST_LINES = select(purchase_line.c.article_number).where(purchase_line.c.account_id == bindparam("account")).order_by(
    purchase_line.c.id.desc()).limit(_LINES_LOOKED_AT).subquery()
_LATELY = Prepared(select(_LAST_LINES.c.article_number).distinct())


@attrs.frozen
class Purchase:
    """One purchase line with the points that it earned by unit; `booking` is None where it earned nothing."""

    id: int
    public_id: str
    booking: str | None
    occurred_on: date
    document: str
    line: str
    seller: str
    article_number: str
    article_name: str
    quantity: int
    features: Mapping[str, str]
    serials: tuple[str, ...]
    amounts: Mapping[str, int]
    whole: Whole | None = None
    """What the line is by the parts of its order, where only they tell it; its points are among the amounts."""


@attrs.frozen
class PurchaseFilters:
    """What a purchase history is narrowed to: calendar year of the delivery, article number, words."""

    year: int | None = None
    article: str = ""
    text: str = ""

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return self != PurchaseFilters()


@attrs.frozen
class Bought:
    """An article that was bought lately, with its name and its kind where the master data has it."""

    number: str
    name: str = ""
    kind: str = ""


@attrs.frozen
class ArticleTotal:
    """Pieces of one article and the points of one unit that they earned."""

    article_number: str
    article_name: str
    quantity: int
    points: int


def purchases(connection: Connection, account_id: int, *, before: int | None = None, limit: int = 25,
              filters: PurchaseFilters | None = None) -> tuple[list[Purchase], int | None]:
    """Purchase lines, newest first, and the id behind which the older ones begin."""
    wanted = _purchases_like(select(purchase_line, journal.c.id.label("booking")).select_from(
        purchase_line.join(journal, _booked(), isouter=True)), account_id, filters or PurchaseFilters())
    if before is not None:
        wanted = wanted.where(purchase_line.c.id < before)
    rows = connection.execute(wanted.order_by(purchase_line.c.id.desc()).limit(limit + 1)).all()
    shown = rows[:limit]
    legs = legs_of(connection, account_id, [row.id for row in shown])
    names = article_names(connection, {row.article_number for row in shown})
    of_orders = wholes(connection, account_id, [row.id for row in shown if row.order_number])
    return ([_purchase(row, _earned(legs.get(row.id, [])), names, of_orders.get(row.id)) for row in shown],
            shown[-1].id if len(rows) > limit else None)


def _earned(legs: list[Any]) -> dict[str, int]:
    """Points by unit, also those that wait for an act."""
    amounts: dict[str, int] = {}
    for leg in legs:
        amounts[leg.unit] = amounts.get(leg.unit, 0) + leg.amount
    return amounts


def _booked() -> Any:
    return (journal.c.account_id == purchase_line.c.account_id) & (journal.c.id == purchase_line.c.id)


def _purchases_like(query: Any, account_id: int, filters: PurchaseFilters) -> Any:
    query = query.where(purchase_line.c.account_id == account_id)
    if filters.year is not None:
        query = query.where(purchase_line.c.occurred_on.between(f"{filters.year:04}-01-01", f"{filters.year:04}-12-31"))
    if filters.article:
        query = query.where(purchase_line.c.article_number == filters.article)
    if filters.text:
        places = (purchase_line.c.document, purchase_line.c.article_number, purchase_line.c.serials,
                  purchase_line.c.order_number)
        query = query.where(or_(*(place.icontains(filters.text, autoescape=True) for place in places)))
    return query


def _purchase(row: Row[Any], amounts: Mapping[str, int], names: Mapping[str, str], whole: Whole | None) -> Purchase:
    booking = ids.public_id(ids.TRANSACTION, row.account_id, row.id) if row.booking is not None else None
    own = ids.public_id(ids.PURCHASE, row.account_id, row.id)
    return Purchase(row.id, own, booking, date.fromisoformat(row.occurred_on), row.document, row.line, row.seller,
                    row.article_number, names.get(row.article_number, ""), row.quantity, features_of(row.features),
                    serials_of(row.serials), _together(amounts, whole.amounts) if whole else amounts, whole)


def _together(amounts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return {unit: amounts.get(unit, 0) + more.get(unit, 0) for unit in (*amounts, *(set(more) - set(amounts)))}


def article_totals(connection: Connection, account_id: int, unit: str,
                   filters: PurchaseFilters | None = None) -> list[ArticleTotal]:
    """Pieces and points by article under the same filters, most points first."""
    points = _points_by_line(account_id, unit)
    query = select(purchase_line.c.article_number, func.sum(purchase_line.c.quantity).label("quantity"),
                   func.coalesce(func.sum(points.c.amount), 0).label("points")).select_from(
        purchase_line.join(points, points.c.transaction_id == purchase_line.c.id, isouter=True))
    rows = connection.execute(_purchases_like(query, account_id, filters or PurchaseFilters()).group_by(
        purchase_line.c.article_number)).all()
    names = article_names(connection, {row.article_number for row in rows})
    totals = [ArticleTotal(row.article_number, names.get(row.article_number, ""), int(row.quantity), int(row.points))
              for row in rows]
    return sorted(totals, key=lambda total: (-total.points, -total.quantity, total.article_number))


def _points_by_line(account_id: int, unit: str) -> Any:
    """What bookings gave by the purchase line that they are about: its own, and what completed it."""
    own = (posting.c.account_id == account_id, posting.c.unit == unit,
           posting.c.book.in_((Book.PARTICIPANT.value, Book.PENDING.value)))
    booked = assembly_booking.c
    completing = select(booked.line_id, posting.c.amount).join(posting, and_(
        posting.c.account_id == booked.account_id, posting.c.transaction_id == booked.transaction_id)).where(
        booked.account_id == account_id, *own)
    every = union_all(select(posting.c.transaction_id, posting.c.amount).where(*own), completing).subquery()
    return select(every.c.transaction_id, func.sum(every.c.amount).label("amount")).group_by(
        every.c.transaction_id).subquery()


def bought_lately(connection: Connection, account_id: int) -> list[Bought]:
    """The articles of the last purchase lines; it costs the same however long the history is."""
    numbers = [row.article_number for row in _LATELY.rows(connection, account=account_id)]
    known = articles_of(connection, numbers)
    return [Bought(number, *known.get(number, ("", ""))) for number in numbers]


def purchase_years(connection: Connection, account_id: int) -> list[int]:
    """Calendar years with purchases, newest first."""
    year = func.substr(purchase_line.c.occurred_on, 1, 4)
    found = connection.execute(select(year).where(purchase_line.c.account_id == account_id).distinct()).scalars()
    return sorted((int(one) for one in found), reverse=True)
