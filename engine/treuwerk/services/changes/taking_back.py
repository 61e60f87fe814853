"""Taking back: one booking undone by another one, wholly or in part, whatever kind it is of.

An accrual goes back by pieces of its purchase line, everything else by points. Points by hand go back like a credit
where they were given, and into their lots where they were taken. Points that move out of the account, and those that
are reserved, are not taken back here: they have acts of their own.
"""

from collections.abc import Callable, Mapping

import attrs
from sqlalchemy import Connection

from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.domain.lots import Part, last_of, less
from treuwerk.domain.movements import Legs, cancelled, reversed_credit
from treuwerk.domain.records import JournalRow
from treuwerk.domain.refusals import Refusal
from treuwerk.services.clearing import totalling
from treuwerk.services.clearing.assembling import after_return
from treuwerk.services.ledger import cancelling, points_back
from treuwerk.services.ledger.bookkeeping import Decision, OpenAccount, Order
from treuwerk.services.ledger.order_bookings import order_of_booking, refuse_ordered
from treuwerk.store import accounts

PIECES, POINTS = "pieces", "points"


@attrs.frozen
class Takeable:
    """What of a booking can still be taken back: `left` of `of`, counted in pieces or in points of `unit`.

    `undone` is how many bookings took some of it back already.
    """

    kind: str
    measure: str
    left: int
    of: int
    unit: str
    undone: int

    @property
    def in_parts(self) -> bool:
        """Whether less than all of the rest can be taken back."""
        return self.left > 1


def takeable(connection: Connection, account_id: int, transaction_id: int) -> Takeable | None:
    """What can be taken back of a booking; None where a booking of its kind never is, or where there is none.

    Nor is one that belongs to an order of rewards: its lines are cancelled instead.
    """
    row = accounts.transaction_by_id(connection, account_id, transaction_id)
    if row is None or row.kind not in _LEFT or order_of_booking(connection, row):
        return None
    measure, unit, left, of = _LEFT[TransactionKind(row.kind)](connection, row)
    undone = len(accounts.referring(connection, account_id, row.id, _UNDOING))
    return Takeable(row.kind, measure, left, of, unit, undone) if of else None


def take_back(account: OpenAccount, transaction_id: int, share: int, key: str, cause: str,
              actor: str) -> tuple[JournalRow, Legs]:
    """Book it, on an account that is open; `share` is in pieces or points, as `takeable` measures.

    Raises:
        Refusal: `cannot_be_taken_back`, `too_many_pieces`, `not_enough`; nothing was booked.
    """
    row = accounts.transaction_by_id(account.connection, account.account_id, transaction_id)
    if row is None or row.kind not in _LEFT:
        raise Refusal("cannot_be_taken_back", f"found {row.kind if row else 'no transaction'} {transaction_id}, "
                      f"expected one of {', '.join(_LEFT)} of this account")
    refuse_ordered(account.connection, account.account_id, transaction_id)
    kind, decision = _decided(account, row, share)
    order = Order(account.account_id, kind, f"{kind.value}|{key}", (transaction_id, share), cause, actor,
                  refers_to=transaction_id)
    booked = account.book(order, decision.legs, decision.explanation)
    account.settle(booked.id)
    if row.kind != TransactionKind.ACCRUAL:
        return booked, decision.legs
    more = after_return(account, row.id, actor, cause)
    return booked, decision.legs + more + totalling.after_return(account, row.id, actor, cause)


def _decided(account: OpenAccount, row: JournalRow, share: int) -> tuple[TransactionKind, Decision]:
    if row.kind == TransactionKind.ACCRUAL:
        return TransactionKind.REVERSAL, points_back.decided(account, row.id, share)
    if row.kind == TransactionKind.ADJUSTMENT:
        return TransactionKind.REVERSAL, Decision(_adjustment_taken_back(account, row, share))
    return TransactionKind.CANCELLATION, cancelling.decided(account, row.id, share)


def _adjustment_taken_back(account: OpenAccount, row: JournalRow, points: int) -> Legs:
    _, unit, left, _ = _adjusted(account.connection, row)
    if left < points:
        raise Refusal("not_enough", f"found {left} points that are not taken back yet, expected at least {points}",
                      available=left)
    before = points_back.reversals_of(account.connection, account.account_id, row.id)
    if _issued(account.connection, row)[unit] < 0:
        there = points_back.recoverable(account, row, before, unit)
        return reversed_credit(unit, points, there, points_back.bearing(account.settings, unit))
    back = last_of(_taken_by_hand(account.connection, row, before, unit), points)
    return cancelled(unit, back, account.restoring(unit, back, row.id, account.now), Book.ISSUANCE)


def _taken_by_hand(connection: Connection, row: JournalRow, before: list[JournalRow], unit: str) -> list[Part]:
    of = connection, row.account_id
    taken = accounts.parts_of(*of, [row.id], Book.PARTICIPANT).get(unit, [])
    back = accounts.parts_of(*of, [one.id for one in before], Book.PARTICIPANT, given=True).get(unit, [])
    return less(taken, back)


def _accrued(connection: Connection, row: JournalRow) -> tuple[str, str, int, int]:
    bought, returned = points_back.pieces_of(connection, row.account_id, row.id)
    return PIECES, "", bought - returned, bought


def _adjusted(connection: Connection, row: JournalRow) -> tuple[str, str, int, int]:
    ((unit, issued),) = _issued(connection, row).items()
    before = [one.id for one in points_back.reversals_of(connection, row.account_id, row.id)]
    back = accounts.booked_in(connection, row.account_id, before, Book.ISSUANCE).get(unit, 0)
    return POINTS, unit, abs(issued) - abs(back), abs(issued)


def _issued(connection: Connection, row: JournalRow) -> Mapping[str, int]:
    return accounts.booked_in(connection, row.account_id, [row.id], Book.ISSUANCE)


def _spent(connection: Connection, row: JournalRow) -> tuple[str, str, int, int]:
    unit, parts, _ = cancelling.left_of(connection, row.account_id, row.id)
    spent = accounts.booked_in(connection, row.account_id, [row.id], Book.REDEEMED).get(unit, 0)
    return POINTS, unit, sum(part.amount for part in parts), spent


_Left = Callable[[Connection, JournalRow], tuple[str, str, int, int]]
_LEFT: Mapping[str, _Left] = {
    TransactionKind.ACCRUAL: _accrued, TransactionKind.ADJUSTMENT: _adjusted, TransactionKind.REDEMPTION: _spent,
    TransactionKind.CAPTURE: _spent}
_UNDOING = (TransactionKind.REVERSAL, TransactionKind.CANCELLATION)
