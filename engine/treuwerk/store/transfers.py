"""What a participant gave to others."""

from sqlalchemy import Connection, and_, func, select

from treuwerk.domain.ids import first_row_id
from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.store.tables import journal, posting


def given_within(connection: Connection, account_id: int, unit: str, begin: int, end: int) -> int:
    """Points of a unit given to others from `begin` on and before `end`."""
    given = and_(posting.c.account_id == journal.c.account_id, posting.c.transaction_id == journal.c.id,
                 posting.c.unit == unit, posting.c.book == Book.TRANSFER.value)
    return int(connection.execute(
        select(func.coalesce(func.sum(posting.c.amount), 0)).select_from(journal.join(posting, given))
        .where(journal.c.account_id == account_id, journal.c.id >= first_row_id(begin), journal.c.booked_at >= begin,
               journal.c.booked_at < end,
               journal.c.kind == TransactionKind.TRANSFER_OUT.value)).scalar_one())
