"""One OpenID provider: the way there, the way back, and the end of sessions."""

import hmac
import os
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2
from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from authlib.integrations.httpx_client import OAuth2Client, OAuthError

from treuwerk.domain.secrets import MissingSecret
from treuwerk.domain.sign_in import ExternalIdentity, LogoutNotice, SignInFailed, SignInStart
from treuwerk_oidc.asking import fetch_json, tls, unreachable
from treuwerk_oidc.discovery import SEEN_SECONDS, Discovery, Metadata
from treuwerk_oidc.settings import OidcSettings
from treuwerk_oidc.tokens import Tokens, forged

_SILENCE_BROKEN = {"login_required", "interaction_required", "consent_required", "account_selection_required"}
_BUSY = {"temporarily_unavailable", "server_error"}


class OidcProvider:
    """An `IdentityProvider` by OpenID Connect Core: code flow with PKCE, state and nonce."""

    def __init__(self, name: str, settings: OidcSettings) -> None:
        self.name = name
        self._settings = settings
        self._discovery = Discovery(settings)
        self._tokens = Tokens(settings, self._discovery)

    @property
    def origins(self) -> Sequence[str]:
        """Where its pages stand."""
        return self._settings.form_origins

    def begin(self, callback: str, *, silent: bool = False, fresh: bool = False, locale: str = "") -> SignInStart:
        """The way to the provider; `kept` are the secrets by which the way back is recognised.

        Nobody is sent to one that does not answer: what was heard of it must be of the last half minute.
        """
        metadata = self._discovery.metadata(SEEN_SECONDS)
        kept = {"state": generate_token(32), "nonce": generate_token(32), "verifier": generate_token(64)}
        if fresh:
            kept["fresh"] = "yes"
        wishes = self._wishes(silent=silent, fresh=fresh, locale=locale)
        with self._client(callback) as client:
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint, state=kept["state"], nonce=kept["nonce"],
                code_verifier=kept["verifier"], **{**self._settings.parameters, **wishes})
        return SignInStart(url, kept)

    def finish(self, callback: str, answer: Mapping[str, str], kept: Mapping[str, str], now: int) -> ExternalIdentity:
        """Who came back, after all checks."""
        if not hmac.compare_digest(answer.get("state", "").encode(), kept["state"].encode()):
            raise forged("callback", "found another state than was sent")
        metadata = self._discovery.metadata()
        self._check_issuer(answer, metadata)
        if "error" in answer:
            raise _told(answer)
        token = self._token(metadata, callback, answer.get("code", ""), kept["verifier"])
        claims = self._tokens.identity(token, kept["nonce"], now // 1_000_000, fresh="fresh" in kept)
        return self._identity({**self._userinfo(metadata, token, claims["sub"]), **claims}, token["id_token"])

    def end(self, id_token: str, back_to: str) -> str | None:
        """Where the provider ends its own session; None where it has no such place."""
        place = self._discovery.metadata().end_session_endpoint
        if not place:
            return None
        params: Any = {"client_id": self._settings.client_id, "post_logout_redirect_uri": back_to}
        if id_token:
            params["id_token_hint"] = id_token
        return str(add_params_to_uri(place, params))

    def notice(self, logout_token: str, now: int) -> LogoutNotice:
        """What a logout token says."""
        return self._tokens.notice(logout_token, now // 1_000_000)

    def _wishes(self, *, silent: bool, fresh: bool, locale: str) -> dict[str, str]:
        wishes = {"prompt": "none"} if silent else {"prompt": "login", "max_age": "0"} if fresh else {}
        if locale:
            wishes["ui_locales"] = locale.replace("_", "-")
        if self._settings.max_age_seconds and not fresh:
            wishes["max_age"] = str(self._settings.max_age_seconds)
        return wishes

    def _check_issuer(self, answer: Mapping[str, str], metadata: Metadata) -> None:
        """RFC 9207: an answer of another provider, mixed in by somebody, must not be shown to this one."""
        found = answer.get("iss")
        if found is None and not metadata.names_issuer:
            return
        if found != self._settings.issuer:
            raise forged("callback", f"found iss {str(found)[:200]!r}, expected {self._settings.issuer!r}")

    def _token(self, metadata: Metadata, callback: str, code: str, verifier: str) -> dict[str, Any]:
        if not code:
            raise forged("callback", "found neither code nor error, expected one of them")
        try:
            with self._client(callback) as client:
                return dict(client.fetch_token(metadata.token_endpoint, grant_type="authorization_code", code=code,
                                               redirect_uri=callback, code_verifier=verifier))
        except OAuthError as error:
            code = "unreachable" if error.error in _BUSY else "refused"
            raise SignInFailed(code, f"{metadata.token_endpoint}: {error}"[:500]) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, RecursionError) as error:
            raise unreachable(metadata.token_endpoint, error) from error

    def _userinfo(self, metadata: Metadata, token: Mapping[str, Any], subject: str) -> dict[str, Any]:
        """Further claims; they count only if they are the same person's (OpenID Connect Core, 5.3.2)."""
        access = token.get("access_token")
        if not metadata.userinfo_endpoint or not access:
            return {}
        found = fetch_json(metadata.userinfo_endpoint, self._settings.timeout_seconds,
                           {"authorization": f"Bearer {access}"})
        if found.get("sub") != subject:
            raise forged("userinfo", "found another sub than the ID token has")
        return found

    def _identity(self, claims: Mapping[str, Any], id_token: str) -> ExternalIdentity:
        trusted = claims.get("email_verified") is not False
        seconds = claims.get("auth_time") or 0
        return ExternalIdentity(
            self._settings.issuer, claims["sub"], name=_text(claims, "name") or _text(claims, "preferred_username"),
            email=_text(claims, "email") if trusted else "", locale=_text(claims, "locale"), claims=dict(claims),
            session=_text(claims, "sid"), id_token=id_token, authenticated_at=int(seconds * 1_000_000))

    def _client(self, callback: str) -> Any:  # its types do not know that it is a context manager
        settings = self._settings
        try:
            secret = settings.client_secret.value(os.environ) if settings.client_secret else None
        except MissingSecret as error:
            raise unreachable(f"sign_in {self.name!r}", str(error)) from error
        method = settings.client_authentication if secret else "none"
        return OAuth2Client(settings.client_id, secret, token_endpoint_auth_method=method, redirect_uri=callback,
                            scope=" ".join(settings.scopes), code_challenge_method="S256", verify=tls(),
                            timeout=settings.timeout_seconds)


def _told(answer: Mapping[str, str]) -> SignInFailed:
    """What the provider says instead of a code."""
    error = answer["error"]
    code = ("cancelled" if error == "access_denied" else "login_required" if error in _SILENCE_BROKEN
            else "unreachable" if error in _BUSY else "refused")
    return SignInFailed(code, f"callback: {error[:100]!r}: {answer.get('error_description', '')[:300]!r}")


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name, "")
    return value[:300] if isinstance(value, str) else ""
