"""Cancelling: spent points come back, into the very lots that they were taken from, with their own expiry.

What expired meanwhile is restored and booked out in the same transaction: a cancellation must not make points immortal.
A part of a redemption gives back what was taken last.
"""

from sqlalchemy import Connection

from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.domain.lots import Part, last_of, less, total
from treuwerk.domain.movements import cancelled
from treuwerk.domain.records import JournalRow
from treuwerk.domain.refusals import Refusal
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.bookkeeping import SYSTEM, Booked, Decision, OpenAccount, Order, book_once, positive
from treuwerk.services.ledger.order_bookings import refuse_ordered
from treuwerk.store import accounts

_TRACED_IN = {TransactionKind.REDEMPTION.value: Book.PARTICIPANT, TransactionKind.CAPTURE.value: Book.HELD}


def cancel(installation: Installation, account_id: int, transaction_id: int, key: str, now: int, *,
           amount: int | None = None, cause: str = "", actor: str = SYSTEM) -> Booked:
    """Take back a redemption or a capture: all that is left of it, or `amount` points.

    Raises:
        Refusal: `unknown_redemption`, `not_enough`: less of it is left, or `belongs_to_order`: a line of the order is
            cancelled instead; nothing was booked.
        KeyConflict: the key stands for another cancellation.
    """
    if amount is not None:
        positive(amount)
    order = Order(account_id, TransactionKind.CANCELLATION, f"cancellation|{key}",
                  (transaction_id, "all" if amount is None else amount), cause or key, actor, refers_to=transaction_id)

    def decide(account: OpenAccount) -> Decision:
        refuse_ordered(account.connection, account_id, transaction_id)
        return decided(account, transaction_id, amount)

    return book_once(installation, order, now, decide)


def decided(account: OpenAccount, transaction_id: int, amount: int | None) -> Decision:
    """What is booked where a redemption or a capture is taken back: all that is left of it, or `amount` points."""
    unit, parts, since = left_of(account.connection, account.account_id, transaction_id)
    if (there := total(parts)) < (amount or 1):
        raise Refusal("not_enough", f"found {there} points that are not cancelled yet, expected at least "
                      f"{amount or 1}", available=there)
    back = last_of(parts, amount or there)
    return Decision(cancelled(unit, back, account.restoring(unit, back, since, account.now)))


def left_of(connection: Connection, account_id: int, transaction_id: int) -> tuple[str, list[Part], int]:
    """Unit of a redemption or capture, what is not cancelled of it, and the transaction that took it from its lots.

    Raises:
        Refusal: `unknown_redemption`.
    """
    of = connection, account_id
    row = _redemption(connection, account_id, transaction_id)
    ((unit, spent),) = accounts.parts_of(*of, [row.id], _TRACED_IN[row.kind]).items()
    cancellations = [one.id for one in accounts.referring(*of, row.id, [TransactionKind.CANCELLATION.value])]
    left = less(spent, accounts.parts_of(*of, cancellations, Book.PARTICIPANT, given=True).get(unit, []))
    return unit, left, row.refers_to or row.id


def _redemption(connection: Connection, account_id: int, transaction_id: int) -> JournalRow:
    row = accounts.transaction_by_id(connection, account_id, transaction_id)
    if row is None or row.kind not in _TRACED_IN:
        raise Refusal("unknown_redemption", f"found {row.kind if row else 'no transaction'} {transaction_id}, expected "
                      "a redemption or a capture of this account")
    return row
