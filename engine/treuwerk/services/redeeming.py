"""Redeeming: points are spent at once, without an order that could still fall through."""

from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.domain.lots import Part, first_of, total
from treuwerk.domain.movements import taken
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.terms import kept_until
from treuwerk.programme.settings import Settings
from treuwerk.services.bookkeeping import (
    SYSTEM,
    Booked,
    Decision,
    OpenAccount,
    Order,
    book_once,
    known_unit,
    positive,
)
from treuwerk.services.installation import Installation


def redeem(installation: Installation, account_id: int, unit: str, amount: int, key: str, now: int, *,
           cause: str = "", actor: str = SYSTEM) -> Booked:
    """Spend `amount` points of a unit, earliest expiry first; `key` names the order, once and for good.

    Raises:
        Refusal: `not_enough`, `blocked`, `unknown_unit`, `not_spendable`, `wrong_amount`; nothing was booked.
        KeyConflict: the key stands for another redemption.
    """
    positive(amount)
    order = redemption_order(account_id, unit, amount, key, cause, actor)

    def decide(account: OpenAccount) -> Decision:
        parts = spendable(account, unit, amount)
        return Decision(taken(unit, parts, Book.REDEEMED, keeps_until(account, unit)))

    return book_once(installation, order, now, decide)


def spendable(account: OpenAccount, unit: str, amount: int) -> list[Part]:
    """The lots that `amount` points are taken from.

    Raises:
        Refusal: they are not there, or must not be spent.
    """
    check_spendable(account.settings, unit)
    account.refuse_if_blocked()
    parts = first_of(account.lots(unit, amount), amount)
    if (there := total(parts)) < amount:
        raise not_enough(there, unit, amount)
    return parts


def check_spendable(settings: Settings, unit: str) -> None:
    """See that a unit may be spent.

    Raises:
        Refusal: there is no such unit, or it is collected only.
    """
    if not known_unit(settings, unit).spendable:
        raise Refusal("not_spendable", f"found unit {unit!r}, which is collected but not spent; expected one of "
                      f"{', '.join(code for code, one in settings.units.items() if one.spendable)}")


def not_enough(there: int, unit: str, amount: int) -> Refusal:
    """The refusal where fewer points are there than wanted."""
    return Refusal("not_enough", f"found {there} {unit} points to spend, expected at least {amount}", available=there,
                   wanted=amount, unit=unit)


def redemption_order(account_id: int, unit: str, amount: int, key: str, cause: str, actor: str) -> Order:
    """What is asked for by a redemption."""
    return Order(account_id, TransactionKind.REDEMPTION, f"redemption|{key}", (unit, amount), cause or key, actor)


def keeps_until(account: OpenAccount, unit: str) -> int | None:
    """How long an act of today keeps the points of a unit that expire by inactivity; None for all others."""
    return kept_until(account.unit(unit).expires, account.now, account.zone)
