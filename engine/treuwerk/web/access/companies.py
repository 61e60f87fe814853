"""For which company somebody acts: choosing one after signing in, and switching."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.services.identity.memberships import memberships_of, switch_company
from treuwerk.web.access.entering import with_session
from treuwerk.web.shell.own_balance import chip_of
from treuwerk.web.shell.pages import page
from treuwerk.web.shell.routing import own_path
from treuwerk.web.shell.sessions import cookie
from treuwerk.web.shell.state import SESSION_COOKIE, Visit


def companies_page(visit: Visit) -> Response:
    """The companies of the user; a form of one button each."""
    if visit.request.method == "POST":
        return _switch(visit)
    with visit.shell.installation.database.reading() as connection:
        found = memberships_of(connection, visit.me.user_id)
    wanted = own_path(visit.request.query_params.get("next", "/"))
    return page(visit, "access/companies.html", memberships=found, next=wanted, current=visit.me.account_id,
                chip=chip_of(visit))


def _switch(visit: Visit) -> Response:
    chosen = visit.form.get("account", "")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 20):
        raise HTTPException(400)
    token = switch_company(visit.shell.installation.database, visit.session,
                           cookie(visit.request.scope, SESSION_COOKIE), int(chosen))
    return with_session(visit, own_path(visit.form.get("next", "/")), token)
