"""The constraint ``category_bar``: some categories, kinds or labels are not for some participants."""

from collections.abc import Sequence
from datetime import date

import attrs

from treuwerk.domain.rewards import Asker, Objection, Offer


@attrs.frozen
class CategoryBarSettings:
    """``[[constraints]]`` with ``constraint = "category_bar"``."""

    categories: list[str] = attrs.field(factory=list)
    """Categories that are barred."""
    kinds: list[str] = attrs.field(factory=list)
    """Kinds of rewards that are barred, such as vouchers."""
    labels: list[str] = attrs.field(factory=list)
    """Labels that are barred, such as alcohol."""
    groups: list[str] = attrs.field(factory=list)
    """Groups of participants for whom they are; left out, and `countries` too: for all."""
    countries: list[str] = attrs.field(factory=list)
    """Countries of participants for whom they are."""

    def __attrs_post_init__(self) -> None:
        """Refuse settings that limit nothing."""
        if not (self.categories or self.kinds or self.labels):
            raise ValueError("'categories', 'kinds' or 'labels' must name something, or nothing is barred")


class CategoryBar:
    """One objection where any of the three is barred for who asks."""

    def __init__(self, settings: CategoryBarSettings) -> None:
        self._settings, self._labels = settings, frozenset(settings.labels)

    def check(self, offers: Sequence[Offer], asker: Asker, day: date) -> Sequence[Sequence[Objection]]:
        """The same for every day."""
        if not self._concerns(asker):
            return [()] * len(offers)
        bar = (Objection("barred", "It is not offered to this group of participants."),)
        return [bar if self._barred(offer) else () for offer in offers]

    def _concerns(self, asker: Asker) -> bool:
        groups, countries = self._settings.groups, self._settings.countries
        return not (groups or countries) or asker.group in groups or asker.country in countries

    def _barred(self, offer: Offer) -> bool:
        return (offer.category in self._settings.categories or offer.kind in self._settings.kinds
                or not self._labels.isdisjoint(offer.labels))
