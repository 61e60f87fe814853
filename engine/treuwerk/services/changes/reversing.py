"""Reversing: an accrual is taken back, with what its goods were worth as part of a whole and in totals."""

from sqlalchemy import Connection

from treuwerk.domain.ledger import TransactionKind
from treuwerk.services.clearing import totalling
from treuwerk.services.clearing.assembling import after_return
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.bookkeeping import SYSTEM, Booked, OpenAccount, Order, book, positive
from treuwerk.services.ledger.points_back import decided


def reverse(installation: Installation, account_id: int, accrual_id: int, key: str, now: int, *,
            pieces: int | None = None, cause: str = "", actor: str = SYSTEM) -> Booked:
    """Take back an accrual: all that is left of it, or what `pieces` of its purchase line had earned.

    Raises:
        Refusal: `unknown_accrual`, or `too_many_pieces`: fewer are left; nothing was booked.
        KeyConflict: the key stands for another reversal.
    """
    if pieces is not None:
        positive(pieces)
    order = Order(account_id, TransactionKind.REVERSAL, f"reversal|{key}",
                  (accrual_id, "all" if pieces is None else pieces), cause or key, actor, refers_to=accrual_id)

    def reversed_in(connection: Connection) -> Booked:
        account = OpenAccount(connection, account_id, installation.programme.settings, now)
        booked = book(account, order, lambda account: decided(account, accrual_id, pieces))
        if not booked.repeated:
            after_return(account, accrual_id, actor, order.cause)
            totalling.after_return(account, accrual_id, actor, order.cause)
        return booked

    return installation.database.run(reversed_in)
