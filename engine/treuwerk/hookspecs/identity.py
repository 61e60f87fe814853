"""What plugins offer to tell who somebody is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

import attrs

from treuwerk.domain.sign_in import ExternalIdentity, LogoutNotice, SignInStart

S = TypeVar("S")


class IdentityProvider(Protocol):
    """An identity provider with its settings bound. Its calls wait for another machine: keep time-outs short.

    Every call raises `treuwerk.domain.sign_in.SignInFailed` where it cannot tell who somebody is.
    """

    @property
    def origins(self) -> Sequence[str]:
        """Origins (``https://id.example``) to which forms of a page may lead, for the content security policy."""
        ...

    def begin(self, callback: str, *, silent: bool = False, fresh: bool = False, locale: str = "") -> SignInStart:
        """Send somebody to sign in. `callback` is our absolute address, `locale` the language of the page before.

        `silent` asks the provider to show nothing, `fresh` to ask for proof even if it knows somebody already.
        """
        ...

    def finish(self, callback: str, answer: Mapping[str, str], kept: Mapping[str, str], now: int) -> ExternalIdentity:
        """Who came back: `answer` are the parameters of the callback, `kept` is what `begin` asked to keep."""
        ...

    def end(self, id_token: str, back_to: str) -> str | None:
        """Where to send somebody who signed out with us, so that the provider ends its session; None: nowhere."""
        ...

    def notice(self, logout_token: str, now: int) -> LogoutNotice:
        """What the provider says on the back channel when a session of its own ended."""
        ...


@attrs.frozen
class IdentityProviderKind(Generic[S]):
    """A kind of identity provider that an integrator can name in the programme file under ``provider``.

    `settings` as for rules; `build` gets the name in the programme and the checked settings. It reads no network.
    """

    name: str
    settings: type[S]
    build: Callable[[str, S], IdentityProvider]
