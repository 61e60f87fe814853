"""The expiry calendar: day by day what goes, and each day by its lots."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.ledger import FOREVER
from treuwerk.services.account import own_account
from treuwerk.services.account.expiring_lots import days_with_lots, lots_of_day
from treuwerk.services.ledger.balances import ExpiringAmount
from treuwerk.web.lists import cursor_of, cursor_text
from treuwerk.web.portal.account_filters import HERE as ACCOUNT
from treuwerk.web.shell.own_balance import main_unit, own_chip
from treuwerk.web.shell.pages import page
from treuwerk.web.shell.state import Visit

HERE = f"{ACCOUNT}/expiry"
DAYS_OF_A_PAGE, LOTS_OF_A_PAGE = 24, 50
_LIST, _NEVER = "lots", "never"


def expiry_page(visit: Visit) -> Response:
    """The days on which points go, the next one first; each opens to its lots."""
    unit, after = main_unit(visit), _instant(visit.request.query_params.get("after", "0"))
    with visit.shell.installation.database.reading() as connection:
        held = own_account.holdings(visit.access, connection, visit.shell.installation.programme.settings.units,
                                    visit.now, visit.shell.calendars)
        own = [one for one in held.calendar if one.unit == unit]
        begin = sum(1 for one in own if _end(one) <= after)
        shown = own[begin : begin + DAYS_OF_A_PAGE]
        days = days_with_lots(visit.access, connection, unit, shown, visit.now)
        chip = own_chip(visit, connection, held.balances[unit])
    return page(visit, "portal/expiry.html", section=ACCOUNT, days=days, balance=held.balances[unit],
                chip=chip, newer_url=_page_before(own, begin),
                older_url=f"{HERE}?after={_end(shown[-1])}" if begin + DAYS_OF_A_PAGE < len(own) else "")


def _page_before(own: Sequence[ExpiringAmount], begin: int) -> str:
    if not begin:
        return ""
    first = begin - DAYS_OF_A_PAGE
    return f"{HERE}?after={_end(own[first - 1])}" if first > 0 else HERE


def expiring_day_page(visit: Visit) -> Response:
    """All lots of one day, page by page."""
    unit, named = main_unit(visit), visit.request.path_params["day"]
    expires_at = None if named == _NEVER else _instant(named)
    with visit.shell.installation.database.reading() as connection:
        held = own_account.holdings(visit.access, connection, visit.shell.installation.programme.settings.units,
                                    visit.now, visit.shell.calendars)
        entry = next((one for one in held.calendar if one.unit == unit and one.expires_at == expires_at), None)
        if entry is None:
            raise HTTPException(404)
        key = visit.session.id_hash
        place = cursor_of(visit.request.query_params.get("after", ""), _LIST, key)
        after = (int(place[0]), int(place[1]), int(place[2])) if place else None
        lots, following = lots_of_day(visit.access, connection, unit, expires_at, visit.now, after=after,
                                      limit=LOTS_OF_A_PAGE)
        chip = own_chip(visit, connection, held.balances[unit])
    here = f"{HERE}/{named}"
    return page(visit, "portal/expiring_day.html", section=ACCOUNT, entry=entry, lots=lots, unit=unit,
                chip=chip, first_url=here if after else "",
                next_url=f"{here}?after={cursor_text(following, _LIST, key)}" if following else "")


def _end(one: ExpiringAmount) -> int:
    return FOREVER if one.expires_at is None else one.expires_at


def _instant(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) < FOREVER):
        raise HTTPException(400)
    return int(text)
