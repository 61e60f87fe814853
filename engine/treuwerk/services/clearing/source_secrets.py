"""Who a partner's system is: by a bearer token, or by a signature over id, time and body.

The signature is that of Standard Webhooks: HMAC-SHA256 over ``id.timestamp.body``, base64 behind ``v1,``. It is
computed while the body comes, so that a large one need not lie in memory.
"""

import hmac
import logging
import secrets
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from hashlib import sha256

import attrs

from treuwerk.domain.secrets import MissingSecret, Secret
from treuwerk.domain.source_rights import SourceAccess
from treuwerk.domain.work import SECOND
from treuwerk.programme.settings import Api

_log = logging.getLogger("treuwerk.web")
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
_PREFIX = "whsec_"
_VERSION = "v1,"
_LONGEST = 200


class NotAuthentic(Exception):
    """Who sends this is not known; the message says what is wrong, and never what would be right."""


REFUSED = ("expected the secret of this source, as a bearer token, or as a signature over id, time and body that is of "
           "now")
_NOBODYS = secrets.token_hex(32)
"""What is compared with where there is no secret, so that what takes time is the same."""


@attrs.frozen
class Signed:
    """What a signed request says of itself; `update` takes its body, `check` tells whether all of it is signed."""

    id: str
    _mac: "hmac.HMAC"
    _given: tuple[str, ...]
    _late: str

    def update(self, piece: bytes) -> None:
        """The next bytes of the body."""
        self._mac.update(piece)

    def check(self) -> None:
        """Go on only if the whole body is signed, and lately.

        Raises:
            NotAuthentic: it is not; only who has the key is told that his clock is wrong.
        """
        expected = b64encode(self._mac.digest())
        # All are compared, so that the time tells nothing.
        if not sum(hmac.compare_digest(expected, given.encode()) for given in self._given):
            raise NotAuthentic(REFUSED)
        if self._late:
            raise NotAuthentic(self._late)


def identify(source: str, api: Api | None, headers: Mapping[str, str], now: int,
             environ: Mapping[str, str]) -> tuple[SourceAccess, Signed | None]:
    """Who sends a request; where it is signed, `Signed.check` has the last word once the body is there.

    A source that is not there, None, is treated like one of which somebody has the wrong secret: nobody learns from an
    answer, nor from how long it takes, which sources there are.

    Raises:
        NotAuthentic: no secret, a wrong one, or a signature that says no time.
    """
    kind, _, given = headers.get("authorization", "").partition(" ")
    expected = sha256(_secret(source, api.token if api else None, environ).encode()).digest()
    if kind.lower() == "bearer" and hmac.compare_digest(sha256(given.strip().encode()).digest(), expected):
        return SourceAccess(source), None
    if SIGNATURE not in headers:
        raise NotAuthentic(REFUSED)
    return SourceAccess(source), _signed(api or Api(), headers, now, _secret(source, (api or Api()).signature, environ))


def _secret(source: str, secret: Secret | None, environ: Mapping[str, str]) -> str:
    """The secret, or one that nobody has where there is none; the operator reads in the log why nothing is taken."""
    try:
        return secret.value(environ) if secret else _NOBODYS
    except MissingSecret as error:
        _log.error("source %s takes nothing: %s", source, error)
        return _NOBODYS


def _signed(api: Api, headers: Mapping[str, str], now: int, secret: str) -> Signed:
    message, at = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not message or len(message) > _LONGEST or not (at.isascii() and at.isdigit() and len(at) < 13):
        raise NotAuthentic(REFUSED)
    late = abs(now - int(at) * SECOND) > api.replay_seconds * SECOND
    mac = hmac.new(_key(secret), f"{message}.{at}.".encode(), sha256)
    given = [one.removeprefix(_VERSION) for one in headers[SIGNATURE].split() if one.startswith(_VERSION)]
    return Signed(message, mac, tuple(given),
                  f"the time of the signature is more than {api.replay_seconds} seconds from ours" if late else "")


def _key(secret: str) -> bytes:
    if secret.startswith(_PREFIX):
        try:
            return b64decode(secret.removeprefix(_PREFIX), validate=True)
        except NotBase64:
            pass
    return secret.encode()


def signature(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """The header of a signed request, for whoever sends one.

    >>> signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
    ...           b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    mac = hmac.new(_key(secret), f"{message}.{timestamp}.".encode() + body, sha256)
    return _VERSION + b64encode(mac.digest()).decode()
