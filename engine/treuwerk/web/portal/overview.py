"""The portal's start page: points, status, what to do, what happened last, and what plugins add."""

from starlette.responses import Response

from treuwerk.domain.rights import Audience
from treuwerk.services.account import own_account
from treuwerk.services.account.overview import going_soon, overview
from treuwerk.services.shop.wishes import WRITE
from treuwerk.services.submissions import own_submissions
from treuwerk.services.tiers.standing import own_standing
from treuwerk.web.portal.account import standing_of
from treuwerk.web.portal.picturing import TierView
from treuwerk.web.portal.shop.suggested import suggested_for
from treuwerk.web.portal.submission_words import STATES
from treuwerk.web.shell.own_balance import main_unit, own_chip
from treuwerk.web.shell.pages import gettext, page
from treuwerk.web.shell.plugin_pages import panels
from treuwerk.web.shell.state import Visit

_NEAR = 0.15
_SUGGESTED = 6


def overview_page(visit: Visit) -> Response:
    """Everything at one glance."""
    settings, unit = visit.shell.installation.programme.settings, main_unit(visit)
    with visit.shell.installation.database.looking_up() as connection:
        found = overview(visit.access, connection, unit, settings.units, visit.now,
                         visit.shell.calendars)
        standing = own_standing(visit.access, connection, settings, visit.now)
        underway = own_submissions.underway(visit.access, connection)
        chip = own_chip(visit, connection, found.holdings.balances[unit])
        totals = own_account.totals_ahead(visit.access, connection, settings, visit.now)
        liked = suggested_for(visit, connection, _SUGGESTED, found.holdings.balances)
    context = standing_of(visit, found.holdings, unit)
    spendable = [code for code, one in settings.units.items() if one.spendable]
    return page(visit, "portal/overview.html", section="/", latest=found.latest, chip=chip, liked=liked,
                totals=totals,
                wishes=visit.access.may(WRITE), underway=underway, states=STATES,
                soon=going_soon(found.holdings, spendable, visit.now), near=_near(context["tier"]),
                reference=visit.state.request_id, standing=standing,
                panels=panels(visit, Audience.PORTAL, visit.access.account_id, found.holdings.balances),
                greeting=gettext(visit, "Hello %(name)s") % {"name": visit.me.person or visit.me.company}, **context)


def _near(tier: TierView | None) -> bool:
    """Whether the next tier is so near that it is worth a reminder."""
    if tier is None or not tier.next:
        return False
    wanted = next(rung.points for rung in tier.ladder if not rung.reached)
    return tier.missing <= wanted * _NEAR
