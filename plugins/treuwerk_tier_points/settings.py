"""Settings of the tier scheme ``tier_points``, and what contradicts itself in them."""

from decimal import Decimal
from enum import StrEnum

import attrs
from attrs.validators import ge, min_len

from treuwerk.domain.tiers import Counts, Metric


class Window(StrEnum):
    """Over which days figures are added up."""

    LIFETIME = "lifetime"
    ROLLING = "rolling"
    YEAR = "calendar_year"
    HALF_YEAR = "half_year"
    QUARTER = "quarter"
    ANNIVERSARY = "anniversary"


class Downgrade(StrEnum):
    """What happens to who no longer has enough."""

    NEVER = "never"
    PERIOD_END = "period_end"
    ONE_STEP = "one_step"
    AT_ONCE = "at_once"


class Starts(StrEnum):
    """From when a tier holds that was reached."""

    AT_ONCE = "at_once"
    NEXT_PERIOD = "next_period"


class Lasts(StrEnum):
    """Until when it is certain."""

    PERIOD = "period"
    NEXT_PERIOD = "next_period"


class Join(StrEnum):
    """How many of the conditions of a tier must be met."""

    ALL = "all"
    ANY = "any"


ENDLESS = (Window.LIFETIME, Window.ROLLING)
"""Windows without an end."""
_FIELDS = {Counts.POINTS: "unit", Counts.ATTRIBUTE: "attribute", Counts.ACTIVITIES: "activity"}


@attrs.frozen
class MetricSettings:
    """``[tier_scheme.metrics.<name>]``: one figure that tiers ask for."""

    counts: Counts
    """``points``, ``amount``, ``quantity``, ``attribute``, ``purchases`` or ``activities``."""
    unit: str = ""
    """The unit whose points are counted."""
    article_kinds: list[str] = attrs.field(factory=list)
    """Kinds of articles that count; left out: all."""
    attribute: str = ""
    """The article attribute that pieces are multiplied with, such as ``wp``."""
    activity: str = ""
    """The kind of activity, such as ``seminar``."""
    name: dict[str, str] = attrs.field(factory=dict)
    """What people read behind the figure, by language, such as ``{ de = "Seminare" }``; left out: the name of the unit,
    or words for what is counted."""

    def __attrs_post_init__(self) -> None:
        """Each way of counting has the keys that it needs, and no others."""
        needed = _FIELDS.get(self.counts, "")
        for name in _FIELDS.values():
            if bool(getattr(self, name)) != (name == needed):
                raise ValueError(f"{name!r} must be there where points are counted with it, and nowhere else: "
                                 f'counts = "{self.counts}"')
        if self.article_kinds and self.counts in (Counts.POINTS, Counts.ACTIVITIES):
            raise ValueError("'article_kinds' can narrow purchases only, no points and no activities")

    @property
    def metric(self) -> Metric:
        """The figure as the engine counts it."""
        return Metric(self.counts, self.unit, tuple(self.article_kinds), self.attribute, self.activity,
                      self.name)


@attrs.frozen
class TierConditions:
    """``[tier_scheme.tiers.<code>]``: what a tier asks for."""

    at_least: dict[str, Decimal] = attrs.field(validator=min_len(1))
    """Metric → the figure that must be there, such as ``{ status = 25000, seminars = 2 }``."""
    join: Join = Join.ALL
    """Whether all of them must be there, or any of them."""

    def __attrs_post_init__(self) -> None:
        """A figure of nothing would be met by everybody without a word."""
        for name, figure in self.at_least.items():
            if figure <= 0:
                raise ValueError(f"'at_least.{name}' must be above 0: {figure}")


@attrs.frozen
class TierPointsSettings:
    """``[tier_scheme]`` with ``scheme = "tier_points"``."""

    metrics: dict[str, MetricSettings] = attrs.field(validator=min_len(1))
    tiers: dict[str, TierConditions] = attrs.field(validator=min_len(1))
    """By the codes of ``[[tiers]]``, in their order: the lowest tier first."""
    window: Window = Window.YEAR
    """Over which days figures are added up: since ever, the last `months`, the calendar's year, half-year or quarter,
    or the year that begins on the day of joining."""
    months: int = attrs.field(default=12, validator=ge(1))
    """Length of a rolling window; the day itself is its last one."""
    starts: Starts = Starts.AT_ONCE
    """Whether a tier holds at once, or from the first day of the next period on."""
    lasts: Lasts = Lasts.PERIOD
    """Whether it is certain until the end of the period in which it holds first, or of the one behind that."""
    downgrade: Downgrade = Downgrade.PERIOD_END
    """``never``; ``period_end``: once its time is over, to what was reached meanwhile; ``one_step``: the same, but
    never more than one tier for each period; ``at_once``: as soon as figures are too small."""
    grace_days: int = attrs.field(default=0, validator=ge(0))
    """Days for which a tier is kept when it would fall."""

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot go together."""
        known = set(self.metrics)
        for code, tier in self.tiers.items():
            if unknown := sorted(set(tier.at_least) - known):
                raise ValueError(f"'tiers.{code}.at_least' must name metrics of this scheme "
                                 f"({', '.join(sorted(known))}): {', '.join(unknown)}")
        if self.window in ENDLESS:
            if self.starts is Starts.NEXT_PERIOD or self.lasts is Lasts.NEXT_PERIOD:
                raise ValueError(f"'starts' and 'lasts' cannot name a next period where the window is {self.window}, "
                                 "which has none")
            if self.downgrade in (Downgrade.PERIOD_END, Downgrade.ONE_STEP):
                raise ValueError(f"'downgrade' must be never or at_once where the window is {self.window}, which has "
                                 f"no end: {self.downgrade}")
