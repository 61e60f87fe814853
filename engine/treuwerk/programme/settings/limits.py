"""Settings of caps and budgets: how much earning rules may give."""

import attrs
from attrs.validators import ge, optional

from treuwerk.domain.limits import Scope, Stretch, worth_points
from treuwerk.programme.settings.values import Texts


@attrs.frozen
class Cap:
    """``[[earning.caps]]``: the most that a rule gives; what is more is dropped. All caps of a rule hold together."""

    points: int = attrs.field(validator=ge(1))
    per: Scope
    """Counted for each document (``document``) or for each account (``participant``)."""
    period: Stretch = Stretch.EVER
    """With `per` participant: the stretch of the calendar in which the day of the purchase or act lies: ``day``,
    ``week``, ``month``, ``quarter``, ``half_year``, ``year`` or ``ever``."""
    unit: str = ""
    """The unit that is counted; left out: each unit of the rule by itself."""


@attrs.frozen
class Budget:
    """``[budgets.<code>]``: what all rules that name it may give together, to all participants."""

    title: Texts
    unit: str
    """The unit that is counted; what rules give in other units costs nothing."""
    points: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """How many points there are; or say it in `money`."""
    money: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """How much money there is, in minor units of the programme's currency; `worth` turns it into points."""
    worth: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """With `money`: what 1,000 points are worth, in minor units."""
    period: Stretch = Stretch.EVER
    """The stretch of the calendar that has so much, such as ``year``: each year anew. Left out: once and for all."""

    @property
    def most(self) -> int:
        """Points that there are."""
        return self.points or worth_points(self.money or 0, self.worth or 1)
