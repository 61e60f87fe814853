"""Redemptions where nothing stands in the way: on PostgreSQL one statement, which is a transaction by itself.

The statement calls a function of the database (migration 0004), so an account is locked for as long as that takes, and
not for six ways to the server. It writes the same rows as `store.moving`, or none and leaves the decision to whoever
looks closer.
"""

from treuwerk.domain.ledger import bucket_of
from treuwerk.domain.records import JournalRow
from treuwerk.store.database import Database

FUNCTION = "treuwerk_redeem"
_REDEEM = (f"SELECT {FUNCTION}(%s::bigint, %s::text, %s::bigint, %s::bigint, %s::bigint, %s::text, %s::text, %s::text, "
           "%s::text, %s::text, %s::bigint, %s::bigint)")


def redeem_at_once(database: Database, row: JournalRow, unit: str, amount: int, keeps_until: int | None) -> int | None:
    """Book a redemption, and return the id that it got: that of `row` or one behind the account's last.

    None: nothing is booked. The key is known, there are too few points, some have expired and are not booked out yet,
    or the account owes points in any unit.

    Raises:
        OutcomeUnknown: the connection broke; ask again with the same key.
    """
    found: int | None = database.at_once(_REDEEM, (
        row.account_id, unit, amount, row.booked_at, row.id, row.business_key, row.occurred_on, row.actor, row.cause,
        row.evidence, keeps_until, bucket_of(row.account_id)))[0][0]
    return found
