"""Points by hand as the service centre asks for them: with rights, a preview, and every act in the audit."""

from collections.abc import Sequence
from datetime import date

import attrs
from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.rights import Access, OutOfScope, row_named
from treuwerk.domain.terms import Terms
from treuwerk.services.auditing import note_act
from treuwerk.services.changes import adjusting
from treuwerk.services.changes.adjusting import WAITING, Adjustment
from treuwerk.services.changes.value_dates import terms_by_hand, value_date
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.balances import balances
from treuwerk.services.participants import notes
from treuwerk.services.participants.participant_list import tier_of
from treuwerk.store import manual

ASK, DECIDE = "points.adjust", "points.approve"
REASONS = ("goodwill", "correction", "complaint", "contest", "other")
"""Codes of why points are booked by hand; the text says more."""


@attrs.frozen
class Side:
    """Points and tier before or after."""

    available: int
    tier: str


@attrs.frozen
class Preview:
    """What a booking by hand would do; `alone` says whether what is left of the day's limit lets this person book it.

    `occurred_on` is its value date as ISO day, empty for today. `terms` are those of points that are given, None for
    points that are taken.
    """

    unit: str
    amount: int
    before: Side
    after: Side
    limit: int
    alone: bool
    occurred_on: str = ""
    terms: Terms | None = None


def preview(access: Access, installation: Installation, account_id: int, unit: str, amount: int, now: int, *,
            occurred_on: date | None = None) -> Preview:
    """What would be there afterwards; nothing is booked.

    Raises:
        Refusal: `wrong_day`, `gone_already`: the value date cannot be.
    """
    access.require(ASK)
    access.require_account(account_id)
    settings = installation.programme.settings
    with installation.database.reading() as connection:
        held = balances(connection, settings.units, account_id, now, with_expiry=False)
        alone = adjusting.within_limits(connection, settings, access.actor, {unit: amount}, now)
    before = {code: one.available for code, one in held.items()}
    after = {**before, unit: before[unit] + amount}
    limit = settings.units[unit].manual.limit
    day = value_date(settings, occurred_on, now)
    terms = terms_by_hand(settings, unit, day, now) if amount > 0 else None
    return Preview(unit, amount, Side(before[unit], tier_of(settings, before)),
                   Side(after[unit], tier_of(settings, after)), limit, alone, day, terms)


def ask(access: Access, installation: Installation, asked: Adjustment, *,
        occurred_on: date | None = None) -> Adjustment:
    """Book points by hand, or let them wait for a second person where they are above the day's limit.

    Raises:
        Refusal: as `adjusting.adjust`, and `wrong_day`, `gone_already`: the value date cannot be.
    """
    access.require(ASK)
    access.require_account(asked.account_id)
    now = asked.requested_at
    dated = attrs.evolve(asked, requested_by=access.actor, occurred_on=value_date(
        installation.programme.settings, occurred_on, now))
    return adjusting.ask_for(installation, dated, also=_noting(access, "points.adjust", now))


def approve(access: Access, installation: Installation, public_id: str, now: int, comment: str = "", *,
            finish: Sequence[str] = ()) -> Adjustment:
    """Agree as a second person: the points are booked, and the notes in `finish` (public ids) are done with it."""
    access.require(DECIDE)
    account_id, number = _parts(access, public_id)
    noted = _noting(access, "points.approve", now)

    def also(connection: Connection, done: Adjustment) -> None:
        noted(connection, done)
        for note in finish:
            notes.finish_note(access, connection, account_id, notes.number_of(note, account_id), now)

    return adjusting.approve(installation, account_id, number, now, actor=access.actor, comment=comment, also=also)


def refuse(access: Access, installation: Installation, public_id: str, now: int, reason: str) -> Adjustment:
    """Say no as a second person, and why."""
    access.require(DECIDE)
    account_id, number = _parts(access, public_id)
    return adjusting.refuse(
        installation, account_id, number, now, actor=access.actor, reason=reason,
        also=_noting(access, "points.refuse", now))


def withdraw(access: Access, installation: Installation, public_id: str, now: int) -> Adjustment:
    """Take back what one asked for oneself."""
    access.require(ASK)
    account_id, number = _parts(access, public_id)
    return adjusting.withdraw(
        installation, account_id, number, now, actor=access.actor,
        also=_noting(access, "points.withdraw", now))


def adjustment_of(access: Access, connection: Connection, public_id: str) -> Adjustment:
    """One booking by hand.

    Raises:
        OutOfScope: there is none of this id.
    """
    access.require("participants.read")
    account_id, number = _parts(access, public_id)
    row = manual.by_id(connection, account_id, number)
    if row is None:
        raise OutOfScope
    return adjusting.of_row(row)


def waiting_for(access: Access, connection: Connection) -> Sequence[tuple[Adjustment, str]]:
    """Everything that waits for a second person, oldest first, each with the participant's name."""
    access.require("participants.read")
    return list(adjusting.adjustments(connection, WAITING))


def _parts(access: Access, public_id: str) -> tuple[int, int]:
    account_id, number = row_named(public_id, ids.ADJUSTMENT)
    access.require_account(account_id)
    return account_id, number


def _noting(access: Access, action: str, now: int) -> adjusting.Also:
    """Note the act in its own transaction."""
    def note(connection: Connection, done: Adjustment) -> None:
        note_act(connection, access, action, done.account_id, done.public_id, now=now, reason=done.reason,
                 after={"unit": done.unit, "amount": done.amount, "state": done.state})

    return note
