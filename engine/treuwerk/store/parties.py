"""Participants and articles as clearing needs them: found by what a document calls them."""

import json
from collections.abc import Collection
from decimal import Decimal

from sqlalchemy import Connection, select

from treuwerk.domain.participants import Participant, ParticipantStatus
from treuwerk.domain.participants import identifier as compared
from treuwerk.domain.purchases import Article
from treuwerk.store.tables import article, article_alias, identifier, participant

_AT_ONCE = 5_000  # values of one query; SQLite takes 32,766 parameters at most


def participants_known_as(connection: Connection, scheme: str, values: Collection[str]) -> dict[str, Participant]:
    """Participants by identifier of one scheme; `values` are as `domain.participants.identifier` makes them."""
    wanted, found = sorted(values), {}
    query = select(identifier.c.value, participant.c.account_id, participant.c.group, participant.c.status,
                   participant.c.country, participant.c.attributes).join(
        participant, participant.c.account_id == identifier.c.account_id)
    for start in range(0, len(wanted), _AT_ONCE):
        chunk = wanted[start : start + _AT_ONCE]
        for row in connection.execute(query.where(identifier.c.scheme == scheme, identifier.c.value.in_(chunk))):
            found[row.value] = Participant(row.account_id, row.group, ParticipantStatus(row.status), row.country,
                                           json.loads(row.attributes))
    return found


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
