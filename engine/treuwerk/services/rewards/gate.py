"""What may be offered: the catalogue as constraints see it, and what a reward lacks before it can be published."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import attrs

from treuwerk.domain.catalogue import Reward
from treuwerk.domain.constraints import objections
from treuwerk.domain.rewards import NOBODY, Asker, CatalogueConstraint, Objection, Offer
from treuwerk.programme.languages import fallbacks
from treuwerk.programme.settings import Settings
from treuwerk.services.rewards.kinds import unknown_kinds


@attrs.frozen
class Lacking:
    """Something that keeps a reward or one of its variants from being published.

    `words` are English, with ``%(name)s`` where a detail belongs; `reason` is both together.
    """

    reward: str
    variant: str
    words: str
    details: Mapping[str, str | int] = attrs.field(factory=dict)

    @property
    def reason(self) -> str:
        """The words with their details, in English."""
        return self.words % self.details

    def as_json(self) -> dict[str, Any]:
        """The shape that receipts have; `words` and `details` are there for who tells it in another language."""
        return {"reward": self.reward, "variant": self.variant, "reason": self.reason, "words": self.words,
                "details": dict(self.details)}


NO_TEXT = "%(word)s_%(locale)s is empty, expected a text in each language"
NO_ALT = "picture %(number)s says nothing in %(locales)s, expected what is on it, for who does not see it"
NO_NAME = "it has no name, expected one where there are several variants"
NO_PRICE = "it has no price, expected points, or a cost for the formula"
ENDS = "its evidence of %(kind)s ends on %(day)s"


def constraints_of(settings: Settings) -> Mapping[str, CatalogueConstraint]:
    """The constraints of a programme by name."""
    return {one.head.name: one.constraint for one in settings.constraints}


def objected(settings: Settings, rewards: Sequence[Reward], asker: Asker, day: date) -> dict[str, list[Objection]]:
    """What speaks against each variant of some rewards on a day; variants without an objection are not named."""
    formula = settings.rewards.pricing.formula if settings.rewards.pricing else None
    offers = [offer for reward in rewards for offer in reward.offers(formula)]
    found = all_objections(settings, offers, asker, day)
    return {offer.variant: against for offer, against in zip(offers, found, strict=True) if against}


def all_objections(settings: Settings, offers: Sequence[Offer], asker: Asker, day: date) -> list[list[Objection]]:
    """What kinds and constraints of the programme have against each offer on a day, in the order of the offers."""
    kinds, constraints = unknown_kinds(settings, offers), objections(constraints_of(settings), offers, asker, day)
    return [[*some, *more] for some, more in zip(kinds, constraints, strict=True)]


def lacking(settings: Settings, rewards: Sequence[Reward], day: date) -> list[Lacking]:
    """All that keeps rewards from being published, for nobody in particular."""
    against = objected(settings, rewards, NOBODY, day)
    return [one for reward in rewards for one in _lacking(settings, reward, against)]


def _lacking(settings: Settings, reward: Reward, against: Mapping[str, Sequence[Objection]]) -> Iterator[Lacking]:
    yield from _untold(settings, reward)
    formula = settings.rewards.pricing.formula if settings.rewards.pricing else None
    if len(reward.variants) > 1 and (bare := [one.number for one in reward.variants if not one.name]):
        yield Lacking(reward.number, bare[0], NO_NAME)
    for variant in reward.variants:
        if not reward.points_of(variant, formula):
            yield Lacking(reward.number, variant.number, NO_PRICE)
        for objection in against.get(variant.number, ()):
            yield Lacking(reward.number, variant.number, objection.words, objection.details)


def _untold(settings: Settings, reward: Reward) -> Iterator[Lacking]:
    """Texts that a language has not, and pictures of which it says nothing."""
    locales = settings.programme.locales
    for locale in locales:
        for word in ("name", "summary"):
            if not any(getattr(reward.texts.get(code), word, "") for code in fallbacks(locale)):
                yield Lacking(reward.number, "", NO_TEXT, {"word": word, "locale": locale})
    for at, picture in enumerate(reward.pictures, 1):
        if silent := [locale for locale in locales if not any(picture.alt.get(code) for code in fallbacks(locale))]:
            yield Lacking(reward.number, "", NO_ALT, {"number": at, "locales": ", ".join(silent)})


def ending(settings: Settings, rewards: Sequence[Reward], day: date) -> list[Lacking]:
    """Evidence that ends soon, so that somebody renews it before the reward vanishes from the shop."""
    last = day + timedelta(days=settings.rewards.evidence_ends_days)
    return [Lacking(reward.number, "", ENDS, {"kind": one.kind, "day": one.valid_until.isoformat()})
            for reward in rewards for one in reward.evidence if day <= one.valid_until < last]
