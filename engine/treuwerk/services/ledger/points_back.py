"""Goods go back, and the points that they earned are taken back by the stored breakdown.

First the accrual's own points, also where they waited for an act and were activated, then those of other lots in the
order of spending. What was spent already is missing: the unit's policy says whether the participant owes it
(`negative`, `block`) or the programme bears it (`clamp`). What of the accrual's own points expired unspent is not taken
a second time.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from treuwerk.domain.assemblies import COMPLETION
from treuwerk.domain.breakdown import points_kept
from treuwerk.domain.earning import steps_from_json
from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.domain.lots import Lot
from treuwerk.domain.movements import Legs, Recoverable, reversed_credit
from treuwerk.domain.recalculations import lowered
from treuwerk.domain.records import JournalRow
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.terms import Returns
from treuwerk.programme.settings import Settings
from treuwerk.services.ledger.bookkeeping import (
    Decision,
    OpenAccount,
    known_unit,
)
from treuwerk.store import accounts

Award = dict[str, Any]


def decided(account: OpenAccount, accrual_id: int, pieces: int | None) -> Decision:
    """What is booked where an accrual is taken back: all that is left, or what `pieces` had earned."""
    accrual = _accrual(account, accrual_id)
    before = reversals_of(account.connection, account.account_id, accrual_id)
    awards = _returned_awards(account, accrual, before, pieces)
    return Decision(_legs(account, accrual, before, awards),
                    json.dumps(awards, separators=(",", ":"), ensure_ascii=False))


def reversals_of(connection: Connection, account_id: int, transaction_id: int) -> list[JournalRow]:
    """What took a transaction back so far, oldest first."""
    return accounts.referring(connection, account_id, transaction_id, [TransactionKind.REVERSAL])


def pieces_of(connection: Connection, account_id: int, accrual_id: int) -> tuple[int, int]:
    """Pieces of the purchase line behind an accrual, 1 for anything else, and how many of them went back already."""
    bought = accounts.pieces_bought(connection, account_id, accrual_id) or 1
    return bought, _returned(reversals_of(connection, account_id, accrual_id))


def _returned(before: Sequence[JournalRow]) -> int:
    return max((award["returned"] for row in before for award in json.loads(row.explanation)), default=0)


def _accrual(account: OpenAccount, accrual_id: int) -> JournalRow:
    row = accounts.transaction_by_id(account.connection, account.account_id, accrual_id)
    if row is None or row.kind != TransactionKind.ACCRUAL:
        raise Refusal("unknown_accrual", f"found {row.kind if row else 'no transaction'} {accrual_id}, expected an "
                      "accrual of this account")
    return row


def _returned_awards(account: OpenAccount, accrual: JournalRow, before: Sequence[JournalRow],
                     pieces: int | None) -> list[Award]:
    """The stored awards with the points to take of each, and how many pieces are back after this return."""
    bought = accounts.pieces_bought(account.connection, account.account_id, accrual.id) or 1
    already = _returned(before)
    latest = [row.explanation for row in before if row.business_key.startswith(COMPLETION)][-1:]
    counts = lowered(accrual.explanation, latest[0] if latest else None)
    return awards_back(counts, bought, already, bought - already if pieces is None else pieces)


def awards_back(explanation: str | None, bought: int, already: int, pieces: int) -> list[Award]:
    """The awards of a stored breakdown with the points that go back with `pieces` of `bought`, after `already` did.

    Raises:
        Refusal: `unknown_accrual` where there is no breakdown, or `too_many_pieces`.
    """
    if explanation is None:
        raise Refusal("unknown_accrual", "found no transaction, expected an accrual of this account")
    returned = already + pieces
    if returned > bought or already >= bought:
        raise Refusal("too_many_pieces", f"found {already} of {bought} pieces returned already, expected at most "
                      f"{bought - already} more", bought=bought, returned=already)
    return [{**award, "points": _kept(award, bought, already) - _kept(award, bought, returned), "returned": returned,
             "of": bought} for award in json.loads(explanation)]


def _kept(award: Award, bought: int, returned: int) -> int:
    if not returned:
        return int(award["points"])
    if returned >= bought:
        return 0
    return points_kept(award["points"], steps_from_json(award["steps"]), bought, bought - returned)


def _legs(account: OpenAccount, accrual: JournalRow, before: Sequence[JournalRow], awards: Sequence[Award]) -> Legs:
    amounts: dict[str, int] = {}
    for award in awards:
        amounts[award["unit"]] = amounts.get(award["unit"], 0) + award["points"]
    legs: Legs = ()
    for unit, amount in amounts.items():
        if amount:
            bears = bearing(account.settings, unit)
            legs += reversed_credit(unit, amount, recoverable(account, accrual, before, unit), bears)
    return legs


def bearing(settings: Settings, unit: str) -> Book:
    """The book that bears what cannot be taken back any more: the participant's deficit, or a loss of the programme.

    Raises:
        Refusal: the programme has no such unit.
    """
    return Book.CLAWBACK if known_unit(settings, unit).returns is Returns.CLAMP else Book.DEFICIT


def recoverable(account: OpenAccount, accrual: JournalRow, before: Sequence[JournalRow], unit: str) -> Recoverable:
    """From where what a credit gave can be taken back, after `before` took some of it back."""
    of = account.connection, account.account_id
    account.sweep(unit)
    lots = accounts.all_lots(*of, unit, Book.PARTICIPANT)
    back = accounts.booked_in(*of, [row.id for row in before], Book.EXPIRED).get(unit, 0)
    own = [accrual.id, *(row.id for row in accounts.referring(*of, accrual.id, [TransactionKind.ACTIVATION]))]
    expired = accounts.expired_of(*of, own).get(unit, 0) + back  # what earlier returns took there is below zero
    return Recoverable(_made_by(own, accounts.all_lots(*of, unit, Book.PENDING)), _made_by(own, lots), expired,
                       [lot for lot in lots if lot.transaction_id not in own])


def undone_by(legs: Legs) -> dict[str, int]:
    """By unit: the points that a participant loses by what was taken back (below zero), or has again."""
    amounts: dict[str, int] = {}
    for leg in legs:
        if leg.book in (Book.ISSUANCE, Book.REDEEMED):
            amounts[leg.unit] = amounts.get(leg.unit, 0) - leg.amount
    return amounts


def _made_by(transaction_ids: Sequence[int], lots: Sequence[Lot]) -> list[Lot]:
    return [lot for lot in lots if lot.transaction_id in transaction_ids]
