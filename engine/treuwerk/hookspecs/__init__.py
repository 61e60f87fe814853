"""Every hook that a plugin may implement, with its full contract. The hook reference is made from this file.

All hooks here are *offers*: called once at start-up, without arguments, answered with frozen records. They speak
domain types only. Order carries no meaning; one of many is chosen by its name in the programme file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Generic, Protocol, TypeVar, runtime_checkable

import attrs
import pluggy

from treuwerk.domain.census import Census
from treuwerk.domain.documents import Document
from treuwerk.domain.earning import EarningRule
from treuwerk.domain.page_words import DrawnPage, Word
from treuwerk.domain.pages import WebPart
from treuwerk.domain.rights import Permission
from treuwerk.domain.sign_in import ExternalIdentity, LogoutNotice, SignInStart
from treuwerk.domain.work import Holding, Ticket
from treuwerk.hookspecs.payments import PaymentProvider as PaymentProvider
from treuwerk.hookspecs.payments import PaymentProviderKind as PaymentProviderKind
from treuwerk.hookspecs.rewards import CancellingChannel as CancellingChannel
from treuwerk.hookspecs.rewards import CatalogueConstraintKind as CatalogueConstraintKind
from treuwerk.hookspecs.rewards import FollowedChannel as FollowedChannel
from treuwerk.hookspecs.rewards import RewardSource as RewardSource
from treuwerk.hookspecs.rewards import SupplierChannel as SupplierChannel
from treuwerk.hookspecs.rewards import SupplierChannelKind as SupplierChannelKind

PROJECT = "treuwerk"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
S = TypeVar("S")


class ClearingSource(Protocol):
    """A reader of one kind of file with its settings bound. It knows nothing of points."""

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether this file is meant for this source, by its name and its first 65,536 bytes. Never raises."""
        ...

    def read(self, stream: BinaryIO) -> Iterator[Document]:
        """Documents one after the other, in flat memory; what cannot be read stands in their faults.

        Raises:
            treuwerk.domain.tabular.UnreadableFile: the file as a whole is not of this kind.
        """
        ...


@runtime_checkable
class OneSeller(Protocol):
    """A clearing source that can say who numbers all its documents.

    Where a line is so broken that nothing could be read of it, whoever corrects it need not know how that is written.
    """

    @property
    def seller(self) -> str:
        """The name of the seller as its documents have it; empty where each document names its own."""
        ...


@runtime_checkable
class CountingSource(Protocol):
    """A clearing source that can also count, for formats of large files.

    Whether a file is held as a whole is decided before any of it is booked. A source that cannot count is read twice.
    """

    def census(self, stream: BinaryIO) -> Census | None:
        """How many lines a file has, and how many of them may be unreadable, in a fraction of the time of reading.

        None where only reading can tell, such as when a count that the file names is wrong. Never raises for what is
        wrong with the file.
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

    `settings` as for rules; `build` gets the source's name in the programme and the checked settings. A kind whose
    files say by themselves what they hold has settings with defaults only and sets `describes_itself`: ``treuwerk
    read`` then uses it also where the programme does not name it, and where there is no programme.
    """

    name: str
    settings: type[S]
    build: Callable[[str, S], ClearingSource]
    describes_itself: bool = False


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


class UploadScanner(Protocol):
    """A scanner of uploaded files with its settings bound."""

    def scan(self, stream: BinaryIO) -> str:
        """The name of what was found, empty where the file is clean.

        Raises:
            treuwerk.domain.uploads.ScannerUnavailable: it cannot tell now; the file waits and is scanned later.
        """
        ...

    def answers(self) -> str:
        """What the scanner says of itself, such as its version, for who looks after it.

        Raises:
            treuwerk.domain.uploads.ScannerUnavailable: it does not answer.
        """
        ...


@attrs.frozen
class UploadScannerKind(Generic[S]):
    """A kind of scanner that an integrator can name in the programme file under ``scanner``.

    `settings` as for rules; `build` gets the checked settings. It opens no connection.
    """

    name: str
    settings: type[S]
    build: Callable[[S], UploadScanner]


class PageReader(Protocol):
    """A reader of drawn pages with its settings bound: it recognises words, and says nothing of what they mean.

    It is pickled and sent to a process of its own, which has limits on memory and time, and of the environment only the
    ``PATH``; it and the processes that it starts end with that process. So it keeps neither handles nor threads, and
    what it needs to read, such as a model, is loaded in `read`.
    """

    def read(self, page: DrawnPage) -> Sequence[Word]:
        """The words of a page with their places and confidences, in any order; none where it is blank.

        Called once in a process, which ends then. It neither asks a network nor writes files that stay.

        Raises:
            treuwerk.domain.page_words.PageReaderUnavailable: it cannot read any page now; the message says what to do.
        """
        ...

    def answers(self) -> str:
        """What the reader says of itself, such as version and languages, for who looks after it.

        Raises:
            treuwerk.domain.page_words.PageReaderUnavailable: something is missing; the message says what to install.
        """
        ...


@attrs.frozen
class PageReaderKind(Generic[S]):
    """A kind of page reader that an integrator can name in the programme file under ``[page_reader]``.

    `settings` as for rules; `build` gets the checked settings. It starts no program and loads no model.
    """

    name: str
    settings: type[S]
    build: Callable[[S], PageReader]


@attrs.frozen
class WorkPlace:
    """Where a runner works: the database of the programme, who this process is, and how much it does at once.

    `database` is the address with its password. `queue` is an address for the runner's own tables, if the operator
    names one; else the runner chooses. `worker` is unique for each process, `version` the same for all processes of an
    installation, whatever code they run: work of one must not wait for ever for another release.
    """

    database: str = attrs.field(repr=False)
    queue: str = attrs.field(repr=False)
    worker: str
    version: str
    concurrency: int


