"""What a participant gave to others."""

from sqlalchemy import Connection, and_, func, select

from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.store.tables import journal, posting


def given_since(connection: Connection, account_id: int, unit: str, begin: int, first_id: int) -> int:
    """Points of a unit given to others since an instant; no transaction since then has an id below `first_id`."""
    given = and_(posting.c.account_id == journal.c.account_id, posting.c.transaction_id == journal.c.id,
                 posting.c.unit == unit, posting.c.book == Book.TRANSFER.value)
    return int(connection.execute(
        select(func.coalesce(func.sum(posting.c.amount), 0)).select_from(journal.join(posting, given))
        .where(journal.c.account_id == account_id, journal.c.id >= first_id, journal.c.booked_at >= begin,
               journal.c.kind == TransactionKind.TRANSFER_OUT.value)).scalar_one())
