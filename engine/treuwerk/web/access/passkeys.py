"""Passkeys at the door: the challenge for the browser, and its answer."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.rights import Audience
from treuwerk.services.identity import attempts
from treuwerk.services.identity.passkeys import PasskeyRefused, begin_use, finish_use
from treuwerk.services.identity.session_data import end_flow
from treuwerk.services.identity.signing_in import PASSKEY, is_active
from treuwerk.web.access.entering import flow, flow_token, origin_of, site_of, start_flow, wanted_path
from treuwerk.web.access.signing_in import form_page, let_in, too_many, wait_page
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit


def passkey_challenge(visit: Visit) -> Response:
    """What the browser asks its devices, as JSON; the challenge is kept on our side and is good once."""
    asked = begin_use(site_of(visit))
    found = flow(visit)
    kept = {name: value for name, value in (found.data if found else {}).items() if name != "challenge"}
    return start_flow(visit, Response(asked.options, media_type="application/json"),
                      {**kept, "challenge": asked.challenge})


def passkey_sign_in(visit: Visit) -> Response:
    """Let in whose device answered."""
    try:
        audience = Audience(visit.form.get("audience", ""))
    except ValueError:
        raise HTTPException(400) from None
    wanted = wanted_path(visit, audience)
    database, counted = visit.shell.installation.database, [attempts.of_source(origin_of(visit).source)]
    if wait := attempts.try_now(database, counted, visit.now):
        return wait_page(form_page(visit, audience, wanted, errors={"passkey": too_many(visit)}, status=429), wait)
    user_id = passkey_user(visit)
    if user_id is None:
        return form_page(visit, audience, wanted, errors={"passkey": gettext(
            visit, "This passkey is not known here, or the answer came too late. Try again, or use your password.")})
    database.run(lambda connection: attempts.succeed(connection, counted, visit.now))
    return let_in(visit, user_id, audience, PASSKEY, wanted)


def passkey_user(visit: Visit) -> int | None:
    """The active user whose passkey answered the challenge of this browser; None where nothing is proven."""
    found = flow(visit)
    if found is None or "challenge" not in found.data:
        return None
    site, answer, challenge = site_of(visit), visit.form.get("answer", ""), str(found.data["challenge"])
    with visit.shell.installation.database.writing() as connection:
        if not end_flow(connection, flow_token(visit)):
            return None
        try:
            user_id = finish_use(connection, site, challenge, answer, visit.now)
        except PasskeyRefused:
            return None
        return user_id if is_active(connection, user_id) else None
