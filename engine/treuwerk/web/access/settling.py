"""The first steps of a login: an own password in place of a given one, then a second factor; nothing else is open."""

from starlette.responses import Response

from treuwerk.services.identity import own_security
from treuwerk.services.identity.passwords import WeakPassword, login_of
from treuwerk.services.identity.settling import Missing, SessionOver, missing
from treuwerk.services.identity.stepping_up import require_recent
from treuwerk.web.access.entering import SIGN_IN, origin_of, wanted_path, with_session
from treuwerk.web.access.first_login import weak_words
from treuwerk.web.access.security import base_of, security_template, settled
from treuwerk.web.shell.pages import see_other
from treuwerk.web.shell.state import Visit


def settle_page(visit: Visit) -> Response:
    """What is to be done next; who has done all goes on."""
    if missing(visit.session, visit.shell.second_factor) is None:
        return see_other(wanted_path(visit, visit.session.audience))
    return _form(visit)


def own_password_form(visit: Visit) -> Response:
    """Replace the password that somebody else gave."""
    if missing(visit.session, visit.shell.second_factor) is not Missing.PASSWORD:
        return settle_page(visit)
    require_recent(visit.session, visit.now, back=base_of(visit))
    database = visit.shell.installation.database
    with database.reading() as connection:
        login = login_of(connection, visit.me.user_id)
    try:
        changed = own_security.change_password(database, visit.session, login, visit.form.get("new_password", ""),
                                               origin_of(visit), visit.now, settled=settled(visit))
    except WeakPassword as weak:
        return _form(visit, {"new_password": weak_words(visit, weak)})
    except SessionOver:
        changed = None
    if changed is None:
        return see_other(SIGN_IN[visit.session.audience])
    return with_session(visit, wanted_path(visit, visit.session.audience), changed.token)


def _form(visit: Visit, errors: dict[str, str] | None = None) -> Response:
    with visit.shell.installation.database.reading() as connection:
        login = login_of(connection, visit.me.user_id)
    waits_for = missing(visit.session, visit.shell.second_factor)
    return security_template(visit, "access/settle.html", errors, login=login,
                             password=waits_for is Missing.PASSWORD)
