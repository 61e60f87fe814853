"""Adjusting: points that people give, take or take back by hand, with a reason, above a limit with a second person.

What one person books alone on a day is added up, given and taken, and held against the unit's ``manual.limit`` by a
conditional write. What is above it waits until somebody else agrees. Nobody decides on what he asked for himself, and
nobody books on the account that he belongs to.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.actors import acting_person, person_key, same_person, stated_reason
from treuwerk.domain.evaluation import MOST_POINTS
from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.domain.lots import first_of, total
from treuwerk.domain.movements import Leg, Legs, taken
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.programme.settings import Settings
from treuwerk.services.changes.taking_back import take_back
from treuwerk.services.changes.value_dates import day_of, terms_by_hand, value_date
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.bookkeeping import OpenAccount, Order
from treuwerk.services.ledger.entitled import staying_owners
from treuwerk.services.ledger.points_back import undone_by
from treuwerk.services.participants.own_company import refuse_own_name
from treuwerk.store import manual, work
from treuwerk.store.owners import lock_owners, names_of_people, owners_of

WAITING, BOOKED, REFUSED, WITHDRAWN = STATES = ("waiting", "booked", "refused", "withdrawn")
_TELLING = 4  # letters; shorter names stand in other words
_FIELDS = ("account_id", "id", "business_key", "unit", "amount", "reason", "state", "requested_by", "requested_at",
           "decided_by", "decided_at", "decision", "transaction_id", "refers_to", "share", "occurred_on")


@attrs.frozen
class Adjustment:
    """A booking by hand: what, why, who asked, who decided. Instants in microseconds UTC.

    `decided_by` is empty where one person could book it alone; `transaction_id` is there once it is booked. `refers_to`
    is the booking that is taken back, and `share` how much of it, as `taking_back` measures; then `amount` is what that
    comes to in its largest unit. `occurred_on` is the value date as ISO day, empty for the day of booking.
    """

    account_id: int
    id: int
    business_key: str
    unit: str
    amount: int
    reason: str
    state: str
    requested_by: str
    requested_at: int
    decided_by: str = ""
    decided_at: int | None = None
    decision: str = ""
    transaction_id: int | None = None
    refers_to: int | None = None
    share: int | None = None
    occurred_on: str = ""
    repeated: bool = attrs.field(default=False, eq=False)

    @property
    def public_id(self) -> str:
        """The id that people see."""
        return ids.public_id(ids.ADJUSTMENT, self.account_id, self.id)

    @property
    def booking(self) -> str | None:
        """The public id of its transaction."""
        return self._transaction(self.transaction_id)

    @property
    def taken_back(self) -> str | None:
        """The public id of the booking that it takes back."""
        return self._transaction(self.refers_to)

    def _transaction(self, number: int | None) -> str | None:
        return None if number is None else ids.public_id(ids.TRANSACTION, self.account_id, number)


Also = Callable[[Connection, Adjustment], None]


def nothing_else(_connection: Connection, _adjustment: Adjustment) -> None:
    """Beside the act itself there is nothing to do."""


def adjust(installation: Installation, account_id: int, unit: str, amount: int, key: str, now: int, *, reason: str,
           actor: str, on: date | None = None) -> Adjustment:
    """Give points by hand, or take them where `amount` is below zero; `key` names the act, once and for good.

    `on` is the value date, left out: the day of booking. It is booked at once where the day's limit of `actor` allows
    it; else it waits for `approve`.

    Raises:
        Refusal: `wrong_amount`, `no_reason`, `personal_data`, `unknown_actor`, `unknown_unit`, `own_account`,
            `not_enough`, `participant_not_active`, `wrong_day`, `gone_already`; nothing was booked, and nothing waits.
        KeyConflict: the key stands for another booking by hand.
    """
    asked = points_by_hand(account_id, unit, amount, key, now, reason=reason, actor=actor)
    occurred_on = value_date(installation.programme.settings, on, now)
    return ask_for(installation, attrs.evolve(asked, occurred_on=occurred_on))


def points_by_hand(account_id: int, unit: str, amount: int, key: str, now: int, *, reason: str,
                   actor: str) -> Adjustment:
    """What somebody asks for, with the day of booking as its value date.

    Raises:
        Refusal: `wrong_amount`, `no_reason`, `unknown_actor`.
    """
    return Adjustment(account_id, next(ids.row_ids(now)), key, unit, _not_zero(amount), stated_reason(reason), WAITING,
                      acting_person(actor), now)


def ask_for(installation: Installation, asked: Adjustment, *, check: Callable[[Connection], None] = lambda _: None,
            also: Also = nothing_else) -> Adjustment:
    """Book what is asked for where the limits of the day allow it; else let it wait.

    `check` raises what speaks against it, once the account is locked and unless it was asked for before. Here and
    below, `also` is done in the same transaction, such as a note of the act; not where the act was done before.
    """

    def act(connection: Connection) -> Adjustment:
        lock_owners(connection, (asked.account_id,))
        account = OpenAccount(connection, asked.account_id, installation.programme.settings, asked.requested_at)
        if (before := manual.by_key(connection, asked.account_id, asked.business_key)) is not None:
            return _repeated(before, asked)  # answered also where the participant has left since
        staying_owners(connection, asked.account_id)
        refuse_own_name(asked.requested_by, connection, asked.account_id)
        _refuse_names(connection, asked.account_id, asked.reason)
        check(connection)
        done = _alone_or_waiting(account, asked)
        manual.note(connection, _values(done))
        if done.state == WAITING:
            work.put(connection, work.ADJUSTMENT, done.public_id, asked.requested_at, account_id=asked.account_id,
                     gist=done.reason)
        also(connection, done)
        return done

    return installation.database.run(act)


def _alone_or_waiting(account: OpenAccount, asked: Adjustment) -> Adjustment:
    """It booked, where one person may book so much alone on this day; else as it waits, and nothing moved."""
    day = day_of(account.settings, account.now)
    with account.connection.begin_nested() as attempt:
        row_id, amounts = _booked(account, asked)
        stated = _stated(asked, amounts)
        if all(manual.use_allowance(account.connection, person_key(asked.requested_by), day, unit, abs(amount),
                                    account.unit(unit).manual.limit) for unit, amount in sorted(amounts.items())):
            return attrs.evolve(stated, state=BOOKED, decided_at=account.now, transaction_id=row_id)
        attempt.rollback()
    return stated


def within_limits(connection: Connection, settings: Settings, actor: str, amounts: Mapping[str, int],
                  now: int) -> bool:
    """Whether a person may book these points by unit alone, beside what that person booked alone on this day."""
    used = manual.used_allowances(connection, person_key(actor), day_of(settings, now))
    return all(unit in settings.units and used.get(unit, 0) + abs(amount) <= settings.units[unit].manual.limit
               for unit, amount in amounts.items())


def _stated(asked: Adjustment, amounts: Mapping[str, int]) -> Adjustment:
    """What is asked for with its points: those of the largest unit, where a booking is taken back."""
    if asked.refers_to is None or not amounts:
        return asked
    unit = max(amounts, key=lambda code: abs(amounts[code]))
    return attrs.evolve(asked, unit=unit, amount=amounts[unit])


def approve(installation: Installation, account_id: int, number: int, now: int, *, actor: str,
            comment: str = "", also: Also = nothing_else) -> Adjustment:
    """Agree with a booking by hand that waits, as a second person: it is booked now.

    Raises:
        Refusal: `unknown_adjustment`, `self_approval`, `own_account`, `already_decided`, `not_enough`, …; it waits on.
    """
    second = acting_person(actor)

    def act(connection: Connection) -> Adjustment:
        account = _opened(installation, connection, account_id, now)
        asked = _found(connection, account_id, number)
        if asked.state == BOOKED and same_person(asked.decided_by, second):
            return attrs.evolve(asked, repeated=True)
        _refuse_decided(asked)
        if same_person(asked.requested_by, second):
            raise Refusal("self_approval", f"found {second!r}, who asked for it as {asked.requested_by!r}; expected "
                          "another person")
        refuse_own_name(second, connection, account_id)
        decided = _decided(connection, asked, BOOKED, second, now, comment)
        row_id, amounts = _booked(account, decided)
        if (found := _stated(decided, amounts).amount) != asked.amount:
            raise Refusal("changed_meanwhile", f"found {found} points that would be booked now, expected "
                          f"{asked.amount} as asked for; refuse it, and take back what is left")
        manual.booked_as(connection, account_id, number, row_id)
        done = attrs.evolve(decided, transaction_id=row_id)
        also(connection, done)
        return done

    return installation.database.run(act)


def refuse(installation: Installation, account_id: int, number: int, now: int, *, actor: str,
           reason: str, also: Also = nothing_else) -> Adjustment:
    """Say no to a booking by hand that waits, as a second person, and say why.

    Raises:
        Refusal: `unknown_adjustment`, `self_approval`, `already_decided`, `no_reason`.
    """
    second, why = acting_person(actor), stated_reason(reason)

    def act(connection: Connection) -> Adjustment:
        asked = _found(connection, account_id, number)
        _refuse_decided(asked)
        if same_person(asked.requested_by, second):
            raise Refusal("self_approval", f"found {second!r}, who asked for it; expected another person, or withdraw")
        done = _decided(connection, asked, REFUSED, second, now, why)
        also(connection, done)
        return done

    return installation.database.run(act)


def withdraw(installation: Installation, account_id: int, number: int, now: int, *, actor: str,
             also: Also = nothing_else) -> Adjustment:
    """Take back what one asked for and what still waits.

    Raises:
        Refusal: `unknown_adjustment`, `not_yours`, `already_decided`.
    """
    person = acting_person(actor)

    def act(connection: Connection) -> Adjustment:
        asked = _found(connection, account_id, number)
        _refuse_decided(asked)
        if not same_person(asked.requested_by, person):
            raise Refusal("not_yours", f"found {person!r}, expected {asked.requested_by!r}, who asked for it; a second "
                          "person approves or refuses")
        done = _decided(connection, asked, WITHDRAWN, person, now, "")
        also(connection, done)
        return done

    return installation.database.run(act)


def adjustments(connection: Connection, state: str | None = WAITING,
                actor: str | None = None) -> Iterator[tuple[Adjustment, str]]:
    """Bookings by hand in a state (None: all), oldest first, each with the participant's name.

    `actor` narrows them to those that a person asked for or decided.
    """
    wanted = person_key(actor) if actor else None
    for row in manual.all_in(connection, state):
        one = of_row(row)
        if wanted is None or wanted in (person_key(one.requested_by), person_key(one.decided_by)):
            yield one, row.name


def _opened(installation: Installation, connection: Connection, account_id: int, now: int) -> OpenAccount:
    staying_owners(connection, account_id)
    return OpenAccount(connection, account_id, installation.programme.settings, now)


def _not_zero(amount: int) -> int:
    if type(amount) is not int or not 0 < abs(amount) <= MOST_POINTS:
        raise Refusal("wrong_amount", f"found {amount!r:.40} points, expected a whole number from 1 to {MOST_POINTS:,} "
                      "or the same below zero")
    return amount


def _refuse_names(connection: Connection, account_id: int, reason: str) -> None:
    """The reason is hashed into the books for good, and people have a right to be forgotten."""
    mine = [account_id]
    names = {*names_of_people(connection, mine)[account_id], owners_of(connection, mine)[account_id].name}
    if "@" in reason or any(len(name) >= _TELLING and name.casefold() in reason.casefold() for name in names):
        raise Refusal("personal_data", "found a name or mail address of the participant in the reason, expected none: "
                      "it stays in the books for good; name the case, the slip or the ticket instead")


def _refuse_decided(asked: Adjustment) -> None:
    if asked.state != WAITING:
        raise Refusal("already_decided", f"found it {asked.state} by {asked.decided_by or asked.requested_by}, "
                      "expected one that waits", state=asked.state, decided_by=asked.decided_by)


def _legs(account: OpenAccount, unit: str, amount: int, occurred_on: str) -> Legs:
    """Points given have the terms of their unit; points taken are those that would be spent next.

    A correction by the office is no activity of the participant: points taken keep nothing alive.
    """
    settings = account.unit(unit)
    account.sweep(unit)
    if amount > 0:
        book, active_from, expires_at, keeps_until = terms_by_hand(account.settings, unit, occurred_on, account.now)
        return (Leg(Book(book), unit, amount, active_from=active_from, expires_at=expires_at, keeps_until=keeps_until),
                Leg(Book.ISSUANCE, unit, -amount))
    parts = first_of(account.lots(unit, -amount), -amount)
    if (there := total(parts)) < -amount:
        name = next(iter(settings.name.values()))
        raise Refusal("not_enough", f"found {there} {unit} points ({name}) that can be taken, expected at least "
                      f"{-amount}", available=there, wanted=-amount, unit=unit)
    return taken(unit, parts, Book.ISSUANCE)


def _booked(account: OpenAccount, asked: Adjustment) -> tuple[int, Mapping[str, int]]:
    """Book it; the journal says who asked, who agreed, and why. Answers with its id and the points by unit."""
    actor = f"{asked.requested_by} + {asked.decided_by}" if asked.decided_by else asked.requested_by
    if asked.refers_to is not None and asked.share is not None:
        row, legs = take_back(account, asked.refers_to, asked.share, asked.business_key, asked.reason, actor)
        return row.id, undone_by(legs)
    facts = (asked.unit, asked.amount, asked.reason, *([asked.occurred_on] if asked.occurred_on else []))
    order = Order(account.account_id, TransactionKind.ADJUSTMENT, f"adjustment|{asked.business_key}", facts,
                  asked.reason, actor, asked.occurred_on)
    row = account.book(order, _legs(account, asked.unit, asked.amount, asked.occurred_on))
    account.settle(row.id)
    return row.id, {asked.unit: asked.amount}


def _decided(connection: Connection, asked: Adjustment, state: str, by: str, now: int, why: str) -> Adjustment:
    decision: dict[str, Any] = {"state": state, "decided_by": by, "decided_at": now, "decision": " ".join(why.split())}
    if not manual.decide(connection, asked.account_id, asked.id, decision):
        _refuse_decided(_found(connection, asked.account_id, asked.id))
    work.close(connection, work.ADJUSTMENT, asked.public_id, now)
    return attrs.evolve(asked, **decision)


def _found(connection: Connection, account_id: int, number: int) -> Adjustment:
    row = manual.by_id(connection, account_id, number)
    if row is None:
        raise Refusal("unknown_adjustment", f"found no booking by hand {number} in this account")
    return of_row(row)


def _repeated(before: Row[Any], asked: Adjustment) -> Adjustment:
    known = of_row(before)
    if _facts(known) != _facts(asked) \
            or not same_person(known.requested_by, asked.requested_by):
        raise KeyConflict(asked.business_key, known.public_id)
    return attrs.evolve(known, repeated=True)


def _facts(one: Adjustment) -> tuple[object, ...]:
    what = (one.unit, one.amount, one.occurred_on) if one.refers_to is None else (one.refers_to, one.share)
    return *what, one.reason


def of_row(row: Row[Any]) -> Adjustment:
    """A booking by hand from its row."""
    return Adjustment(**{name: getattr(row, name) for name in _FIELDS})


def _values(adjustment: Adjustment) -> dict[str, Any]:
    return {name: getattr(adjustment, name) for name in _FIELDS}
