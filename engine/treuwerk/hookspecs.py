"""Every hook that a plugin may implement, with its full contract. The hook reference is made from this file.

All hooks here are *offers*: called once at start-up, without arguments, answered with frozen records. They speak
domain types only. Order carries no meaning; one of many is chosen by its name in the programme file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Generic, Protocol, TypeVar

import attrs
import pluggy

from treuwerk.domain.documents import Document
from treuwerk.domain.earning import EarningRule
from treuwerk.domain.pages import WebPart
from treuwerk.domain.rights import Permission
from treuwerk.domain.sign_in import ExternalIdentity, LogoutNotice, SignInStart

PROJECT = "treuwerk"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
S = TypeVar("S")


class ClearingSource(Protocol):
    """A reader of one kind of file with its settings bound. It knows nothing of points."""

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether this file is meant for this source, by its name and its first 4,096 bytes. Never raises."""
        ...

    def read(self, stream: BinaryIO) -> Iterator[Document]:
        """Documents one after the other, in flat memory; what cannot be read stands in their faults.

        Raises:
            treuwerk.domain.tabular.UnreadableFile: the file as a whole is not of this kind.
        """
        ...


@attrs.frozen
class EarningRuleKind(Generic[S]):
    """A kind of earning rule that an integrator can name in the programme file under ``rule``.

    `settings` is an attrs class: each of its fields is a key of the ``[[earning]]`` table, structured strictly.
    `build` binds checked settings and returns the rule; it is called once per table at start-up.
    """

    name: str
    settings: type[S]
    build: Callable[[S], EarningRule]


@attrs.frozen
class ClearingSourceKind(Generic[S]):
    """A kind of reader that an integrator can name in the programme file under ``reader``.

    `settings` as for rules; `build` gets the source's name in the programme and the checked settings.
    """

    name: str
    settings: type[S]
    build: Callable[[str, S], ClearingSource]


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


@attrs.frozen
class DemoLogin:
    """One login of a demo: who it is for a person who reads the list, and which customer it shows."""

    name: str
    customer_number: str
    person: str
    locale: str


@attrs.frozen
class DemoData:
    """Seeded data of a bundle for ``treuwerk demo``.

    `write` fills a folder from a seed and an end date, the same bytes for the same arguments: ``participants.csv``,
    ``articles.csv`` and ``attendance/*.csv`` as ``treuwerk import`` reads them, and one folder per clearing source with
    files named ``YYYY-MM-DD*``, cleared in the order of their dates with the clock of that day.
    """

    write: Callable[[Path, int, date], None]
    logins: tuple[DemoLogin, ...] = ()


class Hooks:
    """The hooks of Treuwerk."""

    @hookspec
    def earning_rule_kinds(self) -> Sequence[EarningRuleKind[Any]]:  # type: ignore[empty-body]
        """Offer kinds of earning rules.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        Called once at start-up. Keep heavy imports inside the rule's ``build``.
        """

    @hookspec
    def clearing_sources(self) -> Sequence[ClearingSourceKind[Any]]:  # type: ignore[empty-body]
        """Offer kinds of readers for files, uploads and requests.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        A reader gets bytes and yields canonical documents; matching, rules and booking are the engine's.
        """

    @hookspec
    def demo_data(self) -> Sequence[DemoData]:  # type: ignore[empty-body]
        """Offer seeded data for the demo of a bundle.

        Returns: at most one record over all loaded plugins of a programme; a second one stops start-up.
        """

    @hookspec
    def identity_providers(self) -> Sequence[IdentityProviderKind[Any]]:  # type: ignore[empty-body]
        """Offer kinds of identity providers for single sign-on.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        A provider says who somebody is; which user that is, and what he may do, is decided by the engine.
        """

    @hookspec
    def permissions(self) -> Sequence[Permission]:  # type: ignore[empty-body]
        """Offer rights that roles of the programme may name.

        Returns: records with names that neither the engine nor another loaded plugin has; begin them with the name of
        the plugin, such as ``seminars.book``. A role with all rights of its audience has them at once.
        """

    @hookspec
    def web_parts(self) -> Sequence[WebPart]:  # type: ignore[empty-body]
        """Offer pages, entries of the navigation, panels, templates, static files and translations.

        Returns: records with names that no other loaded plugin offers. Every page and panel names the permission that
        it asks for; one that nobody declared stops start-up.
        """
