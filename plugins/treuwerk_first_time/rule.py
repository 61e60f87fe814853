"""Points for what somebody buys or attends for the first time: ever, in a period, or of each kind or article."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

import attrs
from attrs.validators import ge

from treuwerk.domain.earning import Operation, Step
from treuwerk.domain.purchases import Article, EarningEvent
from treuwerk.domain.totals import Counted, DayTotal, Goal, Period, TotalAward, last_day


class Each(StrEnum):
    """What must be new."""

    PURCHASE = "purchase"
    KIND = "kind"
    ARTICLE = "article"


@attrs.frozen
class FirstTimeSettings:
    """Keys of an ``[[earning]]`` table with ``rule = "first_time"``: points once, for the first one."""

    unit: str
    """Unit of the points."""
    points: int = attrs.field(validator=ge(1))
    """Points for the first one."""
    each: Each = Each.PURCHASE
    """The first ``purchase`` of all, or the first one of each ``kind`` of articles or of each ``article``."""
    period: Period = Period.EVER
    """Whether it is the first one ``ever``, or of a calendar ``month``, ``quarter``, ``half_year`` or ``year``."""
    activity: str = ""
    """The kind of activities that count instead of purchases."""


@attrs.frozen
class FirstTime:
    """The rule with its settings."""

    settings: FirstTimeSettings

    @property
    def units(self) -> Collection[str]:
        """The one unit of the settings."""
        return {self.settings.unit}

    @property
    def period(self) -> Period:
        """That of the settings."""
        return self.settings.period

    @property
    def measure(self) -> str:
        """What is counted."""
        return self.settings.activity or self.settings.each.value

    def counts(self, events: Sequence[EarningEvent]) -> Iterator[Counted]:
        """Each line with its quantity, by what must be new."""
        for index, event in enumerate(events):
            if event.article is None:
                if self.settings.activity and event.activity == self.settings.activity:
                    yield Counted(index, event.quantity)
            elif not self.settings.activity:
                yield Counted(index, event.quantity, self._part(event.article))

    def _part(self, article: Article) -> str:
        if self.settings.each is Each.KIND:
            return article.kind
        return article.number if self.settings.each is Each.ARTICLE else ""

    def earned(self, days: Sequence[DayTotal]) -> Iterator[TotalAward]:
        """The points, as long as anything is left of what was bought."""
        if days:
            steps = (Step(Operation.START, "points", str(self.settings.points)),)
            yield TotalAward(self.settings.unit, self.settings.points, steps)

    def missing(self, days: Sequence[DayTotal], today: date) -> Goal | None:
        """The first one, as long as there is none."""
        if days or self.settings.each is not Each.PURCHASE:
            return None
        return Goal(Decimal(0), Decimal(1), self.settings.unit, Decimal(self.settings.points),
                    last_day(self.period, today))
