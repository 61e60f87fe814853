"""Which orders somebody may see and change: those of the own company, in the service centre all of them."""

from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.rights import Access, row_named
from treuwerk.store.succession import is_successor

READ_OWN, REDEEM = "own.orders.read", "own.points.redeem"
READ, WRITE, APPROVE, PLACE = "orders.read", "orders.write", "orders.approve", "orders.place"


def order_named(access: Access, connection: Connection, public_id: str) -> tuple[int, int]:
    """Account and number of an order: of the own company, or of one that was merged into it.

    Raises:
        OutOfScope: it is no id of an order, or someone else's.
    """
    account_id, number = row_named(public_id, ids.REWARD_ORDER)
    if not is_successor(connection, account_id, access.account_id):
        access.require_account(account_id)
    return account_id, number
