"""What a participant bought lately, with the points of each line: by it people see what would be enough."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select

from treuwerk.domain.ledger import Book
from treuwerk.store.tables import article, posting, purchase_line
from treuwerk.store.tier_facts import GoodsRow

_LINES = 200


class Bought(NamedTuple):
    """The last purchase line of an article, with the name of the article and what it earned by unit."""

    goods: GoodsRow
    name: str
    points: Mapping[str, int]


def bought_lately(connection: Connection, account_id: int) -> list[Bought]:
    """The newest line of each article among the last lines of an account; two queries."""
    line = purchase_line
    rows = list(connection.execute(
        select(line.c.id, line.c.occurred_on, line.c.article_number, line.c.currency, line.c.quantity,
               line.c.net_millionths, article.c.kind, article.c.name, article.c.attributes)
        .outerjoin(article, article.c.number == line.c.article_number)
        .where(line.c.account_id == account_id).order_by(line.c.id.desc()).limit(_LINES)))
    newest = {row.article_number: row for row in reversed(rows)}
    points = _points(connection, account_id, [row.id for row in newest.values()])
    return [Bought(GoodsRow(account_id, row.occurred_on, 0, row.article_number, row.kind or "",
                            row.attributes or "{}", row.currency, int(row.quantity), row.net_millionths),
                   row.name or row.article_number, points.get(row.id, {})) for row in newest.values()]


def _points(connection: Connection, account_id: int, lines: list[int]) -> dict[int, dict[str, int]]:
    """By line: what its own booking brought; the id of a line is that of its transaction."""
    found: dict[int, dict[str, int]] = {}
    for number, unit, amount in connection.execute(select(
            posting.c.transaction_id, posting.c.unit, posting.c.amount).where(
            posting.c.account_id == account_id, posting.c.transaction_id.in_(lines),
            posting.c.book == Book.ISSUANCE.value)):
        of = found.setdefault(number, {})
        of[unit] = of.get(unit, 0) - int(amount)
    return found
