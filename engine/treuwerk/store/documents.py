"""Delivery notes and orders by their number, over all participants, by indexes that are there for other reasons."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Select, func, select, union_all

from treuwerk.domain.documents import DocumentKind
from treuwerk.domain.folding import behind
from treuwerk.domain.participants import identifier
from treuwerk.store.tables import purchase_identity, purchase_line

_LINES = 400


class FoundLines(NamedTuple):
    """A document of an account, with its lines that were found."""

    account_id: int
    number: str
    day: str
    lines: int


def deliveries(connection: Connection, sellers: Sequence[str], typed: str, limit: int) -> list[FoundLines]:
    """Documents of these sellers whose number begins as typed; compared as identifiers are.

    The claims stand in the order of seller, kind and number, so each pair is a short range of their key.
    """
    if not any(letter.isdigit() for letter in typed):
        return []
    number = part(identifier(typed))
    ranges = [f"purchase|{part(seller)}|{kind.value}|{number}" for seller in sellers for kind in DocumentKind]
    if not ranges:
        return []
    claims = connection.execute(union_all(*(_claims(start) for start in ranges))).all()
    if not claims:
        return []
    # Two lists and not one of pairs, for which SQLite would walk all lines; ids of lines hardly ever meet.
    mine = (purchase_line.c.account_id.in_(sorted({row.account_id for row in claims}))
            & purchase_line.c.id.in_(sorted({row.line_id for row in claims})))
    rows = connection.execute(
        select(purchase_line.c.account_id, purchase_line.c.document, func.max(purchase_line.c.occurred_on).label("day"),
               func.count().label("lines")).where(mine)
        .group_by(purchase_line.c.account_id, purchase_line.c.document)
        .order_by(purchase_line.c.document, purchase_line.c.account_id).limit(limit))
    return [FoundLines(row.account_id, row.document, row.day, row.lines) for row in rows]


def _claims(start: str) -> Select[int, int]:
    """Claims whose key begins so: a statement for each range, since SQLite would walk all keys for several."""
    key = purchase_identity.c.key
    first = select(purchase_identity.c.account_id, purchase_identity.c.line_id).where(
        key >= start, key < behind(start)).order_by(key).limit(_LINES).subquery()
    return select(first.c.account_id, first.c.line_id)


def orders(connection: Connection, typed: str, limit: int) -> list[FoundLines]:
    """Orders of exactly this number, as typed or in capital letters."""
    if not any(letter.isdigit() for letter in typed):
        return []
    rows = connection.execute(
        select(purchase_line.c.account_id, purchase_line.c.order_number,
               func.max(purchase_line.c.occurred_on).label("day"), func.count().label("lines"))
        .where(purchase_line.c.order_number.in_({typed, typed.upper()}), purchase_line.c.order_number != "")
        .group_by(purchase_line.c.account_id, purchase_line.c.order_number)
        .order_by(purchase_line.c.order_number, purchase_line.c.account_id).limit(limit))
    return [FoundLines(row.account_id, row.order_number, row.day, row.lines) for row in rows]


def part(text: str) -> str:
    """A part of a purchase's key between bars, so that no two purchases share one whatever their numbers hold."""
    return text.replace("%", "%25").replace("|", "%7C") if "|" in text or "%" in text else text
