"""The app as second factor: its picture, the first code, and away with it."""

from urllib.parse import urlencode

from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.services.identity import own_security
from treuwerk.services.identity.authenticators import enrolment, new_secret
from treuwerk.services.identity.passwords import login_of
from treuwerk.services.identity.session_data import data_of, set_value
from treuwerk.services.identity.sessions import hashed
from treuwerk.services.identity.settling import SessionOver
from treuwerk.services.identity.stepping_up import require_recent
from treuwerk.web.access.entering import SIGN_IN, origin_of
from treuwerk.web.access.security import base_of, changed_page, done, is_settling, security_template, settled
from treuwerk.web.shell.drawn_codes import drawn_code
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

_PENDING = "authenticator"


def begin_form(visit: Visit) -> Response:
    """Make a secret, kept with the session until an app shows a code of it."""
    require_recent(visit.session, visit.now, back=base_of(visit))
    pending = visit.shell.keys.seal(visit.me.user_id, new_secret())
    visit.shell.installation.database.run(
        lambda connection: set_value(connection, visit.session.id_hash, _PENDING, pending))
    return see_other(_path(visit))


def authenticator_page(visit: Visit) -> Response:
    """The picture for the app, and a field for its first code."""
    database, session = visit.shell.installation.database, visit.session
    with database.reading() as connection:
        secret = data_of(connection, session.id_hash).get(_PENDING)
    if not secret:
        return see_other(base_of(visit))
    if visit.request.method != "POST":
        return _form(visit, secret)
    require_recent(session, visit.now, back=base_of(visit))
    try:
        changed = own_security.take_authenticator(database, visit.shell.keys, session, secret,
                                                  visit.form.get("code", "")[:20], origin_of(visit), visit.now,
                                                  settled=settled(visit))
    except SessionOver:
        return see_other(SIGN_IN[session.audience])
    if changed is None:
        return _form(visit, secret, {"code": gettext(visit, "This code is not right. Check the time of your phone, "
                                                            "and type the code that it shows now.")})
    key = hashed(changed.token) if changed.token else session.id_hash
    database.run(lambda connection: set_value(connection, key, _PENDING, None))
    return changed_page(visit, changed, "app")


def _path(visit: Visit) -> str:
    """Where the picture stands; what was wanted before this session was settled is not forgotten."""
    path = f"{base_of(visit)}/authenticator"
    wanted = visit.form.get("next", "")
    return f"{path}?{urlencode({'next': wanted})}" if wanted and is_settling(visit) else path


def remove_form(visit: Visit) -> Response:
    """Sign in without the app from now on."""
    require_recent(visit.session, visit.now, back=base_of(visit))
    try:
        own_security.drop_authenticator(visit.shell.installation.database, visit.session, visit.shell.second_factor,
                                        origin_of(visit), visit.now)
    except Refusal:
        return done(visit, "last_factor")
    return done(visit, "app_removed")


def _form(visit: Visit, secret: str, errors: dict[str, str] | None = None) -> Response:
    with visit.shell.installation.database.reading() as connection:
        login = login_of(connection, visit.me.user_id) or visit.me.person or visit.me.company
    name = visit.shell.installation.programme.settings.programme.name
    shown = enrolment(visit.shell.keys.open(visit.me.user_id, secret), login, name)
    return security_template(visit, "access/authenticator.html", errors, enrolment=shown,
                             picture=drawn_code(shown.address))
