"""Bookings taken back by the service centre: with rights, a preview of points, tier and lots, and a second person.

Each try about a booking has a turn: how often it was taken back, or asked to be, before. The turn is part of the
business key, so of two people who look at the same state only one is booked, and the other is told to look again.
"""

from collections.abc import Mapping, Sequence

import attrs
from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.actors import acting_person, stated_reason
from treuwerk.domain.ledger import FOREVER, Book
from treuwerk.domain.movements import Legs
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.domain.rights import Access, row_named
from treuwerk.services.auditing import note_act
from treuwerk.services.changes import adjusting
from treuwerk.services.changes.adjusting import BOOKED, WAITING, Adjustment
from treuwerk.services.changes.manual_points import ASK
from treuwerk.services.changes.taking_back import Takeable, take_back, takeable
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.balances import balances
from treuwerk.services.ledger.bookkeeping import OpenAccount
from treuwerk.services.ledger.points_back import undone_by
from treuwerk.services.ledger.tracing import Origin, origins
from treuwerk.services.participants import notes
from treuwerk.services.participants.participant_list import tier_of
from treuwerk.store import manual
from treuwerk.store.owners import lock_owners

_OWN = (Book.PARTICIPANT, Book.PENDING)


@attrs.frozen
class Reversible:
    """A booking that can be taken back: how much is left, at which turn, and what waits for a second person."""

    account_id: int
    transaction_id: int
    rest: Takeable
    turn: int
    waiting: Adjustment | None

    @property
    def open(self) -> bool:
        """Whether somebody can ask for it now."""
        return self.rest.left > 0 and self.waiting is None


@attrs.frozen
class UnitSides:
    """Points of one unit before and after, and what is taken back or comes back."""

    unit: str
    before: int
    after: int
    change: int


@attrs.frozen
class LotMove:
    """Points that a lot loses (below zero) or has again; `expires_at` None: they stay."""

    unit: str
    amount: int
    expires_at: int | None
    origin: Origin


@attrs.frozen
class ReversalPreview:
    """What taking back would do. `elsewhere` has by (book, unit) what no lot has: expired, deficit, clawback.

    There, figures above zero are points that arrive in the book, those below zero that it bears.
    """

    units: Sequence[UnitSides]
    tier_before: str
    tier_after: str
    lots: Sequence[LotMove]
    elsewhere: Mapping[tuple[str, str], int]
    alone: bool
    """Whether what is left of the day's limits lets this person book it."""


def reversible(access: Access, connection: Connection, booking: str) -> Reversible | None:
    """What can be taken back of a booking by its public id; None for kinds that never are.

    Raises:
        OutOfScope: there is no such booking.
    """
    access.require("participants.read")
    account_id, number = parts_of(access, booking)
    rest = takeable(connection, account_id, number)
    if rest is None:
        return None
    asked = [adjusting.of_row(row) for row in manual.about(connection, account_id, number)]
    waiting = next((one for one in asked if one.state == WAITING), None)
    return Reversible(account_id, number, rest, _turn(rest, asked), waiting)


def preview(access: Access, installation: Installation, account_id: int, transaction_id: int, share: int,
            now: int) -> ReversalPreview:
    """What would be there afterwards: it is really booked, looked at, and rolled back.

    Raises:
        Refusal: as `ask`.
    """
    access.require(ASK)
    access.require_account(account_id)
    settings = installation.programme.settings
    with installation.database.writing() as connection:
        lock_owners(connection, (account_id,))
        before = _available(connection, installation, account_id, now)
        account = OpenAccount(connection, account_id, settings, now)
        _, legs = take_back(account, transaction_id, share, "rehearsal", "rehearsal", access.actor)
        after = _available(connection, installation, account_id, now)
        lots, changes = _lots(connection, account_id, legs), undone_by(legs)
        alone = adjusting.within_limits(connection, settings, access.actor, changes, now)
        connection.rollback()
    units = [UnitSides(unit, before.get(unit, 0), after.get(unit, 0), change) for unit, change in changes.items()]
    return ReversalPreview(units, tier_of(settings, before), tier_of(settings, after), lots, _elsewhere(legs), alone)


