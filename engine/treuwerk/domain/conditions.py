"""The conditions of a rule, each asked by itself about one event: what holds, what does not, and what was found.

`Eligibility` answers with yes or no, a million times a night. Here the same conditions tell a person why.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Protocol, runtime_checkable

import attrs

from treuwerk.domain.eligibility import ArticleFilter, Audience, Eligibility, LeastPerLine, Range, Weekday
from treuwerk.domain.participants import Participant, identifier
from treuwerk.domain.purchases import Article, EarningEvent

_WEEKDAYS = tuple(Weekday)


class Fact(StrEnum):
    """What a condition is about."""

    WINDOW = "window"
    WEEKDAY = "weekday"
    GROUP = "group"
    COUNTRY = "country"
    TIER = "tier"
    PARTICIPANT = "participant"  # an attribute of it
    GOODS = "goods"  # that it is a purchase line, not an activity
    KIND = "kind"  # of the article
    NUMBER = "number"  # of the article
    LEFT_OUT = "left_out"  # that the article is none of those left out
    ARTICLE = "article"  # an attribute of it
    FEATURE = "feature"
    QUANTITY = "quantity"
    AMOUNT = "amount"
    RULE = "rule"  # whether the rule itself gives anything
    PLACE = "place"  # that no other rule stands in its place, or keeps the event back


@attrs.frozen
class Judged:
    """One condition and whether it holds.

    `name` is that of an attribute or a feature. What is wanted stands in `wanted` (codes, one of which will do), or as
    bounds of a figure or of days, both included. `missing` is how much a figure is short of its bound.
    """

    fact: Fact
    holds: bool
    found: str = ""
    wanted: tuple[str, ...] = ()
    name: str = ""
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    missing: Decimal | None = None
    first: date | None = None
    last: date | None = None


@attrs.frozen
class Instead:
    """One fact that an event would have to have: quantity and amount as figures, a feature as text, or the day.

    `fact` is QUANTITY, AMOUNT, FEATURE, or for the day WINDOW or WEEKDAY; `name` is that of the feature. `found` is
    what the event has; the engine fills it in.
    """

    fact: Fact
    value: Decimal | str | date
    name: str = ""
    found: str = ""

    @property
    def more(self) -> Decimal | None:
        """How much more a figure would have to be; None for what is no figure, or was not there."""
        return self.value - Decimal(self.found) if isinstance(self.value, Decimal) and self.found else None


@runtime_checkable
class TellsWhatIsMissing(Protocol):
    """A rule that knows what would make it give more; `EarningRule` does not ask for it."""

    def missing(self, event: EarningEvent) -> Iterable[Sequence[Instead]]:
        """Ways to more points by this rule, the nearest first: each some facts that the event would have to have.

        They are proposals: the engine asks the rule about the changed event, and shows only what gives more.
        """
        ...


def judged(eligibility: Eligibility, event: EarningEvent) -> Iterator[Judged]:
    """Every condition that is named, in the order in which they are asked."""
    if eligibility.audience is not None:
        yield from _audience(eligibility.audience, event.participant, event.occurred_on)
    if eligibility.articles is not None or eligibility.at_least is not None:
        yield Judged(Fact.GOODS, event.article is not None, event.activity)
    if event.article is not None and eligibility.articles is not None:
        yield from filtered(eligibility.articles, event.article, event.features)
    if eligibility.weekdays:
        today = _WEEKDAYS[event.occurred_on.weekday()]
        yield Judged(Fact.WEEKDAY, today in eligibility.weekdays, today.value,
                     tuple(day.value for day in _WEEKDAYS if day in eligibility.weekdays))
    if event.article is not None and eligibility.at_least is not None:
        yield from _large_enough(eligibility.at_least, event)


def in_window(first: date, last: date, day: date) -> Iterator[Judged]:
    """Whether a day lies in a window that has a bound."""
    if first != date.min or last != date.max:
        yield Judged(Fact.WINDOW, first <= day <= last, day.isoformat(), first=None if first == date.min else first,
                     last=None if last == date.max else last)


def filtered(articles: ArticleFilter, article: Article, features: Mapping[str, str]) -> Iterator[Judged]:
    """The parts of a filter of articles."""
    number = identifier(article.number)
    if articles.kinds:
        yield _one_of(Fact.KIND, article.kind, articles.kinds)
    if articles.numbers:
        yield Judged(Fact.NUMBER, number in map(identifier, articles.numbers), article.number, tuple(articles.numbers))
    if articles.except_numbers:
        yield Judged(Fact.LEFT_OUT, number not in map(identifier, articles.except_numbers), article.number)
    for name, bounds in articles.attributes.items():
        yield within(Fact.ARTICLE, bounds, article.attributes.get(name), name)
    for name, values in articles.features.items():
        yield _one_of(Fact.FEATURE, features.get(name, ""), values, name)


def within(fact: Fact, bounds: Range, figure: Decimal | None, name: str = "") -> Judged:
    """Whether a figure lies within bounds."""
    short = (bounds.at_least - figure if figure is not None and bounds.at_least is not None
             and figure < bounds.at_least else None)
    found = "" if figure is None else f"{figure:f}"
    return Judged(fact, bounds.holds(figure), found, (), name, bounds.at_least, bounds.at_most, short)


def _audience(audience: Audience, participant: Participant, day: date) -> Iterator[Judged]:
    if audience.groups:
        yield _one_of(Fact.GROUP, participant.group, audience.groups)
    if audience.countries:
        yield _one_of(Fact.COUNTRY, participant.country, audience.countries)
    for name, values in audience.attributes.items():
        yield _one_of(Fact.PARTICIPANT, participant.attributes.get(name, ""), values, name)
    if audience.tiers:
        yield _one_of(Fact.TIER, participant.tier_on(day), audience.tiers)


def _one_of(fact: Fact, found: str, wanted: Sequence[str], name: str = "") -> Judged:
    return Judged(fact, found in wanted, found, tuple(wanted), name)


def _large_enough(least: LeastPerLine, event: EarningEvent) -> Iterator[Judged]:
    if least.quantity is not None:
        yield within(Fact.QUANTITY, Range(at_least=least.quantity), event.quantity)
    if least.amount is not None:
        yield within(Fact.AMOUNT, Range(at_least=least.amount), event.amount)


def remedy(one: Judged, day: date, first: date = date.min, last: date = date.max) -> Instead | None:
    """What the event would have to have for a condition to hold; None where no participant could have helped it.

    A `day` moves as little as it can within a rule's window, of which `first` and `last` are the bounds.
    """
    match one.fact:
        case Fact.QUANTITY | Fact.AMOUNT if one.missing is not None and one.at_least is not None:
            whole = one.fact is Fact.QUANTITY
            return Instead(one.fact, one.at_least.to_integral_value(ROUND_CEILING) if whole else one.at_least)
        case Fact.FEATURE:
            return Instead(one.fact, one.wanted[0], one.name)
        case Fact.WINDOW:
            return Instead(one.fact, max(first, min(day, last)))
        case Fact.WEEKDAY:
            near = _nearest(day, one.wanted, first, last)
            return None if near is None else Instead(one.fact, near)
    return None


def _nearest(day: date, weekdays: Sequence[str], first: date, last: date) -> date | None:
    """The nearest of these weekdays in a window; of two, the later one."""
    around = (day + timedelta(days=sign * away) for away in range(7) for sign in (1, -1))
    return next((one for one in around if first <= one <= last and _WEEKDAYS[one.weekday()] in weekdays), None)


def changed(event: EarningEvent, facts: Iterable[Instead]) -> EarningEvent:
    """The event with these facts. More pieces of the same price are a larger amount.

    Raises:
        ValueError: a fact has a value that no event can have.
    """
    for one in facts:
        event = _changed(event, one)
    return event


def _changed(event: EarningEvent, one: Instead) -> EarningEvent:
    match one.fact, one.value:
        case Fact.QUANTITY, Decimal() as pieces if pieces.is_finite() and pieces > 0:
            amount = None if event.amount is None else event.amount / event.quantity * pieces
            return event._replace(quantity=pieces, amount=amount)
        case Fact.AMOUNT, Decimal() as amount if amount.is_finite() and amount > 0:
            return event._replace(amount=amount)
        case Fact.FEATURE, str() as value if one.name:
            return event._replace(features={**event.features, one.name: value})
        case (Fact.WINDOW | Fact.WEEKDAY), date() as day:
            return event._replace(occurred_on=day)
    raise ValueError(f"found {one!r:.120}, expected a positive figure, a feature with its name, or a day")


def found_in(event: EarningEvent, one: Instead) -> str:
    """What the event has where another fact would be needed."""
    match one.fact:
        case Fact.QUANTITY:
            return f"{event.quantity:f}"
        case Fact.AMOUNT:
            return "" if event.amount is None else f"{event.amount:f}"
        case Fact.FEATURE:
            return event.features.get(one.name, "")
    return event.occurred_on.isoformat()
