"""What the provider says about itself: its addresses, its abilities and its keys, fetched when they are needed."""

import time
from threading import Lock
from typing import Any

import attrs
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from treuwerk.domain.sign_in import SignInFailed
from treuwerk_oidc.asking import fetch_json, unreachable
from treuwerk_oidc.settings import OidcSettings, encrypted

_FRESH_SECONDS = 3_600.0
SEEN_SECONDS = 30.0
"""For how long somebody is sent there without a look whether it answers."""
_SECONDS_BETWEEN_TRIES = 3.0  # while it does not answer: threads that wait for it cannot serve anybody else
_SECONDS_BETWEEN_SEARCHES = 10.0  # unknown keys are named by whoever sends a token, too
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_WANTED = ("userinfo_endpoint", "end_session_endpoint")


@attrs.frozen
class Metadata:
    """The parts of a discovery document that we use; an address that it does not have is empty."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    end_session_endpoint: str
    names_issuer: bool
    """Whether it names itself in each answer that comes through the browser (RFC 9207)."""


class Discovery:
    """The discovery document and the keys of one provider. Threads share it; it is fetched anew after an hour."""

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._failed: tuple[float, SignInFailed] | None = None
        self._searched = -_SECONDS_BETWEEN_SEARCHES

    def metadata(self, seconds: float = _FRESH_SECONDS) -> Metadata:
        """Addresses and abilities, as they were at most so many seconds ago.

        Raises:
            SignInFailed: `unreachable`, also where the document is another provider's.
        """
        with self._lock:
            if self._metadata is None or time.monotonic() - self._metadata[0] > seconds:
                self._metadata = (time.monotonic(), self._try())
            return self._metadata[1]

    def keys(self) -> KeySet:
        """The keys by which the provider signs.

        Raises:
            SignInFailed: `unreachable`.
        """
        address = self.metadata().jwks_uri
        with self._lock:
            if self._keys is None or time.monotonic() - self._keys[0] > _FRESH_SECONDS:
                self._keys = (time.monotonic(), self._fetch_keys(address))
            return self._keys[1]

    def search_keys(self) -> KeySet:
        """The keys, fetched anew since one is unknown; not more often than every ten seconds."""
        address = self.metadata().jwks_uri
        with self._lock:
            if self._keys is None or time.monotonic() - self._searched >= _SECONDS_BETWEEN_SEARCHES:
                self._searched = time.monotonic()
                self._keys = (time.monotonic(), self._fetch_keys(address))
            return self._keys[1]

    def _try(self) -> Metadata:
        """Fetch, but not again just after a failure: whoever waited for the lock hears of that one."""
        if self._failed is not None and time.monotonic() - self._failed[0] < _SECONDS_BETWEEN_TRIES:
            raise SignInFailed(self._failed[1].code, str(self._failed[1]))
        try:
            return self._fetch()
        except SignInFailed as error:
            self._failed = (time.monotonic(), error)
            raise

    def _fetch(self) -> Metadata:
        issuer = self._settings.issuer
        place = issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = fetch_json(place, self._settings.timeout_seconds)
        if found.get("issuer") != issuer:
            raise SignInFailed("unreachable", f"{place}: found issuer {str(found.get('issuer'))[:200]!r}, expected "
                               f"{issuer!r}; mend issuer in the programme file")
        addresses = {name: _address(place, name, found.get(name), needed=name in _NEEDED)
                     for name in (*_NEEDED, *_WANTED)}
        return Metadata(**addresses, names_issuer=found.get("authorization_response_iss_parameter_supported") is True)

    def _fetch_keys(self, address: str) -> KeySet:
        found = fetch_json(address, self._settings.timeout_seconds)
        try:
            return KeySet.import_key_set(_usable(found))  # type: ignore[arg-type]
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise unreachable(address, error) from error


def _address(place: str, name: str, value: Any, *, needed: bool) -> str:
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or not encrypted(value):
        raise unreachable(place, f"found {name} {str(value)[:200]!r}, expected an address that begins with https://")
    return value


def _usable(found: dict[str, Any]) -> dict[str, Any]:
    """The keys for signatures; a provider may list others, and kinds that we do not know."""
    keys = [key for key in found.get("keys", []) if isinstance(key, dict) and key.get("use", "sig") == "sig"
            and key.get("kty") in ("RSA", "EC", "OKP")]
    return {"keys": keys}
