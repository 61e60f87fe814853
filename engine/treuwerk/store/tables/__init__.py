"""All tables. Keys follow one rule: what belongs to an account carries its id first in every key."""

from treuwerk.store.tables.base import Home, metadata
from treuwerk.store.tables.chain import closing, seal, sealed, unsealed
from treuwerk.store.tables.decisions import account_merge, manual_allowance, manual_booking
from treuwerk.store.tables.ledger import balance, balance_delta, hold, journal, lot, lot_use, outbox, posting
from treuwerk.store.tables.master import account, article, article_alias, identifier, installation, participant, person
from treuwerk.store.tables.purchases import activity, clearing_run, problem, purchase_identity, purchase_line
from treuwerk.store.tables.web import local_login, web_session

__all__ = [
    "Home",
    "account",
    "account_merge",
    "activity",
    "article",
    "article_alias",
    "balance",
    "balance_delta",
    "clearing_run",
    "closing",
    "hold",
    "identifier",
    "installation",
    "journal",
    "local_login",
    "lot",
    "lot_use",
    "manual_allowance",
    "manual_booking",
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
    "unsealed",
    "web_session",
]
