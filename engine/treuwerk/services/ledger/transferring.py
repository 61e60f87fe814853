"""Transferring: a participant gives points to another one, by the rules of the unit.

Points travel lot by lot and keep their expiry. Where a unit expires by inactivity, they keep the end that they had with
the giver: passing them on makes no points younger, and receiving them is no activity of the one who gets them.
"""

from datetime import timedelta

import attrs
from sqlalchemy import Connection

from treuwerk.domain.ledger import FOREVER, Book, TransactionKind, moment, start_of_day
from treuwerk.domain.lots import Part, total
from treuwerk.domain.movements import Leg, Legs, taken
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.terms import Between
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.bookkeeping import SYSTEM, Booked, OpenAccount, Order, positive, repeated
from treuwerk.services.ledger.entitled import active_owners
from treuwerk.services.ledger.redeeming import keeps_until, spendable
from treuwerk.store import transfers
from treuwerk.store.owners import Owner, lock_owners


@attrs.frozen
class Transferred:
    """The two transactions of a transfer: that of the giver, and that of the one who gets the points."""

    given: Booked
    received: Booked


def transfer(installation: Installation, giver: int, receiver: int, unit: str, amount: int, key: str, now: int, *,
             actor: str = SYSTEM) -> Transferred:
    """Give `amount` points of one account to another, earliest expiry first; `key` names the act, once and for good.

    Raises:
        Refusal: `same_account`, `transfers_not_allowed`, `outside_limits`, `monthly_limit`, `other_group`,
            `participant_not_active`, or as of `redeem`; nothing was booked.
        KeyConflict: the key stands for another transfer of one of the two.
    """
    positive(amount)
    if giver == receiver:
        raise Refusal("same_account", "found the same account on both sides, expected two participants")
    facts = (giver, receiver, unit, amount)
    out = Order(giver, TransactionKind.TRANSFER_OUT, f"transfer|{key}", facts, f"to {receiver}", actor)
    into = Order(receiver, TransactionKind.TRANSFER_IN, f"transfer|{key}", facts, f"from {giver}", actor)

    def work(connection: Connection) -> Transferred:
        lock_owners(connection, (giver, receiver))
        books = open_accounts(installation, connection, (giver, receiver), now)
        given, received = repeated(books[giver], out), repeated(books[receiver], into)
        if given and received:  # answered also where one of them takes part no more
            return Transferred(given, received)
        owners = active_owners(connection, giver, receiver, locked=False)
        _refuse_by_rules(books[giver], owners[giver], owners[receiver], unit, amount)
        return _booked(books[giver], books[receiver], out, into, unit, amount)

    return installation.database.run(work)


def open_accounts(installation: Installation, connection: Connection, account_ids: tuple[int, ...],
                  now: int) -> dict[int, OpenAccount]:
    """Several accounts under lock, in ascending order, so that nobody waits for another in a circle."""
    settings = installation.programme.settings
    return {account_id: OpenAccount(connection, account_id, settings, now) for account_id in sorted(account_ids)}


def _booked(giver: OpenAccount, receiver: OpenAccount, out: Order, into: Order, unit: str, amount: int) -> Transferred:
    parts = spendable(giver, unit, amount)
    until = giver.standing[unit].kept_until
    receiver.sweep(unit)
    given = giver.book(out, taken(unit, parts, Book.TRANSFER, keeps_until(giver, unit)))
    keeps = until if _forgotten(receiver, unit) else None
    received = receiver.book(into, _received(unit, parts, giver.now, until, keeps))
    receiver.settle(received.id)
    return Transferred(Booked(given), Booked(received))


def _forgotten(account: OpenAccount, unit: str) -> bool:
    """Whether nobody was active for so long that all points of the unit went: new ones would go with them."""
    at = account.standing.get(unit)
    return at is not None and at.kept_until is not None and at.kept_until <= account.now


def _received(unit: str, parts: list[Part], now: int, kept_until: int | None, keeps_until: int | None) -> Legs:
    """One lot for each that was given. Only points that can be spent are given, so they can be spent at once."""
    lots = (Leg(Book.PARTICIPANT, unit, part.amount, active_from=now, expires_at=_end(part, kept_until),
                keeps_until=keeps_until) for part in parts)
    return Leg(Book.TRANSFER, unit, -total(parts)), *lots


def _end(part: Part, kept_until: int | None) -> int | None:
    end = min(part.expires_at, kept_until or FOREVER)
    return None if end == FOREVER else end


def _refuse_by_rules(account: OpenAccount, giver: Owner, receiver: Owner, unit: str, amount: int) -> None:
    rules = account.unit(unit).transfers
    if not rules.allowed:
        raise Refusal("transfers_not_allowed", f"the programme lets nobody give {unit} points to others", unit=unit)
    if rules.between is Between.SAME_GROUP and giver.group != receiver.group:
        raise Refusal("other_group", f"found a giver of group {giver.group!r} and a receiver of {receiver.group!r}, "
                      "expected the same group", giver=giver.group, receiver=receiver.group)
    if amount < rules.at_least or (rules.at_most is not None and amount > rules.at_most):
        most = f" to {rules.at_most}" if rules.at_most is not None else " on"
        raise Refusal("outside_limits", f"found {amount} {unit} points, expected a transfer from {rules.at_least}"
                      f"{most}", at_least=rules.at_least, at_most=rules.at_most)
    if rules.at_most_per_month is not None:
        _refuse_above_month(account, unit, amount, rules.at_most_per_month)


def _refuse_above_month(account: OpenAccount, unit: str, amount: int, most: int) -> None:
    """The month is that of the programme's zone; what was given in it is counted while the account is locked."""
    today = moment(account.now).astimezone(account.zone).date()
    first = today.replace(day=1)
    month = [start_of_day(day, account.zone) for day in (first, (first + timedelta(days=31)).replace(day=1))]
    given = transfers.given_within(account.connection, account.account_id, unit, *month)
    if given + amount > most:
        raise Refusal("monthly_limit", f"found {given} {unit} points given in this month already, expected at most "
                      f"{max(most - given, 0)} more", given=given, at_most_per_month=most)
