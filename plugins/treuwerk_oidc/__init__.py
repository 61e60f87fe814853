"""Single sign-on by OpenID Connect: authorization code with PKCE, checked answers, logout in both directions."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import IdentityProvider, IdentityProviderKind, hookimpl
from treuwerk_oidc.settings import OidcSettings


def _build(name: str, settings: OidcSettings) -> IdentityProvider:
    from treuwerk_oidc.provider import OidcProvider  # only programmes that sign in by it load its libraries

    return OidcProvider(name, settings)


@hookimpl
def identity_providers() -> Sequence[IdentityProviderKind[Any]]:
    """Offers ``oidc``."""
    return [IdentityProviderKind("oidc", OidcSettings, _build)]
