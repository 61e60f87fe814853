"""What a participant sees first: what there is, what is to be done, what happened last. Read-only."""

from collections.abc import Iterable

import attrs
from sqlalchemy import Connection

from treuwerk.domain.rights import Access
from treuwerk.services.account import own_account
from treuwerk.services.account.latest import Latest
from treuwerk.services.ledger.balances import Holdings
from treuwerk.services.ledger.kept_calendars import Calendars

LATEST = 5
SOON = 120 * 86_400_000_000
"""Microseconds before points go in which somebody is told."""


@attrs.frozen
class Overview:
    """Balances with their calendar, and the last bookings; an account without any was never used."""

    holdings: Holdings
    latest: tuple[Latest, ...]


@attrs.frozen
class GoingSoon:
    """Points of a unit that are gone at an instant, in so many days; today counts as 0."""

    unit: str
    amount: int
    expires_at: int
    days: int


def overview(access: Access, connection: Connection, unit: str, units: Iterable[str], now: int,
             kept: Calendars | None = None) -> Overview:
    """The start page's figures; the number of queries is the same for every account.

    Raises:
        NotAllowed: without the right to see the own account.
    """
    held = own_account.holdings(access, connection, units, now, kept)
    return Overview(held, tuple(own_account.latest(access, connection, unit, LATEST)))


def going_soon(held: Holdings, spendable: Iterable[str], now: int) -> list[GoingSoon]:
    """Points that can be spent and will be gone within `SOON`, soonest first."""
    units = set(spendable)
    return [GoingSoon(one.unit, one.amount, one.expires_at, (one.expires_at - 1 - now) // 86_400_000_000)
            for one in sorted(held.calendar, key=lambda one: one.expires_at or 0)
            if one.unit in units and one.expires_at is not None and now < one.expires_at <= now + SOON]
