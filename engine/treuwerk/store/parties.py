"""Participants and articles as clearing needs them: found by what a document calls them."""

import json
from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import Connection, select, text

from treuwerk.domain.participants import Participant, ParticipantStatus
from treuwerk.domain.participants import identifier as compared
from treuwerk.domain.purchases import Article
from treuwerk.store.tables import article, article_alias

_KNOWN_AS = (
    'SELECT i.value, p.account_id, p."group", p.status, p.country, p.attributes FROM identifier i '
    "JOIN participant p ON p.account_id = i.account_id WHERE i.scheme = :scheme AND i.value ")
_SQLITE = text(_KNOWN_AS + "IN (SELECT value FROM json_each(:values))")
_POSTGRESQL = text(_KNOWN_AS + "= ANY(CAST(:values AS text[]))")


def participants_known_as(connection: Connection, scheme: str, values: Collection[str]) -> dict[str, Participant]:
    """Participants by identifier of one scheme; `values` are as `domain.participants.identifier` makes them."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(_SQLITE, {"scheme": scheme, "values": json.dumps(sorted(values))})
    else:
        found = connection.execute(_POSTGRESQL, {"scheme": scheme, "values": sorted(values)})
    return {value: Participant(account_id, group, ParticipantStatus(status), country, json.loads(attributes))
            for value, account_id, group, status, country, attributes in found}


def all_articles(connection: Connection) -> dict[str, Article]:
    """Every article by its number and by each of its aliases and its GTIN, as `identifier` compares them."""
    articles = {
        row.number: Article(row.written_as, row.kind, row.name, row.gtin,
                            {name: Decimal(value) for name, value in json.loads(row.attributes).items()})
        for row in connection.execute(select(article))
    }
    aliases = connection.execute(select(article_alias.c.alias, article_alias.c.number))
    by_alias = {alias: articles[number] for alias, number in aliases if number in articles}
    by_gtin = {compared(one.gtin): one for one in articles.values() if one.gtin}
    return by_gtin | by_alias | articles
