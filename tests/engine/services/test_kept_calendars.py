"""Expiry calendars that are kept: as right as those that are read anew, also while others book."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest
from sqlalchemy import event

from tests.support.portal import NOW, Portal
from treuwerk.services.ledger.balances import Holdings, holdings
from treuwerk.services.ledger.expiring import expire
from treuwerk.services.ledger.kept_calendars import Calendars
from treuwerk.services.ledger.redeeming import redeem

UNITS = ("bonus", "status")
DAY = 86_400_000_000


class Sum(NamedTuple):
    """A row of a calendar, as far as keeping it is concerned."""

    ends: int
    starts: int | None = None


class Reader:
    """Counts how often a calendar is read anew."""

    def __init__(self, *rows: Sum) -> None:
        self.rows, self.times = rows, 0

    def __call__(self) -> Sequence[Any]:
        self.times += 1
        return self.rows


@pytest.mark.parametrize(("versions", "now", "times"), [
    ((("bonus", 1),), 10, 1), ((("bonus", 2),), 10, 2), ((("bonus", 1), ("status", 1)), 10, 2),
    ((("bonus", 1),), 99, 1), ((("bonus", 1),), 100, 2), ((("bonus", 1),), 9, 2)])
def test_a_calendar_is_kept_until_a_booking_or_the_clock_changes_it(versions: Any, now: int, times: int) -> None:
    calendars, reader = Calendars(), Reader(Sum(100), Sum(200))
    calendars.of(1, (("bonus", 1),), 10, reader)

    calendars.of(1, versions, now, reader)

    assert reader.times == times


def test_a_calendar_ends_where_a_lot_becomes_active() -> None:
    calendars, reader = Calendars(), Reader(Sum(200, starts=50))
    for now in (10, 49, 50):
        calendars.of(1, (), now, reader)

    assert reader.times == 2


def test_the_calendars_asked_for_last_are_kept() -> None:
    calendars, reader = Calendars(at_most=2), Reader(Sum(100))
    for account in (1, 2, 1, 3, 1, 2):
        calendars.of(account, (), 10, reader)

    assert reader.times == 4  # 2 gave way to 3


def looked(portal: Portal, now: int, kept: Calendars | None) -> Holdings:
    with portal.installation.database.reading() as connection:
        return holdings(connection, UNITS, portal.account("1001"), now, kept)


def test_a_kept_calendar_sees_bookings_expiry_and_time(portal: Portal) -> None:
    kept, account = Calendars(), portal.account("1001")
    seen = [looked(portal, NOW, kept)]
    redeem(portal.installation, account, "bonus", 100, "A-1", NOW)
    seen.append(looked(portal, NOW, kept))
    later = NOW + 45 * DAY  # the status points of 2026 are over
    seen.append(looked(portal, later, kept))
    expire(portal.installation, later)
    seen.append(looked(portal, later, kept))
    portal.deliver("2027-02-02", "LS-9;10;2027-02-01;1001;M400;1;PCE;MODULE;")
    seen.append(looked(portal, later + 40 * DAY, kept))

    assert len({one.calendar for one in seen}) == 4  # sweeping what is over changes nothing that is shown
    assert seen[-1] == looked(portal, later + 40 * DAY, None)
    for one in seen:
        for unit in UNITS:
            held = one.balances[unit]
            assert sum(part.amount for part in one.calendar if part.unit == unit) == held.available


def test_looking_again_asks_for_no_lots(portal: Portal) -> None:
    kept, asked = Calendars(), list[str]()
    account = portal.account("1001")
    with portal.installation.database.reading() as connection:
        holdings(connection, UNITS, account, NOW, kept)
        event.listen(connection, "before_cursor_execute", lambda *a: asked.append(a[2]))
        holdings(connection, UNITS, account, NOW, kept)

    assert len(asked) == 1


def test_kept_calendars_are_right_while_others_book(portal: Portal) -> None:
    kept, account = Calendars(), portal.account("1001")

    def spend(number: int) -> None:
        redeem(portal.installation, account, "bonus", 7, f"A-{number}", NOW)

    def look(_: int) -> bool:
        """A kept calendar beside a fresh one of the same instant of the database."""
        with portal.installation.database.reading() as connection:
            return (holdings(connection, UNITS, account, NOW, kept)
                    == holdings(connection, UNITS, account, NOW))

    with ThreadPoolExecutor(6) as crowd:
        spending = [crowd.submit(spend, number) for number in range(60)]
        looking = [crowd.submit(look, number) for number in range(240)]
        right = [one.result() for one in looking]
        for one in spending:
            one.result()

    assert all(right)
    assert looked(portal, NOW, kept).balances["bonus"].available == 3_380 - 60 * 7
    assert looked(portal, NOW, kept) == looked(portal, NOW, None)