class WorkRunner(Protocol):
    """A queue that carries tickets to handlers, at least once. It is never trusted: orders are rows of the engine.

    What an order is, when it is due, how often it is tried and what it did stands in those rows. So a ticket may be
    carried twice, late, by two processes at once or not at all: the engine sees to that.
    """

    def register(self, handler: Callable[[Ticket], None]) -> None:
        """Take the handler of all tickets; called once, before `start`. The handler never raises."""
        ...

    def start(self) -> None:
        """Make what tables the queue needs and begin to carry. Returns once tickets are taken."""
        ...

    def submit(self, ticket: Ticket) -> None:
        """Queue a ticket, durably where the queue is durable. Called after the commit, and again if in doubt."""
        ...

    def room(self) -> int:
        """How many tickets it takes at this moment without piling them up in its memory."""
        ...

    def holding(self, ticket: Ticket) -> Holding:
        """What the queue knows of a ticket. ``gone`` makes the engine deliver the order anew."""
        ...

    def drop(self, ticket: Ticket) -> None:
        """Forget a ticket, if it is not carried yet."""
        ...

    def tidy(self, before: int) -> None:
        """Remove what was carried before an instant (microseconds UTC); called now and then."""
        ...

    def stop(self, grace_seconds: float) -> None:
        """Carry nothing more, wait so long for handlers that run, and let go of connections and threads."""
        ...


@attrs.frozen
class WorkRunnerKind:
    """A kind of runner that an integrator can name under ``[work] runner``.

    `databases` are the backends that it can work beside: ``sqlite``, ``postgresql``. `distribution` is
    what it rests on, whose version the doctor tells.
    """

    name: str
    databases: tuple[str, ...]
    build: Callable[[WorkPlace], WorkRunner]
    distribution: str = ""


@attrs.frozen
class CommandPlace:
    """Where a command of a plugin works: folder of the programme, address of the database, and the instant of its call.

    `database` is the address with its password, as SQLAlchemy writes it. `now` is in microseconds since 1970 UTC.
    """

    folder: Path
    database: str = attrs.field(repr=False)
    now: int


@attrs.frozen
class CommandKind:
    """A command of the command line, ``treuwerk <name>``, in programmes that name the plugin.

    `name` has small letters, digits and hyphens; those of the engine are taken. `title` is its line in
    ``treuwerk --help``. `build` answers a ``click.Command``, and is called only to run it or to show its help; what the
    command returns as a whole number is its exit code: 0 done, 1 failed, 2 usage, 3 done in part.
    """

    name: str
    title: str
    build: Callable[[CommandPlace], Any]


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
    def work_runners(self) -> Sequence[WorkRunnerKind]:  # type: ignore[empty-body]
        """Offer queues that carry durable work between processes.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up. The engine
        itself has ``inline``, which needs no tables and no other process. Imports of libraries belong into ``build``.
        """

    @hookspec
    def upload_scanners(self) -> Sequence[UploadScannerKind[Any]]:  # type: ignore[empty-body]
        """Offer kinds of virus scanners for uploaded files.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        Nothing of a file is shown before every scanner of the programme found it clean.
        """

    @hookspec
    def page_readers(self) -> Sequence[PageReaderKind[Any]]:  # type: ignore[empty-body]
        """Offer kinds of page readers (OCR) for photos and scans of documents.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        A reader gets one drawn page and answers words; which of them are number, date, seller and lines is found by the
        engine, and shown to people as suggestions. Nothing is booked by it. A reader that fails or is too slow leaves
        its page unread, which the service centre sees; the report goes on without it.
        """

    @hookspec
    def commands(self) -> Sequence[CommandKind]:  # type: ignore[empty-body]
        """Offer commands of the command line.

        Returns: records with names that neither the engine nor another loaded plugin has; a name offered twice stops
        them. They are asked for only where the engine has no command of the name, and for ``treuwerk --help``.
        """

    @hookspec
    def catalogue_constraints(self) -> Sequence[CatalogueConstraintKind[Any]]:  # type: ignore[empty-body]
        """Offer kinds of constraints on what may be offered, such as where a reward comes from.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        A constraint that fails later, or answers something else than objections, keeps every reward from being offered.
        """

    @hookspec
    def reward_sources(self) -> Sequence[RewardSource[Any]]:  # type: ignore[empty-body]
        """Offer kinds of rewards, such as goods: what an order of one asks for, and how it is fulfilled.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        A reward whose kind is none of the programme is never offered. Stock, codes, seats and points are the engine's.
        """

    @hookspec
    def supplier_channels(self) -> Sequence[SupplierChannelKind[Any]]:  # type: ignore[empty-body]
        """Offer ways by which suppliers get lines of orders, such as a file or a request.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        A channel carries lines under a key and tells what was answered. When it is asked, how often it is tried, and
        what an answer means for an order, is the engine's. Whatever it raises leaves the lines unknown, and they are
        tried again under the same key.
        """

    @hookspec
    def payment_providers(self) -> Sequence[PaymentProviderKind[Any]]:  # type: ignore[empty-body]
        """Offer ways to pay part of a price with money, such as by bank transfer or at a payment service.

        Returns: records with names that no other loaded plugin offers; a name offered twice stops start-up.
        A provider begins a payment under a key, tells what is known of it, pays back under a key, and says whether a
        message is its own. What an answer means for an order, when it is asked and how often, and that nothing is
        booked twice, is the engine's.
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
