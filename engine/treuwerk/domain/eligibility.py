"""For whom, for what and when a rule holds: asked by the engine once for each event, the same for every kind of rule.

A condition that names nothing leaves nobody out. Conditions on goods, such as `ArticleFilter`, leave activities out.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

import attrs

from treuwerk.domain.participants import Participant, identifier
from treuwerk.domain.purchases import Article, EarningEvent


class Weekday(StrEnum):
    """A day of the week, in the order of `date.weekday`."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


_WEEKDAYS = tuple(Weekday)


@attrs.frozen
class Range:
    """A range of figures, both ends included, such as ``{ at_least = 400 }``. Exact decimals."""

    at_least: Decimal | None = None
    """The smallest figure that counts; left out: no matter how small."""
    at_most: Decimal | None = None
    """The largest figure that counts; left out: no matter how large."""

    def __attrs_post_init__(self) -> None:
        """A range that holds nothing would switch its rule off without a word."""
        if self.at_least is None and self.at_most is None:
            raise ValueError("'at_least' or 'at_most' must be there")
        if self.at_least is not None and self.at_most is not None and self.at_most < self.at_least:
            raise ValueError(f"'at_most' must be >= at_least: {self.at_most} < {self.at_least}")

    def holds(self, figure: Decimal | None) -> bool:
        """Whether a figure lies within; one that nobody knows does not."""
        if figure is None:
            return False
        return ((self.at_least is None or figure >= self.at_least)
                and (self.at_most is None or figure <= self.at_most))


@attrs.frozen
class Audience:
    """``audience`` of an ``[[earning]]`` table: whose purchases and activities the rule is for."""

    groups: list[str] = attrs.field(factory=list)
    """Codes of groups; left out: all."""
    countries: list[str] = attrs.field(factory=list)
    """Countries of participants, as codes of two letters; left out: all."""
    attributes: dict[str, list[str]] = attrs.field(factory=dict)
    """Values that an attribute of the participant may have, by its name, such as ``{ region = ["south"] }``."""

    tiers: list[str] = attrs.field(factory=list)
    """Codes of tiers; left out: all, and those without one. What counts is the tier with which the day of the purchase
    began. Needs a ``[tier_scheme]``."""

    def includes(self, participant: Participant, day: date) -> bool:
        """Whether a participant belonged to it on a day."""
        return ((not self.groups or participant.group in self.groups)
                and (not self.countries or participant.country in self.countries)
                and all(participant.attributes.get(name, "") in values for name, values in self.attributes.items())
                and (not self.tiers or participant.tier_on(day) in self.tiers))


@attrs.frozen
class ArticleFilter:
    """``[article_filters.<code>]``: a choice of purchase lines that any number of rules can name."""

    kinds: list[str] = attrs.field(factory=list)
    """Kinds of articles; left out: all."""
    numbers: list[str] = attrs.field(factory=list)
    """Article numbers; left out: all. Leading zeros and case do not matter."""
    except_numbers: list[str] = attrs.field(factory=list)
    """Article numbers that are left out."""
    attributes: dict[str, Range] = attrs.field(factory=dict)
    """Ranges of article attributes by name, such as ``{ wp = { at_least = 400 } }``. An article without it is out."""
    features: dict[str, list[str]] = attrs.field(factory=dict)
    """Values that a feature of the delivery may have, by its name, such as ``{ scope = ["SYSTEM"] }``."""

    @cached_property
    def _wanted(self) -> frozenset[str]:
        return frozenset(map(identifier, self.numbers))

    @cached_property
    def _unwanted(self) -> frozenset[str]:
        return frozenset(map(identifier, self.except_numbers))

    def takes(self, article: Article, features: Mapping[str, str]) -> bool:
        """Whether a purchase line of this article, with these features, is chosen."""
        number = identifier(article.number)
        return ((not self.kinds or article.kind in self.kinds)
                and (not self._wanted or number in self._wanted) and number not in self._unwanted
                and all(bounds.holds(article.attributes.get(name)) for name, bounds in self.attributes.items())
                and all(features.get(name, "") in values for name, values in self.features.items()))


@attrs.frozen
class LeastPerLine:
    """``at_least`` of an ``[[earning]]`` table: what a purchase line must come up to."""

    quantity: Decimal | None = None
    """Base units, such as pieces."""
    amount: Decimal | None = None
    """Net amount in the currency of the programme; a line without amount does not come up to it."""

    def is_met(self, event: EarningEvent) -> bool:
        """Whether a line comes up to it."""
        return ((self.quantity is None or event.quantity >= self.quantity)
                and (self.amount is None or (event.amount is not None and event.amount >= self.amount)))


Condition = Callable[[EarningEvent], bool]


@attrs.frozen
class Eligibility:
    """All conditions of one rule. What it does not name is no condition, and costs nothing."""

    audience: Audience | None = None
    articles: ArticleFilter | None = None
    weekdays: Collection[Weekday] = ()
    at_least: LeastPerLine | None = None

    @cached_property
    def _conditions(self) -> Sequence[Condition]:
        named = ((self.audience, self._in_audience), (self.articles, self._chosen), (self.weekdays, self._on_day),
                 (self.at_least, self._large_enough))
        return [condition for given, condition in named if given]

    def covers(self, event: EarningEvent) -> bool:
        """Whether the rule is for this event."""
        return all(holds(event) for holds in self._conditions)

    def _in_audience(self, event: EarningEvent) -> bool:
        return self.audience is None or self.audience.includes(event.participant, event.occurred_on)

    def _chosen(self, event: EarningEvent) -> bool:
        if self.articles is None:
            return True
        return event.article is not None and self.articles.takes(event.article, event.features)

    def _on_day(self, event: EarningEvent) -> bool:
        return _WEEKDAYS[event.occurred_on.weekday()] in self.weekdays

    def _large_enough(self, event: EarningEvent) -> bool:
        return self.at_least is None or (event.article is not None and self.at_least.is_met(event))


EVERYTHING = Eligibility()
"""No conditions."""
