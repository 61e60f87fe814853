"""All tables. Keys follow one rule: what belongs to an account carries its id first in every key."""

from treuwerk.store.tables.base import Home, metadata
from treuwerk.store.tables.ledger import (
    balance,
    balance_delta,
    journal,
    lot,
    lot_use,
    outbox,
    posting,
    seal,
    sealed,
)
from treuwerk.store.tables.master import account, article, article_alias, identifier, installation, participant, person
from treuwerk.store.tables.purchases import activity, clearing_run, problem, purchase_identity, purchase_line
from treuwerk.store.tables.web import local_login, web_session

__all__ = [
    "Home",
    "account",
    "activity",
    "article",
    "article_alias",
    "balance",
    "balance_delta",
    "clearing_run",
    "identifier",
    "installation",
    "journal",
    "local_login",
    "lot",
    "lot_use",
    "metadata",
    "outbox",
    "participant",
    "person",
    "posting",
    "problem",
    "purchase_identity",
    "purchase_line",
    "seal",
    "sealed",
    "web_session",
]
