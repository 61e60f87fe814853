"""Kinds of rewards of a programme: what holds for a reward by its kind."""

from collections.abc import Mapping, Sequence

from treuwerk.domain.reward_kinds import RewardTerms
from treuwerk.domain.rewards import Objection, Offer
from treuwerk.programme.languages import fallbacks
from treuwerk.programme.settings import RewardKind, Settings

UNKNOWN = "kind_unknown"
_WORDS = "“%(kind)s” is none of the programme's kinds of rewards."


def terms_by_kind(settings: Settings) -> Mapping[str, RewardTerms]:
    """What holds for rewards of each kind that the programme has."""
    return {one.head.name: one.terms for one in settings.reward_kinds}


def unknown_kinds(settings: Settings, offers: Sequence[Offer]) -> list[list[Objection]]:
    """An objection to each offer of a kind that the programme does not have: nobody could say how it is fulfilled."""
    known = terms_by_kind(settings)
    return [[] if offer.kind in known else [Objection(UNKNOWN, _WORDS, {"kind": offer.kind})] for offer in offers]


def title_of(kind: RewardKind, locale: str) -> str:
    """What people call a kind in a language; where nobody said it, in English, or by its name."""
    return next((text for code in (*fallbacks(locale), "en") if (text := kind.head.title.get(code))), kind.head.name)
