"""A reward as templates see it: in one language, for one participant."""

from collections.abc import Callable, Sequence
from urllib.parse import quote

import attrs

from treuwerk.domain.money_parts import MoneyTerms, PricedLine
from treuwerk.services.shop.money import POINTS_ALONE, MoneyChoice, choice_of
from treuwerk.web.shell.content import Localised

_WHOLE = 1_000
TONES = 6
"""Colours of worlds and categories, counted from 1."""


@attrs.frozen
class Picture:
    """One picture of a reward, in two sizes."""

    small: str
    large: str
    alt: Localised


@attrs.frozen
class Mark:
    """A few words on a card, with the look of a state."""

    words: str
    kind: str
    symbol: str


@attrs.frozen
class Price:
    """What something costs. `regular` is the price without a promotion, where there is one; else 0.

    `at_least` says that variants cost differently and this is the cheapest of them.
    """

    points: int
    unit: str
    regular: int = 0
    at_least: bool = False
    balance: int | None = None
    """What there is to spend; None for who may not see it."""
    takes: MoneyTerms | None = None
    """How part of it can be paid with money; None where it is paid with points alone."""

    def against(self, balance: int | None) -> "Price":
        """The same for somebody who has so much."""
        return Price(self.points, self.unit, self.regular, self.at_least, balance, self.takes)

    @property
    def missing(self) -> int:
        """Points that are not there yet."""
        return max(self.points - self.balance, 0) if self.balance is not None else 0

    @property
    def within(self) -> bool:
        """Whether it can be paid now."""
        return self.balance is not None and self.balance >= self.points

    @property
    def money(self) -> MoneyChoice:
        """What one piece could be paid with now: points, and money beside them."""
        if self.balance is None:
            return POINTS_ALONE
        return choice_of(self.takes, [PricedLine(self.points, self.takes is not None)], max(self.balance, 0))

    @property
    def payable(self) -> bool:
        """Whether it can be ordered now: with points, or with points and money."""
        return self.within or self.money.helps

    @property
    def reached(self) -> int:
        """Thousandths of the price that are there."""
        if self.balance is None or self.points <= 0:
            return 0
        return min(max(self.balance, 0) * _WHOLE // self.points, _WHOLE)


@attrs.frozen(eq=False)
class Face:
    """What a card shows to everybody to whom a reward is offered alike. `tone` is the colour of its category, 1 to 6.

    `tag` is None for what nobody can order at present.
    """

    number: str
    name: Localised
    summary: Localised
    category: str
    tone: int
    tag: Price | None
    marks: Sequence[Mark] = ()
    picture: Picture | None = None
    gone: bool = False
    """Whether there is none at present."""
    _drawn: dict[object, str] = attrs.field(factory=dict, init=False)

    @property
    def href(self) -> str:
        """Where it stands at length."""
        return f"/rewards/{quote(self.number, safe='')}"

    def drawn(self, name: str, macro: Callable[..., str], *how: object) -> str:
        """What a macro of this name makes of it, kept as long as it is."""
        found = self._drawn.get((name, *how))
        if found is None:
            found = self._drawn[name, *how] = macro(self, *how)
        return found


@attrs.frozen
class Card:
    """A reward on the shelf, for somebody; `reason` says why it is shown here.

    `price` is None for what nobody can order at present.
    """

    face: Face
    price: Price | None
    wished: bool = False
    reason: str = ""

    @property
    def number(self) -> str:
        """That of the reward."""
        return self.face.number


@attrs.frozen
class World:
    """A field of the shop to be walked into: a world, or a category. `until` says in words when it ends."""

    href: str
    title: str
    second: str
    tone: int
    until: str = ""
    current: bool = False
    picture: Picture | None = None


@attrs.frozen
class Banner:
    """A promotion that lowers prices today: what it offers, until when, and some of it in pictures."""

    href: str
    title: Localised
    words: Localised
    until: str
    second: str
    pictures: Sequence[Picture] = ()


@attrs.frozen
class Heading:
    """What a page of the shelf is called that shows one world, promotion or category."""

    name: Localised
    words: Localised = attrs.field(factory=lambda: Localised(""))
    until: str = ""
    picture: Picture | None = None


@attrs.frozen
class Strip:
    """Cards side by side under a title; `more` leads to where there are more of them."""

    title: str
    cards: Sequence[Card]
    more: str = ""
    more_words: str = ""


@attrs.frozen
class Choice:
    """One value of a filter, which the form sends as `name`; `count` is how many rewards it would leave."""

    name: str
    value: str
    words: str
    count: int
    chosen: bool


@attrs.frozen
class Facet:
    """What the shelf can be narrowed by."""

    title: str
    choices: Sequence[Choice]


@attrs.frozen
class RangeLink:
    """A range of prices to choose; the chosen one leads back to all."""

    words: str
    href: str
    count: int
    chosen: bool


@attrs.frozen
class PageLink:
    """A page of the shelf; without an address: the present one, or a gap."""

    words: str
    href: str = ""
    current: bool = False


@attrs.frozen
class VariantChoice:
    """A variant to choose; `second` tells its price where variants differ, or that it is gone."""

    number: str
    name: Localised
    href: str
    second: str
    current: bool
    gone: bool


@attrs.frozen
class Keep:
    """A thing worth knowing before ordering: when it comes, where it is from, what it is certified for."""

    symbol: str
    words: str
    second: str = ""
