"""Where ids of people lead to in the service centre."""

from treuwerk.domain.complaints import COMPLAINT
from treuwerk.domain.ids import (
    ADJUSTMENT,
    HELD_FILE,
    MAPPING,
    PROPOSAL,
    PURCHASE,
    RECALCULATION,
    REWARD_ORDER,
    SUBMISSION,
    TIER_GRANT,
    TRANSACTION,
    USER,
    account_and_row,
)
from treuwerk.domain.notes import NOTE
from treuwerk.domain.withdrawals import WITHDRAWAL

_LISTS = {ADJUSTMENT: "adjustments", SUBMISSION: "submissions", HELD_FILE: "deliveries", TRANSACTION: "bookings",
          PURCHASE: "purchases", COMPLAINT: "complaints", REWARD_ORDER: "orders", MAPPING: "mapping/proposals",
          WITHDRAWAL: "withdrawals",
          RECALCULATION: "recalculations", PROPOSAL: "programme"}


def href_of(public_id: str) -> str:
    """The page of a thing by its public id; empty where it has none.

    >>> href_of("txn_0000000000000g000000000002")
    '/office/bookings/txn_0000000000000g000000000002'
    """
    try:
        prefix, account_id, row = account_and_row(public_id)
    except ValueError:
        return ""
    if prefix == NOTE:
        return f"/office/participants/{account_id}/notes/{public_id}"
    if prefix == TIER_GRANT:
        return f"/office/participants/{account_id}/tier"
    if prefix == USER:
        return f"/office/users/{row}"
    return f"/office/{_LISTS[prefix]}/{public_id}" if prefix in _LISTS else ""
