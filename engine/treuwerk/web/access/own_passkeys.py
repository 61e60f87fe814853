"""One's own passkeys: made, named, removed."""

from starlette.responses import Response

from treuwerk.services.own_security import note_change
from treuwerk.services.passkeys import (
    PasskeyRefused,
    begin_registration,
    finish_registration,
    remove_passkey,
    rename_passkey,
)
from treuwerk.services.passwords import login_of
from treuwerk.services.session_data import set_value, take_value
from treuwerk.services.stepping_up import require_recent
from treuwerk.web.access.entering import origin_of, site_of
from treuwerk.web.access.security import base_of, done, shown
from treuwerk.web.shell.pages import gettext
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
    user_id = visit.me.user_id
    with visit.shell.installation.database.writing() as connection:
        challenge = take_value(connection, visit.session.id_hash, _CHALLENGE)
        try:
            finish_registration(connection, site_of(visit), user_id, str(challenge or ""),
                                visit.form.get("answer", ""), visit.form.get("name", ""), visit.now)
            note_change(connection, user_id, "passkey", origin_of(visit), visit.now)
            kept = True
        except PasskeyRefused:
            kept = False
    return done(visit, "passkey") if kept else shown(visit, {"passkey": gettext(
        visit, "The passkey was not kept: the device gave no usable answer. Please try again.")})


def rename_form(visit: Visit) -> Response:
    """Give a passkey another name."""
    with visit.shell.installation.database.writing() as connection:
        rename_passkey(connection, visit.me.user_id, visit.form.get("id", ""), visit.form.get("name", ""))
    return done(visit, "renamed")


def remove_form(visit: Visit) -> Response:
    """Take a passkey away."""
    require_recent(visit.session, visit.now, back=base_of(visit))
    with visit.shell.installation.database.writing() as connection:
        if remove_passkey(connection, visit.me.user_id, visit.form.get("id", "")):
            note_change(connection, visit.me.user_id, "passkey_removed", origin_of(visit), visit.now)
    return done(visit, "passkey_removed")
