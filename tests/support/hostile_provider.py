"""An OpenID provider that lies, on loopback: each test says in what."""

import hmac
import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "portal", "a secret that both sides know"
Answer = tuple[int, Any]
EVENTS: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}


class _Ascii(json.JSONEncoder):
    """Half characters can be written only as escapes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "ensure_ascii": True})


@attrs.define
class Hostile:
    """What it answers; `claims` and `header` become the ID token of the next answer, signed with `key`."""

    issuer: str
    now: int
    key: Any = attrs.field(factory=lambda: RSAKey.generate_key(2048, {"kid": "good", "use": "sig"}))
    published: list[Any] = attrs.field(factory=list)
    claims: dict[str, Any] = attrs.field(factory=dict)
    nonce: str = ""
    header: dict[str, Any] = attrs.field(factory=lambda: {"alg": "RS256", "kid": "good"})
    metadata: dict[str, Any] = attrs.field(factory=dict)
    token: dict[str, Any] = attrs.field(factory=dict)
    userinfo: Any = None
    broken: dict[str, Answer] = attrs.field(factory=dict)
    """Path → what it answers instead."""
    asked: list[str] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        """A proper provider, until a test says otherwise."""
        self.published = [self.key]
        self.claims = {"iss": self.issuer, "sub": "anna", "aud": CLIENT, "iat": self.now, "exp": self.now + 600}

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        """A token by its present key."""
        given = {**self.header, **header}
        if isinstance(self.key, bytes):
            return by_hand(given, claims, self.key)
        return jwt.encode(given, claims, self.key, algorithms=[given["alg"]], encoder_cls=_Ascii)

    def answer(self, path: str) -> Answer:
        """What stands at a path."""
        self.asked.append(path)
        known: dict[str, Callable[[], Answer]] = {
            "/.well-known/openid-configuration": lambda: (200, self._discovery()),
            "/jwks": lambda: (200, {"keys": [key.as_dict(private=False) for key in self.published]}),
            "/token": lambda: (200, {"access_token": "at", "token_type": "Bearer", "expires_in": 60,
                                     "id_token": self.signed(self._claims()), **self.token}),
            "/userinfo": lambda: (200, {"sub": "anna"} if self.userinfo is None else self.userinfo),
        }
        return self.broken[path] if path in self.broken else known[path]()

    def _claims(self) -> dict[str, Any]:
        return ({"nonce": self.nonce} if self.nonce else {}) | self.claims

    def _discovery(self) -> dict[str, Any]:
        places = {"authorization_endpoint": "/auth", "token_endpoint": "/token", "jwks_uri": "/jwks",
                  "userinfo_endpoint": "/userinfo"}
        return {"issuer": self.issuer, **{name: self.issuer + path for name, path in places.items()}, **self.metadata}


def by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """A token as libraries refuse to make it: without a signature, or with one by any bytes at all."""
    head, body = (urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims))
    mac = hmac.digest(secret, head + b"." + body, "sha256") if header["alg"] == "HS256" else b""
    return b".".join((head, body, urlsafe_b64encode(mac).rstrip(b"="))).decode()


@contextmanager
def hostile_provider(now: int) -> Iterator[Hostile]:
    """One that answers until the test is done; `now` in seconds."""
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            status, content = hostile.answer(self.path)
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - its name for POST

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hostile = Hostile(f"http://127.0.0.1:{server.server_address[1]}", now)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield hostile
        finally:
            server.shutdown()
            thread.join()
