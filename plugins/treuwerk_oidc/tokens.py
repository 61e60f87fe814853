"""Signed tokens of the provider: who signed them, for whom, when, and what they say. Doubt is a refusal."""

from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry, Token

from treuwerk.domain.reading import storable
from treuwerk.domain.sign_in import LogoutNotice, SignInFailed
from treuwerk_oidc.discovery import Discovery
from treuwerk_oidc.settings import OidcSettings

# Signatures by a private key only: with HS256 our own secret would sign, and "none" signs nothing.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
LEEWAY_SECONDS = 60
_NOTICE_SECONDS = 300
_FRESH_SECONDS = 900  # as long as the way there and back may take
_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
_LONGEST = 255


def forged(what: str, error: Exception | str) -> SignInFailed:
    """The failure of a token that is not what it claims to be."""
    shown = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return SignInFailed("forged", f"{what}: {shown}"[:500])


class Tokens:
    """Checks the tokens of one provider."""

    def __init__(self, settings: OidcSettings, discovery: Discovery) -> None:
        self._settings = settings
        self._discovery = discovery

    def identity(self, token: dict[str, Any], nonce: str, seconds: int, *, fresh: bool = False) -> dict[str, Any]:
        """The claims of the ID token in an answer of the token endpoint; `fresh` ones prove a sign-in just now.

        Raises:
            SignInFailed: `forged`, also where there is none; `unreachable` where the keys cannot be fetched.
        """
        text = token.get("id_token")
        if not isinstance(text, str) or not text:
            raise forged("token answer", "found no id_token, expected one")
        signed = self._signed("id_token", text)
        if str(signed.header.get("typ", "JWT")).lower() not in ("jwt", "application/jwt"):
            raise forged("id_token", f"found type {signed.header.get('typ')!r}, expected JWT")
        params = {"nonce": nonce, "client_id": self._settings.client_id, "access_token": token.get("access_token"),
                  "max_age": fresh or self._settings.max_age_seconds}
        claims = CodeIDToken(signed.claims, signed.header, self._expected(), params)
        try:
            claims.validate(now=seconds, leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            raise forged("id_token", error) from error
        self._check_subject(claims)
        self._check_age(claims, seconds, _FRESH_SECONDS if fresh else self._settings.max_age_seconds)
        return dict(claims)

    def notice(self, text: str, seconds: int) -> LogoutNotice:
        """What a logout token says (OpenID Connect Back-Channel Logout, 2.6).

        Raises:
            SignInFailed: `forged`; `unreachable` where the keys cannot be fetched.
        """
        signed = self._signed("logout_token", text)
        claims = signed.claims
        kind = str(signed.header.get("typ", "logout+jwt")).lower().removeprefix("application/")
        if kind not in ("logout+jwt", "jwt"):
            raise forged("logout_token", f"found type {signed.header.get('typ')!r}, expected logout+jwt")
        try:
            JWTClaimsRegistry(seconds, LEEWAY_SECONDS, **self._expected("iat", "jti", "events")).validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise forged("logout_token", error) from error
        events, subject, session = claims["events"], claims.get("sub", ""), claims.get("sid", "")
        if not isinstance(events, dict) or not isinstance(events.get(_LOGOUT), dict):
            raise forged("logout_token", "found no logout event, expected one")
        if "nonce" in claims:
            raise forged("logout_token", "found a nonce, expected none: this is an ID token")
        if not (isinstance(subject, str) and isinstance(session, str) and (subject or session)):
            raise forged("logout_token", "found neither sub nor sid, expected one of them")
        if claims["iat"] < seconds - _NOTICE_SECONDS:
            raise forged("logout_token", f"issued {seconds - claims['iat']} seconds ago, expected {_NOTICE_SECONDS}")
        return LogoutNotice(self._settings.issuer, claims["jti"], subject, session, int(claims["iat"] * 1_000_000))

    def _signed(self, what: str, text: str) -> Token:
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        try:
            try:
                return jwt.decode(text, self._discovery.keys(), registry=registry)
            except InvalidKeyIdError:
                return jwt.decode(text, self._discovery.search_keys(), registry=registry)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise forged(what, error) from error

    def _expected(self, *essential: str) -> dict[str, Any]:
        return {"iss": {"essential": True, "value": self._settings.issuer},
                "aud": {"essential": True, "value": self._settings.client_id},
                **{name: {"essential": True} for name in essential}}

    def _check_subject(self, claims: dict[str, Any]) -> None:
        if not 0 < len(claims["sub"]) <= _LONGEST:
            raise forged("id_token", f"found a sub of {len(claims['sub'])} characters, expected 1 to {_LONGEST}")
        if claims["sub"] != storable(claims["sub"]):
            raise forged("id_token", "found a sub with half characters or NUL, expected text")

    def _check_age(self, claims: dict[str, Any], seconds: int, oldest: int) -> None:
        found = claims.get("auth_time", 0)
        if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= seconds + LEEWAY_SECONDS:
            raise forged("id_token", f"found auth_time {found!r}, expected a past instant in seconds")
        if oldest and found < seconds - oldest - LEEWAY_SECONDS:
            raise forged("id_token", f"auth_time is older than {oldest} seconds, although we asked for a newer one")
