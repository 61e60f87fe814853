"""Redeeming: points are spent at once, without an order that could still fall through."""

from sqlalchemy.exc import SQLAlchemyError

from treuwerk.domain.ids import row_ids
from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.domain.lots import Part, first_of, total
from treuwerk.domain.movements import taken
from treuwerk.domain.records import evidence_of
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.domain.terms import kept_until
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.bookkeeping import (
    SYSTEM,
    Booked,
    Decision,
    OpenAccount,
    Order,
    book_once,
    known_unit,
    positive,
)
from treuwerk.store.faults import OutcomeUnknown
from treuwerk.store.redemptions import redeem_at_once


def redeem(installation: Installation, account_id: int, unit: str, amount: int, key: str, now: int, *,
           cause: str = "", actor: str = SYSTEM) -> Booked:
    """Spend `amount` points of a unit, earliest expiry first; `key` names the order, once and for good.

    Raises:
        Refusal: `not_enough`, `blocked`, `unknown_unit`, `not_spendable`, `wrong_amount`; nothing was booked.
        KeyConflict: the key stands for another redemption.
        OutcomeUnknown: the connection to the database broke. Ask again with the same key.
    """
    positive(amount)
    order = redemption_order(account_id, unit, amount, key, cause, actor)
    try:
        at_once = redeem_if_clear(installation, order, unit, amount, now)
    except OutcomeUnknown as unknown:
        return _asked_again(installation, order, unit, amount, now, unknown)
    return at_once or redeem_under_lock(installation, order, unit, amount, now)


def redeem_if_clear(installation: Installation, order: Order, unit: str, amount: int, now: int) -> Booked | None:
    """The usual case in one statement: see `store.redemptions`. None, with nothing booked, where it is not usual.

    On SQLite there is no way to a server to be saved.
    """
    settings, database = installation.programme.settings, installation.database
    if database.is_sqlite or unit not in settings.units or not settings.units[unit].spendable:
        return None
    zone = settings.programme.time_zone
    row = order.row(next(row_ids(now)), now, zone)
    number = redeem_at_once(database, row, unit, amount, kept_until(settings.units[unit].expires, now, zone))
    return None if number is None else Booked(row._replace(id=number))


def redeem_under_lock(installation: Installation, order: Order, unit: str, amount: int, now: int) -> Booked:
    """The general case: step by step, with the account under lock; terms and errors are those of `redeem`."""
    def decide(account: OpenAccount) -> Decision:
        parts = spendable(account, unit, amount)
        return Decision(taken(unit, parts, Book.REDEEMED, keeps_until(account, unit)))

    return book_once(installation, order, now, decide)


def _asked_again(installation: Installation, order: Order, unit: str, amount: int, now: int,
                 unknown: OutcomeUnknown) -> Booked:
    """The answer after all, where the key is known or gets known by asking again; its statement may still be running.

    So a refusal is none: the lost statement could find the points that this one missed.
    """
    try:
        return redeem_under_lock(installation, order, unit, amount, now)
    except KeyConflict:
        raise
    except (Refusal, SQLAlchemyError):
        raise unknown from None


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
    return Order(account_id, TransactionKind.REDEMPTION, redemption_key(key), (unit, amount), cause or key, actor)


def redemption_key(name: str) -> str:
    """The business key of what is known as `name`."""
    return f"redemption|{name}"


def redemption_evidence(account_id: int, unit: str, amount: int) -> str:
    """The evidence of a redemption's order, without the order: files of them need it by the ten thousand."""
    return evidence_of(f"{account_id}\x1f{TransactionKind.REDEMPTION}\x1f{unit}\x1f{amount}")


def keeps_until(account: OpenAccount, unit: str) -> int | None:
    """How long an act of today keeps the points of a unit that expire by inactivity; None for all others."""
    return kept_until(account.unit(unit).expires, account.now, account.zone)
