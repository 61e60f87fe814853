"""Holds: an order reserves points, capturing spends them, releasing gives them back to their own lots.

Reserved points cannot be spent by anybody else and do not expire. A hold ends when all of it is captured or released;
one whose time is over is released by `release_overdue`, and captures nothing any more.
"""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import attrs
from sqlalchemy import Connection

from treuwerk.domain.ledger import LAST_INSTANT, Book, TransactionKind, moment
from treuwerk.domain.lots import Part, first_of, last_of, less, total
from treuwerk.domain.movements import Legs, captured, held, released
from treuwerk.domain.records import JournalRow
from treuwerk.domain.refusals import Refusal
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.bookkeeping import (
    SYSTEM,
    Booked,
    Decision,
    OpenAccount,
    Order,
    book,
    book_once,
    positive,
)
from treuwerk.services.ledger.order_bookings import refuse_ordered
from treuwerk.services.ledger.redeeming import keeps_until, spendable
from treuwerk.store import accounts, holds

_AT_ONCE = 1_000
ENDS = (TransactionKind.CAPTURE.value, TransactionKind.RELEASE.value)


def hold(installation: Installation, account_id: int, unit: str, amount: int, key: str, now: int, expires_at: int, *,
         cause: str = "", actor: str = SYSTEM) -> Booked:
    """Reserve points until `expires_at`, earliest expiry first. The transaction's id is that of the hold.

    Raises:
        Refusal: as of `redeem`, or `wrong_time`: the hold would be over already.
        KeyConflict: the key stands for another hold.
    """
    positive(amount)
    order = Order(account_id, TransactionKind.HOLD, f"hold|{key}", (unit, amount), cause or key, actor)

    def decide(account: OpenAccount) -> Decision:
        if not now < expires_at <= LAST_INSTANT:  # asked only here: a repetition is answered when the hold is over
            raise Refusal("wrong_time", f"found {expires_at} microseconds since 1970 as end of the hold, expected an "
                          f"instant behind {moment(now).isoformat()} and before the year 10000")
        return Decision(held(unit, spendable(account, unit, amount), keeps_until(account, unit)))

    def note(account: OpenAccount, row: JournalRow, _: Legs) -> None:
        holds.open_hold(account.connection, account_id, row.id, unit, amount, expires_at)

    return book_once(installation, order, now, decide, note)


def capture(installation: Installation, account_id: int, hold_id: int, key: str, now: int, *,
            amount: int | None = None, cause: str = "", actor: str = SYSTEM) -> Booked:
    """Spend reserved points: all that are left, or `amount` of them; the rest stays reserved.

    Raises:
        Refusal: `unknown_hold`, `not_enough`, `hold_expired`, `belongs_to_order`; nothing was booked.
        KeyConflict: the key stands for another capture.
    """
    def work(connection: Connection) -> Booked:
        refuse_ordered(connection, account_id, hold_id)
        account = OpenAccount(connection, account_id, installation.programme.settings, now)
        return capture_in(account, hold_id, key, amount=amount, cause=cause, actor=actor)

    _whole_amount(amount)
    return installation.database.run(work)


def release(installation: Installation, account_id: int, hold_id: int, key: str, now: int, *,
            amount: int | None = None, cause: str = "", actor: str = SYSTEM) -> Booked:
    """Give reserved points back to their lots: all that are left, or `amount` of them, those taken last first.

    What expired meanwhile is booked out in the same transaction.

    Raises:
        Refusal: `unknown_hold`, `not_enough`, `belongs_to_order`; nothing was booked.
        KeyConflict: the key stands for another release.
    """
    def work(connection: Connection) -> Booked:
        refuse_ordered(connection, account_id, hold_id)
        account = OpenAccount(connection, account_id, installation.programme.settings, now)
        return release_in(account, hold_id, key, amount=amount, cause=cause, actor=actor)

    _whole_amount(amount)
    return installation.database.run(work)


def capture_in(account: OpenAccount, hold_id: int, key: str, *, amount: int | None = None, cause: str = "",
               actor: str = SYSTEM) -> Booked:
    """`capture` on an account that is open already; terms and errors are the same."""
    def decide(account: OpenAccount) -> Decision:
        unit, parts, expires_at = _left(account, hold_id)
        if expires_at <= account.now:
            raise Refusal("hold_expired", f"the hold was over at {moment(expires_at).isoformat()}; reserve again")
        return Decision(captured(unit, first_of(parts, _enough(parts, amount))))

    order = _order(account.account_id, hold_id, TransactionKind.CAPTURE, key, amount)
    return book(account, attrs.evolve(order, cause=cause or key, actor=actor), decide, _note_end)


