"""What an identity provider is asked, and what it answers."""

from collections.abc import Mapping
from typing import Any

import attrs

from treuwerk.domain.reading import storable


class SignInFailed(Exception):
    """An identity provider did not say who somebody is.

    `code` is one of ``cancelled``, ``login_required``, ``refused``, ``forged``, ``unreachable``; the message is for the
    log and holds no token.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@attrs.frozen
class SignInStart:
    """Where the browser goes, and what must be there again when it comes back; `kept` is stored on our side."""

    url: str
    kept: Mapping[str, str]


@attrs.frozen
class ExternalIdentity:
    """Who somebody is by an identity provider. Only `issuer` and `subject` identify; all else may change hands.

    `session` is the provider's name for its own session, by which it can end ours; `id_token` is shown to it when our
    side ends first.
    """

    issuer: str
    subject: str
    name: str = attrs.field(default="", converter=storable)
    email: str = attrs.field(default="", converter=storable)
    locale: str = attrs.field(default="", converter=storable)
    claims: Mapping[str, Any] = attrs.field(factory=dict)
    session: str = ""
    id_token: str = attrs.field(default="", repr=False)
    authenticated_at: int = 0
    """Microseconds UTC; 0 where the provider does not say."""


@attrs.frozen
class LogoutNotice:
    """A provider's word that a session of its own, or all of a subject, ended. `token_id` is used once."""

    issuer: str
    token_id: str
    subject: str = ""
    session: str = ""
    issued_at: int = 0
