"""The identity providers of the programme as ways in, and what a browser remembers of them."""

import os
from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import urlencode

import attrs
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.rights import Audience
from treuwerk.domain.secrets import MissingSecret, secrets_in
from treuwerk.programme.settings import SignIn
from treuwerk.web.access.entering import HOMES, SIGN_IN
from treuwerk.web.shell.routing import own_path
from treuwerk.web.shell.sessions import cookie
from treuwerk.web.shell.state import Visit
from treuwerk.web.shell.troubles import provider_key

HINT_COOKIE = "__Host-via"
"""Names the provider that this browser signed in with last, so that the next time nobody is asked."""


@attrs.frozen
class Way:
    """One button of the sign-in page."""

    title: str
    action: str
    works: bool = True
    """Whether it answered when it was last asked."""
    ready: bool = True
    """Whether everything that it needs is there; a secret may be missing."""


def ways_in(visit: Visit, audience: Audience) -> list[Way]:
    """The buttons for an audience, in the order of the programme file."""
    return [Way(one.head.title.get(visit.locale) or next(iter(one.head.title.values()), one.head.name),
                f"/login/with/{one.head.name}", not visit.shell.troubles.has(provider_key(one.head.name)), _ready(one))
            for one in _all(visit) if one.head.audience is audience]


def _ready(sign_in: SignIn) -> bool:
    try:
        for secret in secrets_in(sign_in.settings):
            secret.value(os.environ)
    except MissingSecret:
        return False
    return True


def way_of_session(visit: Visit) -> Way | None:
    """The provider that opened this session, by which somebody may prove it once more; None for another way in."""
    session = visit.session
    action = f"/login/with/{session.provider}"
    return next((way for way in ways_in(visit, session.audience) if way.action == action), None)


def chosen(visit: Visit) -> SignIn:
    """The provider that the address names, or 404."""
    return named(visit, visit.request.path_params["provider"])


def named(visit: Visit, name: str) -> SignIn:
    """The provider of a name, or 404."""
    for one in _all(visit):
        if one.head.name == name:
            return one
    raise HTTPException(404)


def _all(visit: Visit) -> Sequence[SignIn]:
    return visit.shell.installation.programme.settings.sign_in


def silent_way(visit: Visit, audience: Audience, wanted: str) -> str:
    """Where somebody is sent to be signed in without being asked; empty where this browser has not been here before."""
    hint = cookie(visit.request.scope, HINT_COOKIE)
    if any(one.head.name == hint and one.head.audience is audience for one in _all(visit)):
        return f"/login/with/{hint}/silently?{urlencode({'next': wanted})}"
    return ""


def sign_in_page_of(sign_in: SignIn, wanted: str = "") -> str:
    """The page with all ways in, which leads on to `wanted`."""
    page = SIGN_IN[sign_in.head.audience]
    return page if wanted in ("", home_of(sign_in)) else f"{page}?{urlencode({'next': wanted})}"


def home_of(sign_in: SignIn) -> str:
    """Where a sign-in ends that was not begun from a page."""
    return HOMES[sign_in.head.audience]


def wanted_of(sign_in: SignIn, value: str) -> str:
    """The own path that a sign-in leads to."""
    path = own_path(value)
    return home_of(sign_in) if path == "/" else path


def base_of(visit: Visit) -> str:
    """Scheme and host of the portal. The host of a request is one of ours: others were refused."""
    deployed = visit.shell.deployment.public_url
    return deployed or f"{visit.request.url.scheme}://{visit.request.url.netloc}"


def callback_of(visit: Visit, sign_in: SignIn) -> str:
    """The address that the provider sends somebody back to; it is registered there."""
    return f"{base_of(visit)}/login/with/{sign_in.head.name}/back"


def pending_cookie(state: str) -> str:
    """The cookie of one attempt: several windows may be on their way at once."""
    return f"__Host-sso-{sha256(state.encode()).hexdigest()[:12]}"


def expire(answer: Response, *names: str) -> None:
    """Make the browser forget cookies."""
    for name in names:
        answer.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
