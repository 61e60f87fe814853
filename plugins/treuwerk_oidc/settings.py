"""What an integrator says about an OpenID provider. Everything else comes from its discovery document."""

from typing import Any
from urllib.parse import urlsplit

import attrs
from attrs.validators import ge, in_, min_len

from treuwerk.domain.secrets import Secret

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_OURS = frozenset({"client_id", "code_challenge", "code_challenge_method", "nonce", "prompt", "redirect_uri",
                   "response_mode", "response_type", "scope", "state"})


def encrypted(address: str) -> bool:
    """Whether an address is HTTPS, or plain HTTP on the own machine."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and (parts.scheme == "https"
                                         or (parts.scheme == "http" and parts.hostname in _LOOPBACK))
    except ValueError:
        return False


def _address(_: object, attribute: Any, value: str) -> None:
    if not encrypted(value) or any(mark in value for mark in "?#"):
        raise ValueError(f"'{attribute.name}' must be an address that begins with https://, without ? and #: {value}")


def _origins(_: object, attribute: Any, value: list[str]) -> None:
    for origin in value:
        parts = urlsplit(origin)
        if not encrypted(origin) or origin != f"{parts.scheme}://{parts.netloc}" or set(origin) & set(" ;,*'\""):
            raise ValueError(f"'{attribute.name}' must be origins such as https://login.example: {value}")


def _openid(_: object, attribute: Any, value: list[str]) -> None:
    if "openid" not in value:
        raise ValueError(f"'{attribute.name}' must be a list with openid in it: {value}")


def _not_ours(_: object, attribute: Any, value: dict[str, str]) -> None:
    if taken := sorted(_OURS & value.keys()):
        raise ValueError(f"'{attribute.name}' must be parameters that the sign-in does not set itself, such as "
                         f"{', '.join(taken)}: {value}")


@attrs.frozen
class OidcSettings:
    """Keys of a ``[[sign_in]]`` table with ``provider = "oidc"``."""

    issuer: str = attrs.field(validator=_address)
    """The provider's own name, exactly as its discovery document has it; that is looked for below it."""
    client_id: str = attrs.field(validator=min_len(1))
    client_secret: Secret | None = None
    """Where the secret stands, such as ``{ env = "SSO_SECRET" }``; left out for a client that has none."""
    client_authentication: str = attrs.field(default="client_secret_basic",
                                             validator=in_(("client_secret_basic", "client_secret_post")))
    """How the secret is shown to the provider."""
    scopes: list[str] = attrs.field(factory=lambda: ["openid", "profile", "email"], validator=_openid)
    parameters: dict[str, str] = attrs.field(factory=dict, validator=_not_ours)
    """Further parameters of the way to the provider, such as ``{ acr_values = "mfa" }``."""
    origins: list[str] = attrs.field(factory=list, validator=_origins)
    """Where its sign-in pages stand, if not at the issuer: browsers let our forms lead only there."""
    max_age_seconds: int = attrs.field(default=0, validator=ge(0))
    """How old a sign-in at the provider may be until it asks again; 0: it decides."""
    timeout_seconds: int = attrs.field(default=5, validator=ge(1))
    """How long to wait for one answer of it."""

    @property
    def form_origins(self) -> tuple[str, ...]:
        """All origins to which a form may lead."""
        parts = urlsplit(self.issuer)
        return tuple(dict.fromkeys((f"{parts.scheme}://{parts.netloc}", *self.origins)))
