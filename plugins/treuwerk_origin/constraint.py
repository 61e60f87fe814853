"""The constraint itself: an evidence that holds today, says what is asked for and names a country that counts."""

from collections.abc import Sequence
from datetime import date

from treuwerk.domain.rewards import Asker, Evidence, Objection, Offer
from treuwerk_origin.settings import OriginSettings

KIND = "origin"
"""The kind of evidence that is looked at."""


class Origin:
    """What does not prove where it comes from is not offered; it is the same for everybody who asks."""

    def __init__(self, settings: OriginSettings) -> None:
        self._settings, self._wanted = settings, settings.wanted

    def check(self, offers: Sequence[Offer], asker: Asker, day: date) -> Sequence[Sequence[Objection]]:
        """At most one objection to each offer: what is nearest to being right tells most."""
        return [self._objections(offer, day) for offer in offers]

    def _objections(self, offer: Offer, day: date) -> Sequence[Objection]:
        if self._settings.kinds and offer.kind not in self._settings.kinds:
            return ()
        found = [self._objection(one, day) for one in offer.evidence if one.kind == KIND]
        if not found:
            return (Objection("origin_missing", "There is no proof of origin."),)
        return () if None in found else tuple(one for one in found if one is not None)[:1]

    def _objection(self, evidence: Evidence, day: date) -> Objection | None:
        """Why an evidence does not do, or None."""
        if evidence.statement not in self._settings.criteria:
            return Objection("origin_criterion", "The proof of origin says “%(found)s”, expected one of: %(expected)s.",
                             {"found": evidence.statement, "expected": ", ".join(self._settings.criteria)})
        if evidence.country not in self._wanted:
            return Objection("origin_country", "It comes from %(country)s, which is none of the countries that count.",
                             {"country": evidence.country or "?"})
        if self._settings.document and not evidence.document:
            return Objection("origin_document", "The proof of origin names no document.")
        if day < evidence.valid_from:
            return Objection("origin_too_early", "The proof of origin is valid from %(day)s on.",
                             {"day": evidence.valid_from.isoformat()})
        if day > evidence.valid_until:
            return Objection("origin_expired", "The proof of origin ended on %(day)s.",
                             {"day": evidence.valid_until.isoformat()})
        return None
