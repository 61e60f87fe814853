"""Articles as people look for them: by the beginning of a number, alias or GTIN, or by words of the name."""

from typing import Any

from sqlalchemy import Connection, and_, func, literal, or_, select

from treuwerk.domain.participants import identifier
from treuwerk.store.tables import article, article_alias

_WORDS_AT_MOST = 5


def like(connection: Connection, typed: str, limit: int) -> list[tuple[str, str, str, str]]:
    """Number, name, kind and, where it was found by another one, that number; whole numbers first."""
    wanted, words = identifier(typed), typed.split()[:_WORDS_AT_MOST]
    if not typed.strip():
        return []
    upper = [word.upper() for word in words]
    own = article.c.number.startswith(wanted, autoescape=True)
    named = and_(*(func.upper(article.c.name).contains(word, autoescape=True) for word in upper))
    coded = and_(article.c.gtin != "", or_(article.c.gtin.startswith(typed.strip(), autoescape=True),
                                           article.c.gtin.startswith(wanted, autoescape=True)))
    found: dict[str, tuple[str, str, str, str]] = {}
    rank: dict[str, Any] = {}
    for why, rows in (
            ("", connection.execute(_columns(literal("")).where(or_(own, named)).order_by(
                article.c.number != wanted, ~own, article.c.number).limit(limit))),
            ("alias", connection.execute(_columns(article_alias.c.alias).join(
                article_alias, article_alias.c.number == article.c.number).where(
                article_alias.c.alias.startswith(wanted, autoescape=True)).order_by(article_alias.c.alias)
                .limit(limit))),
            ("gtin", connection.execute(_columns(article.c.gtin).where(coded).order_by(article.c.gtin).limit(limit)))):
        for row in rows:
            exact = identifier(row.number) == wanted or (bool(why) and identifier(row.why) == wanted)
            if row.number not in found or (exact and not rank[row.number]):
                found[row.number], rank[row.number] = (row.number, row.name, row.kind, row.why if why else ""), exact
    return sorted(found.values(), key=lambda one: not rank[one[0]])[:limit]


def _columns(why: Any) -> Any:
    return select(article.c.written_as.label("number"), article.c.name, article.c.kind, why.label("why"))
