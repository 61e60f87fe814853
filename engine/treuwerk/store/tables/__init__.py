"""All tables. Keys follow one rule: what belongs to an account carries its id first in every key."""

from treuwerk.store.tables.aliases import alias, alias_proposal, shared_identifier
from treuwerk.store.tables.assemblies import assembly_booking, assembly_line, assembly_terms
from treuwerk.store.tables.base import Home, metadata
from treuwerk.store.tables.cart import cart_line, checkout
from treuwerk.store.tables.chain import closing, seal, sealed, unsealed
from treuwerk.store.tables.codes import voucher_code, voucher_key
from treuwerk.store.tables.complaints import complaint, complaint_photo, complaint_word
from treuwerk.store.tables.corrections import correction, correction_target, purchase_alias, taken_back
from treuwerk.store.tables.decisions import account_merge, manual_allowance, manual_booking
from treuwerk.store.tables.failures import plugin_failure, plugin_pause
from treuwerk.store.tables.handovers import handover
from treuwerk.store.tables.held import held_file
from treuwerk.store.tables.ledger import balance, balance_delta, hold, journal, lot, lot_use, outbox, posting
from treuwerk.store.tables.limits import earning_budget, limit_counter, limit_use
from treuwerk.store.tables.master import account, article, article_alias, identifier, installation, participant, person
from treuwerk.store.tables.occasions import occasion_day
from treuwerk.store.tables.office import address, audit_entry, note, note_version, proof_run, saved_view, work_item
from treuwerk.store.tables.orders import order_event, order_line, reward_order
from treuwerk.store.tables.ownership import (
    document_claim,
    issued_serial,
    purchase_evidence,
    purchase_reference,
    serial_claim,
)
from treuwerk.store.tables.parcels import order_parcel, order_parcel_line, reported_parcel
from treuwerk.store.tables.payments import bank_transfer, payment, payment_event, payment_refund
from treuwerk.store.tables.prints import order_print
from treuwerk.store.tables.programmes import programme_proposal
from treuwerk.store.tables.promotions import (
    promotion,
    promotion_budget,
    promotion_version,
    reward_world,
    reward_world_version,
)
from treuwerk.store.tables.purchases import (
    activity,
    clearing_run,
    conflict_decision,
    problem,
    purchase_identity,
    purchase_line,
)
from treuwerk.store.tables.recalculations import recalculation_order
from treuwerk.store.tables.replacements import replacement
from treuwerk.store.tables.rewards import (
    catalogue_state,
    reward,
    reward_draft,
    reward_file,
    reward_import,
    reward_listing,
    reward_stock,
    reward_variant,
    reward_version,
    stock_watch,
)
from treuwerk.store.tables.search import directory, search_word
from treuwerk.store.tables.seats import reward_seat
from treuwerk.store.tables.submissions import (
    page_account,
    page_look,
    page_reading,
    read_field,
    sampling_key,
    seller,
    seller_account,
    seller_alias,
    seller_merge,
    stored_file,
    submission,
    submission_entry,
    submission_event,
    submission_page,
    uploaded_file,
)
from treuwerk.store.tables.tiers import tier_change, tier_grant, tier_standing
from treuwerk.store.tables.totals import total, total_booking, total_day, total_line
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
from treuwerk.store.tables.wishes import seen_reward, wish
from treuwerk.store.tables.withdrawals import order_withdrawal
from treuwerk.store.tables.work import incoming, incoming_version, work_order, work_step, worker

__all__ = [
    "Home",
    "account",
    "account_merge",
    "activity",
    "address",
    "alias",
    "alias_proposal",
    "app_user",
    "article",
    "article_alias",
    "assembly_booking",
    "assembly_line",
    "assembly_terms",
    "audit_entry",
    "authenticator",
    "balance",
    "balance_delta",
    "bank_transfer",
    "cart_line",
    "catalogue_state",
    "checkout",
    "clearing_run",
    "closing",
    "complaint",
    "complaint_photo",
    "complaint_word",
    "conflict_decision",
    "correction",
    "correction_target",
    "directory",
    "document_claim",
    "earning_budget",
    "external_login",
    "former_membership",
    "handover",
    "held_file",
    "hold",
    "identifier",
    "incoming",
    "incoming_version",
    "installation",
    "issued_serial",
    "journal",
    "limit_counter",
    "limit_use",
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
    "occasion_day",
    "order_event",
    "order_line",
    "order_parcel",
    "order_parcel_line",
    "order_print",
    "order_withdrawal",
    "outbox",
    "page_account",
    "page_look",
    "page_reading",
    "participant",
    "passkey",
    "payment",
    "payment_event",
    "payment_refund",
    "person",
    "plugin_failure",
    "plugin_pause",
    "posting",
    "problem",
    "programme_proposal",
    "promotion",
    "promotion_budget",
    "promotion_version",
    "proof_run",
    "purchase_alias",
    "purchase_evidence",
    "purchase_identity",
    "purchase_line",
    "purchase_reference",
    "read_field",
    "recalculation_order",
    "recovery_code",
    "replacement",
    "reported_parcel",
    "reward",
    "reward_draft",
    "reward_file",
    "reward_import",
    "reward_listing",
    "reward_order",
    "reward_seat",
    "reward_stock",
    "reward_variant",
    "reward_version",
    "reward_world",
    "reward_world_version",
    "sampling_key",
    "saved_view",
    "seal",
    "sealed",
    "search_word",
    "seen_reward",
    "seller",
    "seller_account",
    "seller_alias",
    "seller_merge",
    "serial_claim",
    "shared_identifier",
    "sign_in_event",
    "stock_watch",
    "stored_file",
    "submission",
    "submission_entry",
    "submission_event",
    "submission_page",
    "taken_back",
    "tier_change",
    "tier_grant",
    "tier_standing",
    "total",
    "total_booking",
    "total_day",
    "total_line",
    "unsealed",
    "uploaded_file",
    "used_form",
    "user_role",
    "voucher_code",
    "voucher_key",
    "web_session",
    "wish",
    "work_item",
    "work_order",
    "work_step",
    "worker",
]
