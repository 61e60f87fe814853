"""The constraint: each label that is a claim needs an evidence of its own, a certificate that is valid today.

Directive (EU) 2024/825, applied since 27 September 2026, puts generic environmental claims without recognised excellent
performance, and labels that rest on no certification scheme, on the list of practices that are unfair in any case.
"""

from collections.abc import Sequence
from datetime import date

import attrs

from treuwerk.domain.rewards import Asker, Evidence, Objection, Offer

KIND = "claim"
"""The kind of evidence that is looked at; its statement is the label that it proves."""


@attrs.frozen
class GreenClaimsSettings:
    """``[[constraints]]`` with ``constraint = "green_claims"``."""

    claims: list[str] = attrs.field(factory=list)
    """Labels of rewards that are environmental claims, and need a proof: ``recycled``, ``blue_angel``."""
    generic: list[str] = attrs.field(factory=list)
    """Labels that no reward may carry, whatever proves them: ``eco_friendly``, ``climate_neutral``."""

    def __attrs_post_init__(self) -> None:
        """Refuse settings that check nothing, or contradict each other."""
        if not (self.claims or self.generic):
            raise ValueError("'claims' or 'generic' must name a label, or nothing is checked")
        if both := sorted({*self.claims} & {*self.generic}):
            raise ValueError(f"'claims' must name no label that 'generic' names too: {', '.join(both)}")


class GreenClaims:
    """Claims are the same whoever asks."""

    def __init__(self, settings: GreenClaimsSettings) -> None:
        self._claims, self._generic = frozenset(settings.claims), frozenset(settings.generic)

    def check(self, offers: Sequence[Offer], asker: Asker, day: date) -> Sequence[Sequence[Objection]]:
        """One objection for each claim that is not proven, and for each that is generic."""
        return [[*self._generic_ones(offer), *self._unproven(offer, day)] for offer in offers]

    def _generic_ones(self, offer: Offer) -> list[Objection]:
        return [Objection("claim_generic", "“%(claim)s” is a generic environmental claim.", {"claim": label})
                for label in sorted(offer.labels & self._generic)]

    def _unproven(self, offer: Offer, day: date) -> list[Objection]:
        found = []
        for label in sorted(offer.labels & self._claims):
            own = [one for one in offer.evidence if one.kind == KIND and one.statement == label and one.document]
            if not own:
                found.append(Objection("claim_unproven", "Nothing proves the claim “%(claim)s”.", {"claim": label}))
            elif not any(one.holds_on(day) for one in own):
                found.append(_not_today(label, max(own, key=lambda one: one.valid_until), day))
        return found


def _not_today(label: str, latest: Evidence, day: date) -> Objection:
    if day < latest.valid_from:
        return Objection("claim_too_early", "The proof of “%(claim)s” is valid from %(day)s on.",
                         {"claim": label, "day": latest.valid_from.isoformat()})
    return Objection("claim_expired", "The proof of “%(claim)s” ended on %(day)s.",
                     {"claim": label, "day": latest.valid_until.isoformat()})
