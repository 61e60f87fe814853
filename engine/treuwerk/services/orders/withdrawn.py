"""Withdrawals that were declared: their receipts, and what the service centre sees of them and finishes."""

import json
from hashlib import sha256
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.actors import stated_reason
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope, row_named
from treuwerk.domain.withdrawals import WITHDRAWAL, Declared
from treuwerk.services.auditing import note_act
from treuwerk.services.participants.own_company import refuse_own_company
from treuwerk.store import withdrawals, work

READ, WRITE = "orders.read", "orders.write"
SHOWN_SECONDS = 86_400
"""For how long a receipt is shown by its address."""


@attrs.frozen
class Withdrawal:
    """A declaration and what came of it: [line, pieces] that were cancelled at once and that were left to somebody.

    `declared_at` is in microseconds UTC; `last_day` is an ISO day, empty while something had not arrived. Account and
    order are 0 where nobody knew whose it is.
    """

    id: int
    account_id: int
    order_id: int
    declared: Declared
    cancelled: tuple[tuple[int, int], ...]
    left: tuple[tuple[int, int], ...]
    points: int
    declared_at: int
    last_day: str
    late: bool
    by_stranger: bool
    answer: str = ""
    """What was answered where it was set aside, since nobody found its order."""
    answered_at: int = 0

    @property
    def public_id(self) -> str:
        """The id that people see."""
        return ids.public_id(WITHDRAWAL, 0, self.id)

    @property
    def order(self) -> str:
        """The public id of the order, empty where nobody knows it."""
        return ids.public_id(ids.REWARD_ORDER, self.account_id, self.order_id) if self.order_id else ""


def receipt(connection: Connection, token: str, now: int) -> Withdrawal:
    """The withdrawal of a receipt, for a day after it was declared.

    Raises:
        OutOfScope: there is none, or it is older.
    """
    row = withdrawals.of_receipt(connection, sha256(token.encode()).hexdigest())
    if row is None or row.declared_at < now - SHOWN_SECONDS * 1_000_000:
        raise OutOfScope
    return _withdrawal(row)


def withdrawal(access: Access, connection: Connection, public_id: str) -> tuple[Withdrawal, bool]:
    """One of them for the service centre, and whether something is still to be done.

    Raises:
        NotAllowed, OutOfScope: whoever looks may not, or there is none.
    """
    access.require(READ)
    found = named(connection, public_id)
    item = work.about(connection, work.WITHDRAWAL, found.public_id)
    return found, item is not None and item.state == work.OPEN


def settle(access: Access, connection: Connection, public_id: str, reason: str, now: int) -> Withdrawal:
    """Note what became of it; then it leaves the work queue.

    Raises:
        Refusal: `no_reason`, `own_account`, `settled_before`.
        NotAllowed, OutOfScope: whoever acts may not, or there is none.
    """
    access.require(WRITE)
    why, found = stated_reason(reason), named(connection, public_id)
    if found.account_id:
        refuse_own_company(access, connection, [found.account_id])
    if not work.close(connection, work.WITHDRAWAL, found.public_id, now):
        raise Refusal("settled_before", "found nothing left to do, expected a withdrawal that waits; somebody was "
                      "faster")
    note_act(connection, access, "withdrawal.settle", found.account_id, found.public_id, now=now, reason=why)
    return found


def named(connection: Connection, public_id: str) -> Withdrawal:
    """One of them, without asking who wants to know.

    Raises:
        OutOfScope: there is none.
    """
    owner, number = row_named(public_id, WITHDRAWAL)
    row = withdrawals.one(connection, number) if not owner else None
    if row is None:
        raise OutOfScope
    return _withdrawal(row)


def _withdrawal(row: Row[Any]) -> Withdrawal:
    declared = Declared(row.ordered, row.name, row.contact, row.words, tuple(json.loads(row.lines)))
    return Withdrawal(row.id, row.account_id, row.order_id, declared, _pieces(row.cancelled), _pieces(row.left),
                      row.points, row.declared_at, row.last_day, bool(row.late), not row.user_id, row.answer,
                      row.answered_at)


def _pieces(text: str) -> tuple[tuple[int, int], ...]:
    return tuple((line, pieces) for line, pieces in json.loads(text))
