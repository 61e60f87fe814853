"""Activating: points that waited for an act, such as a warranty card that was sent in, become points to spend.

They become a lot of their own, whose life is counted from the activation by the terms of the rule that gave them.
"""

import json

from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.domain.lots import Lot, Part
from treuwerk.domain.movements import Leg, Legs
from treuwerk.domain.records import JournalRow
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.terms import Terms
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.bookkeeping import SYSTEM, Booked, Decision, OpenAccount, Order, book_once
from treuwerk.services.ledger.entitled import active_owners
from treuwerk.services.ledger.terms import BY_HAND, TermsTable
from treuwerk.store import accounts


def activate(installation: Installation, account_id: int, credit_id: int, key: str, now: int, *,
             cause: str = "", actor: str = SYSTEM) -> Booked:
    """Make all points spendable that a credit brought and that still wait; `key` names the act, once and for good.

    Raises:
        Refusal: `unknown_credit`, `nothing_pending`, `participant_not_active`; nothing was booked.
        KeyConflict: the key stands for another activation.
    """
    order = Order(account_id, TransactionKind.ACTIVATION, f"activation|{key}", (credit_id,), cause or key, actor,
                  refers_to=credit_id)

    def decide(account: OpenAccount) -> Decision:
        active_owners(account.connection, account_id, locked=False)  # the account, which has points, is locked
        credit = accounts.transaction_by_id(account.connection, account_id, credit_id)
        if credit is None:
            raise Refusal("unknown_credit", f"found no transaction {credit_id} in this account, expected a credit")
        waiting = accounts.waiting_lots(account.connection, account_id, credit_id)
        if not waiting:
            raise Refusal("nothing_pending", f"found no points that wait in this {credit.kind}, expected some: they "
                          "did not wait for an act, were activated before, or were taken back")
        table, rules = TermsTable(account.settings, now), _rules(credit)
        legs: Legs = ()
        for code, lot in waiting:
            account.unit(code)
            account.sweep(code)  # what activity keeps from now on must not come back from the dead
            rule, day = rules.get(lot.line, (BY_HAND, credit.occurred_on))
            legs += _activated(code, lot, table.activated(rule, code, day))
        return Decision(legs)

    return book_once(installation, order, now, decide)


def _rules(credit: JournalRow) -> dict[int, tuple[str, str]]:
    """The rule that gave the points of each line, and the day of the event."""
    return {award["line"]: (award["rule"], award.get("day", credit.occurred_on))
            for award in json.loads(credit.explanation)}


def _activated(unit: str, lot: Lot, terms: Terms) -> Legs:
    part = Part(lot.transaction_id, lot.line, lot.remaining, lot.expires_at)
    return (Leg(Book.PENDING, unit, -lot.remaining, (part,)),
            Leg(Book.PARTICIPANT, unit, lot.remaining, active_from=terms.active_from, expires_at=terms.expires_at,
                keeps_until=terms.keeps_until))
