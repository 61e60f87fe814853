"""One's own passkeys: made, named, removed."""

from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.services.identity.own_security import drop_passkey, take_passkey
from treuwerk.services.identity.passkeys import (
    PasskeyRefused,
    begin_registration,
    finish_registration,
    rename_passkey,
)
from treuwerk.services.identity.passwords import login_of
from treuwerk.services.identity.session_data import set_value, take_value
from treuwerk.services.identity.settling import SessionOver
from treuwerk.services.identity.stepping_up import require_recent
from treuwerk.web.access.entering import SIGN_IN, origin_of, site_of
from treuwerk.web.access.security import base_of, changed_page, done, settled, shown
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

_CHALLENGE = "passkey"


def registration_challenge(visit: Visit) -> Response:
    """What the browser asks a device, as JSON; the challenge is kept with the session."""
    require_recent(visit.session, visit.now, back=base_of(visit))
    user_id = visit.me.user_id
    with visit.shell.installation.database.writing() as connection:
        login = login_of(connection, user_id) or visit.me.person or visit.me.company
        asked = begin_registration(connection, site_of(visit), user_id, login)
        set_value(connection, visit.session.id_hash, _CHALLENGE, asked.challenge)
    return Response(asked.options, media_type="application/json")


def add_form(visit: Visit) -> Response:
    """Keep the passkey that the device made."""
    require_recent(visit.session, visit.now, back=base_of(visit))
    database, session = visit.shell.installation.database, visit.session
    challenge = database.run(lambda connection: take_value(connection, session.id_hash, _CHALLENGE))

    def keep(connection: Connection) -> bool:
        try:
            finish_registration(connection, site_of(visit), visit.me.user_id, str(challenge or ""),
                                visit.form.get("answer", ""), visit.form.get("name", ""), visit.now)
        except PasskeyRefused:
            return False
        return True

    try:
        changed = take_passkey(database, session, keep, origin_of(visit), visit.now, settled=settled(visit))
    except SessionOver:
        return see_other(SIGN_IN[session.audience])
    return changed_page(visit, changed, "passkey") if changed else shown(visit, {"passkey": gettext(
        visit, "The passkey was not kept: the device gave no usable answer. Please try again.")})


def rename_form(visit: Visit) -> Response:
    """Give a passkey another name."""
    with visit.shell.installation.database.writing() as connection:
        rename_passkey(connection, visit.me.user_id, visit.form.get("id", ""), visit.form.get("name", ""))
    return done(visit, "renamed")


def remove_form(visit: Visit) -> Response:
    """Take a passkey away."""
    require_recent(visit.session, visit.now, back=base_of(visit))
    try:
        drop_passkey(visit.shell.installation.database, visit.session, visit.shell.second_factor,
                     visit.form.get("id", ""), origin_of(visit), visit.now)
    except Refusal:
        return done(visit, "last_factor")
    return done(visit, "passkey_removed")