def ask(access: Access, installation: Installation, account_id: int, transaction_id: int, share: int, turn: int,
        now: int, *, reason: str, finish: Sequence[str] = ()) -> Adjustment:
    """Take a booking back, or let that wait for a second person where it is above the day's limit.

    `turn` is the one that the form was shown with. Notes in `finish` (public ids) are done with it, once it is booked.

    Raises:
        Refusal: `changed_meanwhile`: somebody took it back since; `waits_already`; and as `adjusting.adjust`.
    """
    access.require(ASK)
    access.require_account(account_id)
    asked = Adjustment(account_id, next(ids.row_ids(now)), f"taken back|{transaction_id}|{turn}",
                       next(iter(installation.programme.settings.units)), 0, stated_reason(reason), WAITING,
                       acting_person(access.actor), now, refers_to=transaction_id, share=share)

    def check(connection: Connection) -> None:
        rest = takeable(connection, account_id, transaction_id)
        earlier = [adjusting.of_row(row) for row in manual.about(connection, account_id, transaction_id)]
        if any(one.state == WAITING for one in earlier):
            raise Refusal("waits_already", "found that somebody asked for this already, and it waits for a second "
                          "person; expected a decision on that first")
        if rest is None or _turn(rest, earlier) != turn:
            raise _changed()

    def also(connection: Connection, done: Adjustment) -> None:
        note_act(connection, access, "points.reverse", account_id, done.taken_back or "", now=now, reason=done.reason,
                 after={"unit": done.unit, "amount": done.amount, "state": done.state})
        for public_id in finish if done.state == BOOKED else ():
            notes.finish_note(access, connection, account_id, notes.number_of(public_id, account_id), now)

    try:
        return adjusting.ask_for(installation, asked, check=check, also=also)
    except KeyConflict:
        raise _changed() from None


def parts_of(access: Access, booking: str) -> tuple[int, int]:
    """Account and number of a booking by its public id.

    Raises:
        OutOfScope: it is no booking, or that of somebody out of scope.
    """
    account_id, number = row_named(booking, ids.TRANSACTION, ids.PURCHASE)
    access.require_account(account_id)
    return account_id, number


def names_of(booking: str) -> list[str]:
    """All public ids that a note about a booking may name it by, from that of the booking."""
    _, account_id, number = ids.account_and_row(booking)
    return [booking, ids.public_id(ids.PURCHASE, account_id, number)]


def _changed() -> Refusal:
    return Refusal("changed_meanwhile", "found that this booking was taken back, or asked to be, since the form was "
                   "opened; expected a look at what is left")


def _turn(rest: Takeable, asked: Sequence[Adjustment]) -> int:
    return 1 + rest.undone + sum(1 for one in asked if one.state != BOOKED)


def _available(connection: Connection, installation: Installation, account_id: int, now: int) -> dict[str, int]:
    found = balances(connection, installation.programme.settings.units, account_id, now, with_expiry=False)
    return {unit: one.available for unit, one in found.items()}


def _lots(connection: Connection, account_id: int, legs: Legs) -> list[LotMove]:
    """What each lot loses or has again, the first to go first."""
    moved: dict[tuple[int, str, int], int] = {}
    for leg in legs:
        for part in leg.parts if leg.book in _OWN else ():
            place = part.expires_at, leg.unit, part.transaction_id
            moved[place] = moved.get(place, 0) + (part.amount if leg.amount > 0 else -part.amount)
    made_by = origins(connection, account_id, {number for _, _, number in moved})
    return [LotMove(unit, amount, None if expires_at == FOREVER else expires_at, made_by[number])
            for (expires_at, unit, number), amount in sorted(moved.items()) if amount]


def _elsewhere(legs: Legs) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for leg in legs:
        if leg.book in (Book.EXPIRED, Book.DEFICIT, Book.CLAWBACK):
            place = leg.book.value, leg.unit
            found[place] = found.get(place, 0) + leg.amount
    return found
