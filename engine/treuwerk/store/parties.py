"""Participants and articles as clearing needs them: found by what a document calls them."""

import json
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, select, text

from treuwerk.domain.participants import Participant, ParticipantStatus
from treuwerk.domain.participants import identifier as compared
from treuwerk.domain.purchases import Article
from treuwerk.store.tables import account, article, article_alias, participant

_AT_ONCE = 500
_KNOWN_AS = (
    'SELECT i.value, p.account_id, p."group", p.status, p.country, p.attributes, p.joined_on, p.left_on, a.opened_at '
    "FROM identifier i JOIN participant p ON p.account_id = i.account_id "
    "JOIN account a ON a.account_id = i.account_id WHERE i.scheme = :scheme AND i.value ")
_SQLITE = text(_KNOWN_AS + "IN (SELECT value FROM json_each(:values))")
_POSTGRESQL = text(_KNOWN_AS + "= ANY(CAST(:values AS text[]))")


def participants_known_as(connection: Connection, scheme: str, values: Collection[str]) -> dict[str, Participant]:
    """Participants by identifier of one scheme; `values` are as `domain.participants.identifier` makes them."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(_SQLITE, {"scheme": scheme, "values": json.dumps(sorted(values))})
    else:
        found = connection.execute(_POSTGRESQL, {"scheme": scheme, "values": sorted(values)})
    return {value: _participant(*of) for value, *of in found}


def participants_of(connection: Connection, account_ids: Collection[int]) -> dict[int, Participant]:
    """Participants by account."""
    found: dict[int, Participant] = {}
    wanted = sorted(account_ids)
    for start in range(0, len(wanted), _AT_ONCE):
        rows = connection.execute(select(
            participant.c.account_id, participant.c.group, participant.c.status, participant.c.country,
            participant.c.attributes, participant.c.joined_on, participant.c.left_on, account.c.opened_at).join(
            account, account.c.account_id == participant.c.account_id).where(
            participant.c.account_id.in_(wanted[start:start + _AT_ONCE])))
        found |= {row.account_id: _participant(*row) for row in rows}
    return found


def _participant(account_id: int, group: str, status: str, country: str, attributes: str, joined_on: str,
                 left_on: str, opened_at: int) -> Participant:
    return Participant(account_id, group, ParticipantStatus(status), country, json.loads(attributes), joined_on,
                       left_on, opened_at)


def all_articles(connection: Connection) -> dict[str, Article]:
    """Every article by its number and by each of its aliases and its GTIN, as `identifier` compares them."""
    articles = {row.number: _article(row) for row in connection.execute(select(article))}
    aliases = connection.execute(select(article_alias.c.alias, article_alias.c.number))
    by_alias = {alias: articles[number] for alias, number in aliases if number in articles}
    by_gtin = {compared(one.gtin): one for one in articles.values() if one.gtin}
    return by_gtin | by_alias | articles


def article_numbered(connection: Connection, number: str) -> Article | None:
    """An article by its number, as purchase lines have it."""
    row = connection.execute(select(article).where(article.c.number == compared(number))).one_or_none()
    return _article(row) if row else None


def _article(row: Row[Any]) -> Article:
    return Article(row.written_as, row.kind, row.name, row.gtin,
                   {name: Decimal(value) for name, value in json.loads(row.attributes).items()})
