"""Which orders bank transfers were noted for; the key of the table lets nobody note one twice by mistake."""

from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from treuwerk.store.tables import bank_transfer

_T = bank_transfer.c


def claim(connection: Connection, payment: Row[Any], transfer: str, amount: int, now: int, *,
          split: bool) -> Row[Any] | None:
    """Note that a transfer is for the order of a payment; None where it is, else what it was noted for before.

    With `split` it may be for other orders, too. Of two at once the second one waits, and reads what the first noted.
    """
    if _noted(connection, payment, transfer, "", amount, now):
        return None
    first = connection.execute(select(bank_transfer).where(_T.transfer == transfer, _T.part == "")).one()
    if (first.account_id, first.order_id) == (payment.account_id, payment.order_id):
        return None
    if split:
        _noted(connection, payment, transfer, f"{payment.account_id}-{payment.order_id}", amount, now)
    return None if split else first


def _noted(connection: Connection, payment: Row[Any], transfer: str, part: str, amount: int, now: int) -> bool:
    insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    written = connection.execute(insert(bank_transfer).values(
        transfer=transfer, part=part, account_id=payment.account_id, order_id=payment.order_id, amount=amount,
        noted_at=now).on_conflict_do_nothing().returning(_T.part))
    return written.one_or_none() is not None
