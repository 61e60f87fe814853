"""What is known around reported purchases: sellers to propose, and purchases that were booked already."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from treuwerk.store.succession import belongs
from treuwerk.store.tables import purchase_line, seller, submission


def sellers_named(connection: Connection, account_id: int, limit: int) -> list[str]:
    """Sellers whose documents a company reported, the most frequent first."""
    return list(connection.execute(
        select(submission.c.seller_name).where(
            belongs(submission.c.account_id, account_id), submission.c.seller_name != "")
        .group_by(submission.c.seller_name).order_by(func.count().desc(), submission.c.seller_name)
        .limit(limit)).scalars())


def sellers_known(connection: Connection, limit: int) -> list[str]:
    """Names of the registry of sellers."""
    return list(connection.execute(select(seller.c.name).where(seller.c.name != "").order_by(seller.c.name)
                                   .limit(limit)).scalars())


def booked_as(connection: Connection, account_id: int, document: str, limit: int) -> Sequence[Row[int, str, str]]:
    """Purchase lines of a company from documents of this number."""
    return connection.execute(select(purchase_line.c.id, purchase_line.c.seller, purchase_line.c.occurred_on).where(
        belongs(purchase_line.c.account_id, account_id), purchase_line.c.document == document)
        .order_by(purchase_line.c.id).limit(limit)).all()


def of_company(connection: Connection, account_id: int, number: str, apart_from: int) -> Sequence[Row[Any]]:
    """Submissions of a company that name a document of this number."""
    return connection.execute(select(submission).where(
        belongs(submission.c.account_id, account_id), submission.c.number == number, submission.c.id != apart_from)
        .order_by(submission.c.id)).all()
