"""All tables. Keys follow one rule: what belongs to an account carries its id first in every key."""

from treuwerk.store.tables.base import Home, metadata
from treuwerk.store.tables.chain import closing, seal, sealed, unsealed
from treuwerk.store.tables.decisions import account_merge, manual_allowance, manual_booking
from treuwerk.store.tables.ledger import balance, balance_delta, hold, journal, lot, lot_use, outbox, posting
from treuwerk.store.tables.master import account, article, article_alias, identifier, installation, participant, person
from treuwerk.store.tables.office import address, audit_entry, note, note_version, proof_run, saved_view, work_item
from treuwerk.store.tables.purchases import activity, clearing_run, problem, purchase_identity, purchase_line
from treuwerk.store.tables.search import directory, search_word
from treuwerk.store.tables.web import (
    app_user,
    authenticator,
    external_login,
    former_membership,
    link_code,
    local_login,
    membership,
    passkey,
    recovery_code,
    sign_in_event,
    used_form,
    user_role,
    web_session,
)

__all__ = [
    "Home",
    "account",
    "account_merge",
    "activity",
    "address",
    "app_user",
    "article",
    "article_alias",
    "audit_entry",
    "authenticator",
    "balance",
    "balance_delta",
    "clearing_run",
    "closing",
    "directory",
    "external_login",
    "former_membership",
    "hold",
    "identifier",
    "installation",
    "journal",
    "link_code",
    "local_login",
    "lot",
    "lot_use",
    "manual_allowance",
    "manual_booking",
    "membership",
    "metadata",
    "note",
    "note_version",
    "outbox",
    "participant",
    "passkey",
    "person",
    "posting",
    "problem",
    "proof_run",
    "purchase_identity",
    "purchase_line",
    "recovery_code",
    "saved_view",
    "seal",
    "sealed",
    "search_word",
    "sign_in_event",
    "unsealed",
    "used_form",
    "user_role",
    "web_session",
    "work_item",
]
