"""What stands in ``programme.toml``, as attrs classes: field = key, type = what is accepted, default = may be left out.

Each class is one table; its docstring and attribute docs are the settings reference.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import attrs
from attrs.validators import deep_iterable, ge, in_, le, matches_re, min_len, optional

from treuwerk.domain.earning import EarningRule
from treuwerk.domain.rights import Audience
from treuwerk.domain.terms import AT_ONCE, NEVER, Activation, Between, Expiry, Returns
from treuwerk.hookspecs import ClearingSource, IdentityProvider

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_CODE = matches_re(CODE)
_COLOUR = matches_re(r"#[0-9a-f]{6}")
Texts = dict[str, str]
"""A text per language: ``{ de = "Fachpartner", en = "Certified partner" }``."""


def _known_zone(_: object, attribute: Any, value: str) -> None:
    if value not in available_timezones():
        raise ValueError(f"'{attribute.name}' must be a time zone such as Europe/Berlin: {value}")


@attrs.frozen
class Programme:
    """``[programme]``: who the programme is."""

    code: str = attrs.field(validator=_CODE)
    name: str = attrs.field(validator=min_len(1))
    starts_on: date
    zone: str = attrs.field(validator=_known_zone)
    """IANA time zone in which days begin and end."""
    locales: list[str] = attrs.field(validator=min_len(1))
    """Languages of portal and mails; the first is the default."""
    currency: str = attrs.field(default="EUR", validator=matches_re(r"[A-Z]{3}"))
    countries: list[str] = attrs.field(factory=list, validator=deep_iterable(matches_re(r"[A-Z]{2}")))
    """Countries to which something can be delivered, as codes of two letters; left out: all."""

    @property
    def time_zone(self) -> ZoneInfo:
        """The zone, ready for use."""
        return ZoneInfo(self.zone)


@attrs.frozen
class Manual:
    """``[units.<code>.manual]``: points that operators book by hand, with a reason."""

    limit: int = attrs.field(default=0, validator=ge(0))
    """Points that one operator may give or take by hand in a day of the programme's zone, both added up. Beyond it a
    second person must agree; left out: to every such booking."""


@attrs.frozen
class Transfers:
    """``[units.<code>.transfers]``: points that participants give to one another. They keep their expiry."""

    allowed: bool = False
    """Whether points of this unit can be given away at all."""
    at_least: int = attrs.field(default=1, validator=ge(1))
    """Points of one transfer."""
    at_most: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """Points of one transfer; left out: all that can be spent."""
    at_most_per_month: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """Points that one participant may give in a calendar month of the programme's zone; left out: no limit."""
    between: Between = Between.SAME_GROUP
    """Whether both must belong to the same group."""


@attrs.frozen
class Unit:
    """``[units.<code>]``: one kind of points. Whole numbers only."""

    name: Texts
    spendable: bool = True
    """Whether rewards can be paid with it; status points cannot."""
    expires: Expiry = NEVER
    """How long they live, such as ``{ after = "36M", rounding = "end_of_year" }``; left out: for ever."""
    pending: Activation = AT_ONCE
    """How long they wait until they can be spent, such as ``{ after = "14D" }``; left out: not at all."""
    returns: Returns = Returns.NEGATIVE
    """When points are taken back that are spent already: the account falls below zero and later points fill it up
    (``negative``), the loss is recorded and nobody owes it (``clamp``), or as ``negative``, and the account redeems
    nothing until that is settled (``block``)."""
    manual: Manual = attrs.field(factory=Manual)
    transfers: Transfers = attrs.field(factory=Transfers)


@attrs.frozen
class Group:
    """``[groups.<code>]``: a kind of participant."""

    name: Texts


@attrs.frozen
class Tier:
    """``[[tiers]]``: a status level, reached from `points` on in `unit`."""

    code: str = attrs.field(validator=_CODE)
    name: Texts
    unit: str
    points: int = attrs.field(validator=ge(0))


@attrs.frozen
class EarningHead:
    """``[[earning]]``: one revision of one rule. All keys beside these belong to the rule's kind.

    Purchases are scored by the revision that is valid on their day; both days are included.
    """

    name: str = attrs.field(validator=_CODE)
    rule: str
    """The kind of rule, as a plugin offers it."""
    title: Texts
    revision: int = attrs.field(default=1, validator=ge(1))
    valid_from: date = date.min
    valid_until: date = date.max
    expires: Expiry | None = None
    """Life of the points of this rule, instead of what their unit says."""
    pending: Activation | None = None
    """Wait of the points of this rule, instead of what their unit says."""