def release_in(account: OpenAccount, hold_id: int, key: str, *, amount: int | None = None, cause: str = "",
               actor: str = SYSTEM) -> Booked:
    """`release` on an account that is open already; terms and errors are the same."""
    def decide(account: OpenAccount) -> Decision:
        unit, parts, _ = _left(account, hold_id)
        back = last_of(parts, _enough(parts, amount))
        return Decision(released(unit, back, account.restoring(unit, back, hold_id, account.now)))

    order = _order(account.account_id, hold_id, TransactionKind.RELEASE, key, amount)
    return book(account, attrs.evolve(order, cause=cause or key, actor=actor), decide, _note_end)


def release_overdue(installation: Installation, now: int) -> int:
    """Release all holds whose time is over; returns how many. Running it again is harmless."""
    settings, released_holds = installation.programme.settings, 0
    while overdue := _overdue(installation, now):
        done = sum(installation.database.run(partial(_released, settings, account_id, hold_id, now))
                   for account_id, hold_id in overdue)
        released_holds += done
        if not done:  # somebody else ended them meanwhile
            break
    return released_holds


def _overdue(installation: Installation, now: int) -> Sequence[tuple[int, int]]:
    with installation.database.reading() as connection:
        return holds.overdue(connection, now, _AT_ONCE)


def _released(settings: Settings, account_id: int, hold_id: int, now: int, connection: Connection) -> bool:
    account = OpenAccount(connection, account_id, settings, now)
    booked = release_in_time(account, hold_id)
    for unit in {leg.unit for legs in booked for leg in legs}:
        account.sweep(unit)
    return bool(booked)


def release_in_time(account: OpenAccount, hold_id: int) -> list[Legs]:
    """Release a hold of an open account whose time is over; nothing where somebody ended it meanwhile.

    It is as if it had been released at its end: what lived longer than that expires by itself, on its own day, or with
    all points of the unit where those went by inactivity before others came. So it makes no difference how long nobody
    looked. Returns the legs of each transaction.
    """
    with suppress(Refusal):
        unit, parts, end = _left(account, hold_id)
        day = moment(end).astimezone(account.zone).date().isoformat()
        order = attrs.evolve(_order(account.account_id, hold_id, TransactionKind.RELEASE, "", None),
                             key=f"timeout|{hold_id}", cause="time", occurred_on=day)  # a key that no caller can take
        _enough(parts, None)
        legs = released(unit, parts, account.restoring(unit, parts, hold_id, end))
        book(account, order, lambda _: Decision(legs), _note_end)
        return [legs, *account.expire_forgotten(unit, _back(parts, legs), hold_id)]
    return []


def _back(parts: Sequence[Part], legs: Legs) -> list[Part]:
    """What is back in its lots behind a release that took some of it again."""
    taken = [part for leg in legs if leg.book is Book.PARTICIPANT and leg.amount < 0 for part in leg.parts]
    for leg_part in taken:
        parts = less(parts, [leg_part])
    return list(parts)


def _order(account_id: int, hold_id: int, kind: TransactionKind, key: str, amount: int | None) -> Order:
    facts = hold_id, "all" if amount is None else positive(amount)
    return Order(account_id, kind, f"{kind.value}|{key}", facts, "", refers_to=hold_id)


def _whole_amount(amount: int | None) -> None:
    if amount is not None:
        positive(amount)


def _note_end(account: OpenAccount, row: JournalRow, legs: Legs) -> None:
    moved = -sum(leg.amount for leg in legs if leg.book is Book.HELD)
    holds.lessen(account.connection, account.account_id, row.refers_to or 0, moved)


def _left(account: OpenAccount, hold_id: int) -> tuple[str, list[Part], int]:
    """Unit, what is still reserved in the order in which it was taken, and the end of the hold."""
    found = holds.hold_by_id(account.connection, account.account_id, hold_id)
    if found is None:
        raise Refusal("unknown_hold", f"found no hold {hold_id} in this account")
    of = account.connection, account.account_id
    ends = [row.id for row in accounts.referring(*of, hold_id, ENDS)]
    reserved = accounts.parts_of(*of, [hold_id], Book.HELD, given=True)[found.unit]
    ended = accounts.parts_of(*of, ends, Book.HELD).get(found.unit, [])
    return found.unit, less(reserved, ended), found.expires_at


def _enough(parts: Sequence[Part], amount: int | None) -> int:
    there = total(parts)
    if not there or (amount is not None and amount > there):
        raise Refusal("not_enough", f"found {there} reserved points, expected {amount or 'some'}", available=there)
    return there if amount is None else amount
