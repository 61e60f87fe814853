"""Settings of groups, roles and ways to sign in."""

from enum import StrEnum
from typing import Any

import attrs
from attrs.validators import in_

from treuwerk.domain.rights import Audience
from treuwerk.hookspecs import IdentityProvider
from treuwerk.programme.settings.values import Texts, is_code


@attrs.frozen
class Group:
    """``[groups.<code>]``: a kind of participant."""

    name: Texts


@attrs.frozen
class Role:
    """``[roles.<code>]``: rights that go together. A role of the same code replaces one that comes with the engine."""

    name: Texts
    audience: Audience
    permissions: list[str]
    """Names of rights, or ``"*"`` for all of the audience; ``treuwerk plugins`` lists those of plugins."""


@attrs.frozen
class SignInHead:
    """``[[sign_in]]``: one identity provider. All keys beside these belong to the provider's kind."""

    name: str = attrs.field(validator=is_code)
    provider: str
    """The kind of identity provider, as a plugin offers it, such as ``oidc``."""
    title: Texts
    """What the button says it signs in with."""
    audience: Audience
    provisioning: str = attrs.field(default="link", validator=in_(("link", "create")))
    """What happens to somebody whom it brings for the first time: ``link`` asks a participant for customer number and
    one-time code, ``create`` makes a user of the service centre at once."""
    claim: str = ""
    """The claim whose values give roles, such as ``groups``; left out: none does."""
    roles: dict[str, str] = attrs.field(factory=dict)
    """Value of that claim → role."""


@attrs.frozen
class SignIn:
    """An identity provider of the programme, ready to be asked."""

    head: SignInHead
    settings: Any
    provider: IdentityProvider


class SecondFactor(StrEnum):
    """Who needs a second factor besides a password."""

    OFFICE = "office"
    EVERYBODY = "everybody"
    NOBODY = "nobody"


@attrs.frozen
class SignInRules:
    """``[sign_in_rules]``: what signing in with a password asks for besides."""

    second_factor: SecondFactor = SecondFactor.OFFICE
    """Who needs an authenticator app or a passkey besides the password: whoever has a role in the service centre
    (``office``), ``everybody``, or ``nobody``. Who has neither sets one up before anything else opens. Who has an app
    is asked for its code in any case. Nobody is asked in a demo, nor is anybody whom an identity provider brings."""
