"""The constraint ``value_limit``: nothing is offered that is worth more, or costs more points, than is allowed."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import attrs
from attrs.validators import ge, gt, optional

from treuwerk.domain.rewards import Asker, Objection, Offer


@attrs.frozen
class ValueLimitSettings:
    """``[[constraints]]`` with ``constraint = "value_limit"``."""

    worth: Decimal | None = attrs.field(default=None, validator=optional(gt(Decimal(0))))
    """The largest value for tax of one piece, in the programme's currency. What has no such value is not offered."""
    points: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """The largest price of one piece in points."""
    groups: list[str] = attrs.field(factory=list)
    """Groups of participants that it is for, such as employees of authorities; left out: all."""

    def __attrs_post_init__(self) -> None:
        """Refuse settings that limit nothing."""
        if self.worth is None and self.points is None:
            raise ValueError("'worth' or 'points' must be there, or nothing is limited")


class ValueLimit:
    """What is too much is too much for everybody of the groups, and where nobody in particular asks, for all."""

    def __init__(self, settings: ValueLimitSettings) -> None:
        self._settings = settings
        self._most = None if settings.worth is None else int(settings.worth * 100)

    def check(self, offers: Sequence[Offer], asker: Asker, day: date) -> Sequence[Sequence[Objection]]:
        """An objection for each limit that an offer is above."""
        if self._settings.groups and asker.group not in self._settings.groups:
            return [()] * len(offers)
        return [self._objections(offer) for offer in offers]

    def _objections(self, offer: Offer) -> Sequence[Objection]:
        found = []
        if self._most is not None and not offer.tax_value:
            found.append(Objection("value_unknown", "Its value is not known."))
        elif self._most is not None and offer.tax_value > self._most:
            found.append(Objection("value_limit", "It is worth %(found)s, at most %(most)s is allowed.",
                                   {"found": _money(offer.tax_value), "most": _money(self._most)}))
        if self._settings.points is not None and offer.points > self._settings.points:
            found.append(Objection("points_limit", "It costs %(found)s points, at most %(most)s are allowed.",
                                   {"found": offer.points, "most": self._settings.points}))
        return found


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
