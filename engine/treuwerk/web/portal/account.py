"""The points account: balance, status, bookings and the reason for each."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.ledger import moment
from treuwerk.services.account import enquiring, own_account, statements
from treuwerk.services.account.explaining import NotFound
from treuwerk.services.account.statements import Cursor, Filters, Page
from treuwerk.services.account.why_not import of_booking
from treuwerk.services.ledger.balances import Holdings
from treuwerk.services.rewards.pools import today
from treuwerk.services.submissions import own_submissions
from treuwerk.services.tiers.standing import own_standing
from treuwerk.web.lists import Cell, csv_answer
from treuwerk.web.portal.account_filters import (
    HERE,
    KIND_WORDS,
    STATUS_WORDS,
    chips,
    filters_of,
    place_of,
    products,
    sources,
    url_of,
    wanted_of,
    words,
)
from treuwerk.web.portal.enquiry_words import ENQUIRY_STATES
from treuwerk.web.portal.picturing import calendar_entries, parts_of, tier_view
from treuwerk.web.shell.documents import can_be_made
from treuwerk.web.shell.own_balance import main_unit, own_chip
from treuwerk.web.shell.pages import gettext, marked, naming_of, page
from treuwerk.web.shell.state import Visit

ROWS_OF_A_PAGE = 25
_ROWS_AT_ONCE = 1_000
_HEADS = (marked("Booking number"), marked("Booked"), marked("Day of the event"), marked("What for"),
          marked("Article number"), marked("Delivery note"), marked("Line"), marked("Reward order"),
          marked("Status"))


def account_page(visit: Visit) -> Response:
    """Balance, status, expiry calendar and one page of bookings."""
    wanted, unit, place = wanted_of(visit), main_unit(visit), place_of(visit)
    filters, database = filters_of(visit, wanted), visit.shell.installation.database
    with (database.reading() if filters.narrow else database.looking_up()) as connection:
        held = own_account.holdings(visit.access, connection, visit.shell.installation.programme.settings.units,
                                    visit.now, visit.shell.calendars)
        found = own_account.statement(visit.access, connection, unit, limit=ROWS_OF_A_PAGE,
                                      at=place or statements.in_front(held.booked.get(unit, 0)),
                                      filters=filters, now=visit.now, window=statements.WINDOW)
        underway = own_submissions.underway(visit.access, connection)
        standing = own_standing(visit.access, connection, visit.shell.installation.programme.settings, visit.now)
        years, bought = _years(visit, connection, held), own_account.bought_lately(visit.access, connection)
        chip = own_chip(visit, connection, held.balances[unit])
    options = {"year": years, "kind": words(visit, KIND_WORDS), "source": sources(visit),
               "product": products(visit, bought, wanted), "status": words(visit, STATUS_WORDS)}
    return page(visit, "portal/account.html", section=HERE, wanted=wanted, page=found, options=options,
                underway=underway,
                chips=chips(visit, wanted, options), months=_by_month(visit, found), account_is_used=bool(years),
                pdfs=[year for year, _ in years] if can_be_made() else [], csv_url=wanted.url("/bookings.csv"),
                newest_url=wanted.url(HERE) if found.previous or place else "",
                newer_url=url_of(visit, wanted, found.previous), older_url=url_of(visit, wanted, found.next),
                chip=chip, standing=standing, **standing_of(visit, held, unit))


def standing_of(visit: Visit, held: Holdings, unit: str) -> dict[str, Any]:
    """What templates show of balances: figures, expiry calendar with its bar, and the tier."""
    settings = visit.shell.installation.programme.settings
    calendar = calendar_entries(held.calendar, unit)
    tier = None
    if settings.tiers and settings.tier_scheme is None:
        own = held.balances[settings.tiers[0].unit]
        until = own.next_expiry.expires_at if own.next_expiry else None
        tier = tier_view(settings, naming_of(visit), own.available, until, gettext(visit, "Progress to the next tier"))
    return {"balance": held.balances[unit], "tier": tier, "calendar": calendar,
            "expiry_parts": parts_of(calendar)}


def _years(visit: Visit, connection: Connection, held: Holdings) -> list[tuple[str, str]]:
    """Calendar years from the first booking to now, newest first; none in an unused account."""
    first = visit.shell.calendars.fact("first booking", visit.access.account_id, held.versions,
                                       lambda: own_account.first_booking_at(visit.access, connection))
    if first is None:
        return []
    zone = visit.shell.installation.programme.settings.programme.time_zone
    begin, end = (moment(instant).astimezone(zone).year for instant in (first, max(first, visit.now)))
    return [(str(year), str(year)) for year in range(end, begin - 1, -1)]


def _by_month(visit: Visit, found: Page) -> list[tuple[str, list[statements.Entry]]]:
    month = visit.shell.renderer.environment(visit.locale).filters["month"]
    groups = groupby(found.entries, key=lambda entry: month(entry.booking.booked_at))
    return [(name, list(entries)) for name, entries in groups]


def booking_page(visit: Visit) -> Response:
    """Why these points? One booking with everything that it rests on; someone else's is not there."""
    with visit.shell.installation.database.reading() as connection:
        try:
            booking = own_account.booking(visit.access, connection, visit.request.path_params["id"])
        except NotFound:
            raise HTTPException(404) from None
        chip = own_chip(visit, connection)
        asked = enquiring.about_booking(visit.access, connection, booking.id)
        considered = of_booking(connection, visit.shell.installation.programme, booking)
    day = today(visit.shell.installation.programme.settings, visit.now)
    hints = considered.told(day) if considered and not booking.undone_by else []
    return page(visit, "portal/booking.html", section=HERE, booking=booking, chip=chip, enquiries=asked,
                enquiry_states=ENQUIRY_STATES, considered=considered, hints=hints)


def bookings_csv(visit: Visit) -> Response:
    """All bookings that the filters leave, as CSV."""
    filters = filters_of(visit, wanted_of(visit))
    return csv_answer(visit, "bookings.csv", _booking_rows(visit, filters))


def _booking_rows(visit: Visit, filters: Filters) -> Iterator[list[Cell]]:
    unit, naming = main_unit(visit), naming_of(visit)
    units = list(visit.shell.installation.programme.settings.units)
    iso_day = visit.shell.renderer.environment(visit.locale).filters["iso_day"]
    states = dict(words(visit, STATUS_WORDS))
    yield [*(gettext(visit, head) for head in _HEADS), *map(naming.unit, units), gettext(visit, "Balance")]
    for entry in _all_entries(visit, unit, filters):
        booking, purchase, activity = entry.booking, entry.booking.purchase, entry.booking.activity
        about = [purchase.article_name, purchase.article_number, purchase.document, purchase.line] if purchase else [
            f"{naming.activity(activity.kind)} {activity.code}" if activity
            else naming.booking(booking.kind, booking.ordered), "", "", ""]
        yield [booking.id, date.fromisoformat(iso_day(booking.booked_at)), booking.occurred_on, *about,
               booking.ordered.order if booking.ordered else "", states.get(entry.status, ""),
               *(entry.amounts.get(code, 0) for code in units), entry.balance]


def _all_entries(visit: Visit, unit: str, filters: Filters) -> Iterator[statements.Entry]:
    cursor: Cursor | None = None
    with visit.shell.installation.database.reading() as connection:
        while True:
            found = own_account.statement(visit.access, connection, unit, at=cursor, limit=_ROWS_AT_ONCE,
                                          filters=filters, now=visit.now)
            yield from found.entries
            if found.next is None:
                return
            cursor = found.next
