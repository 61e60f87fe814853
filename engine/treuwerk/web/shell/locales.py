"""In which language an answer is written."""

from collections.abc import Sequence

from babel import negotiate_locale
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from treuwerk.programme.languages import PSEUDO, fallbacks, tag
from treuwerk.web.shell.sessions import cookie
from treuwerk.web.shell.state import LOCALE_COOKIE, state_of


class Locales:
    """Settles the language of an answer.

    First that of the own login, then what was chosen in this browser, what is known of person and company, what the
    browser asks for, and the programme's first one.
    """

    def __init__(self, app: ASGIApp, locales: Sequence[str]) -> None:
        self._app = app
        self._locales = locales

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        locale = state_of(scope).locale = negotiated(scope, self._locales)

        async def with_language(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["content-language"] = tag(locale)
            await send(message)

        await self._app(scope, receive, with_language)


def negotiated(scope: Scope, locales: Sequence[str]) -> str:
    """The best of these languages for a request; the first of them where nothing fits."""
    session = state_of(scope).session
    wishes = [session.identity.own_locale if session else "", cookie(scope, LOCALE_COOKIE),
              session.identity.locale if session else "",
              *_accepted(Headers(scope=scope).get("accept-language", ""))]
    for wish in wishes:
        if found := _fitting(wish.replace("-", "_"), locales) if wish else None:
            return found
    return locales[0]


def _fitting(wish: str, locales: Sequence[str]) -> str | None:
    """The wished language, one that it stands on, or one that stands on it: ``de`` is served by ``de_Informal``."""
    if found := negotiate_locale([wish], locales, sep="_"):
        return next((locale for locale in locales if locale.lower() == str(found).lower()), None)
    plain = wish.partition("_")[0].lower()
    return next((locale for locale in locales if plain in fallbacks(locale)[1:] and locale != PSEUDO), None)


def _accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header, dearest first; what cannot be read is passed over."""
    weighted = []
    for place, part in enumerate(header[:500].split(",")):
        tag, _, parameters = part.strip().partition(";")
        quality = _quality(parameters)
        if tag and tag != "*" and quality > 0:
            weighted.append((-quality, place, tag))
    return [tag for _, _, tag in sorted(weighted)]


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
