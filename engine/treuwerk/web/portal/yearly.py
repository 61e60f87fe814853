"""The yearly statement as PDF: tagged, in the reader's language, with figures in columns."""

from collections.abc import Iterator
from typing import Any

import attrs
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.services.account import own_account
from treuwerk.services.account.statements import Cursor, Entry, Filters
from treuwerk.web.portal.filtering import year_bounds, year_of
from treuwerk.web.shell.documents import can_be_made, pdf
from treuwerk.web.shell.own_balance import main_unit
from treuwerk.web.shell.pages import gettext, marked, naming_of
from treuwerk.web.shell.state import Visit

_ROWS_AT_ONCE = 1_000
_MOST_ROWS = 20_000
FIGURES = (marked("Balance on 1 January"), marked("Collected"), marked("Used or expired"), marked("Balance at the end"))


@attrs.frozen
class Year:
    """The bookings of a calendar year, oldest first, and the balance before and after them."""

    entries: tuple[Entry, ...]
    before: int
    after: int
    gained: int
    lost: int


def yearly_pdf(visit: Visit) -> Response:
    """One calendar year of the own account; 404 where PDFs cannot be made or the year has no bookings."""
    year = year_of(visit.request.path_params["year"])
    found = _year(visit, year or 0)
    if found is None or not can_be_made():
        raise HTTPException(404)
    content = pdf("statement.typ", _told(visit, year or 0, found))
    name = f"{visit.shell.installation.programme.settings.programme.code}-{year}.pdf"
    return Response(content, media_type="application/pdf",
                    headers={"content-disposition": f'attachment; filename="{name}"'})


def _year(visit: Visit, year: int) -> Year | None:
    unit = main_unit(visit)
    filters = Filters(*year_bounds(year, visit.shell.installation.programme.settings.programme.time_zone))
    entries = tuple(reversed(list(_entries(visit, unit, filters))))
    if not entries:
        return None
    changes = [entry.amounts.get(unit, 0) for entry in entries]
    first = entries[0]
    return Year(entries, first.balance - first.amounts.get(unit, 0), entries[-1].balance,
                sum(one for one in changes if one > 0), sum(one for one in changes if one < 0))


def _entries(visit: Visit, unit: str, filters: Filters) -> Iterator[Entry]:
    cursor: Cursor | None = None
    with visit.shell.installation.database.reading() as connection:
        for _ in range(0, _MOST_ROWS, _ROWS_AT_ONCE):
            page = own_account.statement(visit.access, connection, unit, at=cursor, limit=_ROWS_AT_ONCE,
                                         filters=filters)
            yield from page.entries
            if (cursor := page.next) is None:
                return


def _told(visit: Visit, year: int, found: Year) -> dict[str, Any]:
    filters = visit.shell.renderer.environment(visit.locale).filters
    settings = visit.shell.installation.programme.settings
    number, day, unit = filters["number"], filters["day"], main_unit(visit)

    def words(message: str) -> str:
        return gettext(visit, message)

    figures = zip(FIGURES, (found.before, found.gained, found.lost, found.after), strict=True)
    return {
        "lang": visit.locale[:2], "programme": settings.programme.name, "accent": settings.theme.accent,
        "title": words(marked("Statement %(year)s")) % {"year": year}, "company": visit.me.company,
        "note": naming_of(visit).unit(unit), "footer": words(marked("As of %(day)s")) % {"day": day(visit.now)},
        "heads": [words(head) for head in (marked("Booked"), marked("What for"), marked("Points"), marked("Balance"))],
        "figures": [{"name": words(name), "value": number(value)} for name, value in figures],
        "rows": [_row(visit, entry, unit) for entry in found.entries],
        "end": words(marked("Every booking can be followed to its delivery in your points account."))}


def _row(visit: Visit, entry: Entry, unit: str) -> dict[str, str]:
    filters, naming = visit.shell.renderer.environment(visit.locale).filters, naming_of(visit)
    purchase, activity = entry.booking.purchase, entry.booking.activity
    what = (purchase.article_name or purchase.article_number) if purchase else (
        f"{naming.activity(activity.kind)} {activity.code}" if activity else naming.kind(entry.booking.kind))
    note = gettext(visit, "Delivery note %(document)s, line %(line)s") % {
        "document": purchase.document, "line": purchase.line} if purchase else ""
    return {"day": filters["day"](entry.booking.booked_at), "what": what, "note": note,
            "points": filters["signed"](entry.amounts.get(unit, 0)), "balance": filters["number"](entry.balance)}
