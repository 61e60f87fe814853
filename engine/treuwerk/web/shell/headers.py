"""Request ids and the headers that every answer carries."""

import secrets

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from treuwerk.web.shell.state import state_of

_POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
           "connect-src 'self'; form-action {targets}; frame-ancestors 'none'; base-uri 'none'")
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}
_DEPENDS_ON = "Accept-Language, Cookie"
_TWO_YEARS = "max-age=63072000; includeSubDomains"
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # nothing that is misread on the telephone


class RequestIds:
    """Gives each request an id by which its error page is found again in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = state_of(scope).request_id = _made_up()

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        await self._app(scope, receive, with_id)


def _made_up() -> str:
    """Ten letters that are never the same twice; nobody has to be unable to guess them."""
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in secrets.token_bytes(10))


class SecurityHeaders:
    """Sets what is not set yet. ``no-store`` is the default, so that no personal page is kept by mistake.

    `form_targets` are the origins of identity providers: without them browsers stop a form that leads there.
    """

    def __init__(self, app: ASGIApp, form_targets: tuple[str, ...] = ()) -> None:
        self._app = app
        headers = {**HEADERS, "content-security-policy": policy(form_targets)}
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._encrypted = [*self._headers, (b"strict-transport-security", _TWO_YEARS.encode())]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                there = {name for name, _ in headers.raw}
                if b"cache-control" not in there:
                    headers.add_vary_header(_DEPENDS_ON)
                ours = self._encrypted if scope["scheme"] == "https" else self._headers
                headers.raw.extend(header for header in ours if header[0] not in there)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def policy(form_targets: tuple[str, ...] = ()) -> str:
    """The content security policy: only our own files, nothing inline, forms to ourselves and these origins.

    >>> policy(("https://login.example",)).split("; ")[6]
    "form-action 'self' https://login.example"
    """
    return _POLICY.format(targets=" ".join(("'self'", *form_targets)))