@attrs.frozen
class Earning:
    """A rule of the programme, ready to be asked."""

    head: EarningHead
    settings: Any
    rule: EarningRule


@attrs.frozen
class SourceHead:
    """``[[sources]]``: one feed. All keys beside these belong to the reader."""

    name: str = attrs.field(validator=_CODE)
    reader: str
    """The kind of reader, as a plugin offers it."""


@attrs.frozen
class Source:
    """A feed of the programme, ready to read."""

    head: SourceHead
    settings: Any
    source: ClearingSource


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

    name: str = attrs.field(validator=_CODE)
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


@attrs.frozen
class Theme:
    """``[theme]``: how portal and service centre look. Colours as ``#rrggbb``; files lie below ``static/``.

    ``static/programme.css``, where there is one, comes over all of ours but the rules of printing.
    """

    accent: str = attrs.field(default="#0b5d51", validator=_COLOUR)
    accent_dark: str = attrs.field(default="#5fd0bc", validator=_COLOUR)
    radius: int = attrs.field(default=8, validator=[ge(0), le(24)])
    """How round the corners of controls are, in pixels; those of cards follow."""
    font: str = ""
    """One variable WOFF2 file with the weights 400 to 700 and tabular figures; left out: Inter."""
    logo: str = ""
    """An SVG file, wider than high."""
    logo_dark: str = ""
    """The logo on dark ground; left out: the same."""


@attrs.frozen
class Contact:
    """``[contact]``: whom people can ask; the foot of the portal and error pages name it."""

    email: str = attrs.field(default="", validator=matches_re(r"([^@\s]+@[^@\s]+)?"))
    phone: str = attrs.field(default="", validator=matches_re(r"(\+?[0-9 ()/-]+)?"))
    """As it is shown; spaces and brackets are left out where it is dialled."""
    hours: Texts = attrs.field(factory=dict)
    """When somebody answers: ``{ de = "Mo–Fr 8–17 Uhr", en = "Mon–Fri 8 am–5 pm" }``."""

    @property
    def dialled(self) -> str:
        """The phone number as a link has it."""
        return "".join(mark for mark in self.phone if mark in "+0123456789")


@attrs.frozen
class Link:
    """``[[links]]``: a page that the foot of the portal leads to, such as imprint, privacy or accessibility."""

    title: Texts
    href: str = attrs.field(validator=matches_re(r"https://[^\s\"<>]+|/(?!/)[^\s\"<>]*"))
    """An ``https://`` address, or a path of this site."""


@attrs.frozen
class TextBlock:
    """``[[text_blocks]]``: a text that the service centre begins notes with."""

    code: str = attrs.field(validator=_CODE)
    title: Texts
    """What the block is called in the list."""
    text: Texts


@attrs.frozen
class Clearing:
    """``[clearing]``: how files are worked off."""

    batch_lines: int = attrs.field(default=16_000, validator=[ge(100)])
    """Lines of one database transaction. Larger is faster, and holds SQLite's only write lock longer."""


@attrs.frozen
class Settings:
    """The whole file."""

    programme: Programme
    plugins: list[str]
    units: dict[str, Unit] = attrs.field(validator=min_len(1))
    groups: dict[str, Group] = attrs.field(validator=min_len(1))
    earning: list[Earning] = attrs.field(factory=list)
    sources: list[Source] = attrs.field(factory=list)
    measures: dict[str, int | str] = attrs.field(factory=lambda: {"PCE": 1})
    """Unit of a line → how many base units it is, or the article attribute that says so."""
    tiers: list[Tier] = attrs.field(factory=list)
    roles: dict[str, Role] = attrs.field(factory=dict)
    sign_in: list[SignIn] = attrs.field(factory=list)
    sign_in_rules: SignInRules = attrs.field(factory=SignInRules)
    theme: Theme = attrs.field(factory=Theme)
    contact: Contact = attrs.field(factory=Contact)
    links: list[Link] = attrs.field(factory=list)
    text_blocks: list[TextBlock] = attrs.field(factory=list)
    clearing: Clearing = attrs.field(factory=Clearing)


