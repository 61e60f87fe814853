"""The own tier: which, since when and why, until when, what is missing, and all changes so far."""

from starlette.responses import Response

from treuwerk.services.account import own_account
from treuwerk.services.tiers.standing import own_standing
from treuwerk.web.portal.account import standing_of
from treuwerk.web.portal.account_filters import HERE as ACCOUNT
from treuwerk.web.shell.own_balance import main_unit, own_chip
from treuwerk.web.shell.pages import page
from treuwerk.web.shell.state import Visit
from treuwerk.web.shell.tier_words import WHYS

HERE = f"{ACCOUNT}/tier"


def tier_page(visit: Visit) -> Response:
    """Everything about it on one page."""
    settings, unit = visit.shell.installation.programme.settings, main_unit(visit)
    with visit.shell.installation.database.reading() as connection:
        held = own_account.holdings(visit.access, connection, settings.units, visit.now, visit.shell.calendars)
        chip = own_chip(visit, connection, held.balances[unit])
        standing = own_standing(visit.access, connection, settings, visit.now)
    return page(visit, "portal/tier.html", section=ACCOUNT, chip=chip, standing=standing, whys=WHYS,
                **standing_of(visit, held, unit))
