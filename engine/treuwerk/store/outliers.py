"""What a document is compared with before somebody decides on it: what the account bought, what others reported.

Each question is one statement, whatever the number of lines.
"""

import json
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from treuwerk.domain.folding import behind
from treuwerk.store.documents import part
from treuwerk.store.succession import belongs
from treuwerk.store.tables import article, purchase_identity, purchase_line, submission

_NOT_REPORTED = ("draft", "withdrawn")


class Usual(NamedTuple):
    """How much of an article an account bought so far: number of lines, the largest one, and all of them."""

    lines: int
    largest: int
    pieces: int


def usual_quantities(connection: Connection, account_id: int, articles: Collection[str],
                     since: str) -> dict[str, Usual]:
    """What the account bought of these articles since an ISO day, by article."""
    line = purchase_line.c
    rows = connection.execute(
        select(line.article_number, func.count(), func.max(line.quantity), func.sum(line.quantity)).where(
            belongs(line.account_id, account_id), line.article_number.in_(sorted(articles)), line.occurred_on >= since)
        .group_by(line.article_number))
    return {article: Usual(int(lines), int(largest), int(pieces)) for article, lines, largest, pieces in rows}


def others_of(connection: Connection, seller: str, account_id: int, most: int) -> int:
    """How many other accounts than this one bought from a seller, up to `most`; `seller` as it stands in the claims."""
    key, start = purchase_identity.c.key, f"purchase|{part(seller)}|"
    some = select(purchase_identity.c.account_id).distinct().where(
        key >= start, key < behind(start), ~belongs(purchase_identity.c.account_id, account_id)).limit(most).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def attribute_of(connection: Connection, numbers: Collection[str], name: str) -> dict[str, Decimal]:
    """A figure of the article master by number, where an article has it."""
    rows = connection.execute(select(article.c.number, article.c.attributes).where(
        article.c.number.in_(sorted(numbers))))
    told = {number: json.loads(attributes).get(name) for number, attributes in rows}
    return {number: Decimal(value) for number, value in told.items() if value is not None}


def reported_by_others(connection: Connection, numbers: Collection[str], account_id: int,
                       limit: int) -> Sequence[Any]:
    """Submissions of other accounts with one of these document numbers as they were written, newest first."""
    one = submission.c
    return connection.execute(
        select(one.account_id, one.id, one.state, one.seller, one.seller_name, one.created_at).where(
            one.number.in_(sorted(numbers)), one.number != "", ~belongs(one.account_id, account_id),
            one.state.not_in(_NOT_REPORTED)).order_by(one.created_at.desc(), one.id).limit(limit)).all()


def reported_lately(connection: Connection, account_id: int, since: int, apart_from: int) -> Sequence[Any]:
    """(created_at, expected points by unit) of the account's submissions since an instant, but for one of them."""
    one = submission.c
    rows = connection.execute(select(one.created_at, one.expected).where(
        belongs(one.account_id, account_id), one.created_at >= since, one.id != apart_from,
        one.state.not_in(_NOT_REPORTED)))
    return rows.all()


def expected_points(stored: str) -> dict[str, int]:
    """Points by unit as a submission keeps them."""
    return {str(unit): int(points) for unit, points in json.loads(stored).items()} if stored else {}
