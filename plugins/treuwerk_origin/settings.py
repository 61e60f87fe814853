"""What the constraint ``origin`` can be told."""

from enum import StrEnum

import attrs
from attrs.validators import deep_iterable, matches_re, min_len

COUNTRY = r"[A-Z]{2}"


class Criterion(StrEnum):
    """What makes a country the origin. The law has no term for "European origin"; a programme chooses.

    ``manufactured`` is the non-preferential origin of customs law: wholly obtained there, or last worked on
    substantially and for good economic reason (Regulation (EU) 952/2013, article 60).
    """

    MANUFACTURED = "manufactured"
    MAKER_SEAT = "maker_seat"
    DISPATCH = "dispatch"


EUROPEAN_UNION = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"})
AREAS = {"EU": EUROPEAN_UNION, "EEA": EUROPEAN_UNION | {"IS", "LI", "NO"}, "EFTA": frozenset({"CH", "IS", "LI", "NO"})}
"""Areas that settings may name instead of countries, as of 2026."""


def _known_areas(_: object, attribute: "attrs.Attribute[list[str]]", value: list[str]) -> None:
    if unknown := [one for one in value if one not in AREAS]:
        raise ValueError(f"'{attribute.name}' must be of {', '.join(AREAS)}: {', '.join(map(repr, unknown))}")


@attrs.frozen
class OriginSettings:
    """``[[constraints]]`` with ``constraint = "origin"``."""

    areas: list[str] = attrs.field(factory=list, validator=_known_areas)
    """Areas whose countries count: ``EU``, ``EEA``, ``EFTA``."""
    countries: list[str] = attrs.field(factory=list, validator=deep_iterable(matches_re(COUNTRY)))
    """Countries that count besides, as codes of two letters, such as ``CH`` or ``GB``."""
    criteria: list[Criterion] = attrs.field(factory=lambda: [Criterion.MANUFACTURED], validator=min_len(1))
    """What an evidence must say: ``manufactured``, ``maker_seat`` or ``dispatch``; one of them is enough."""
    document: bool = True
    """Whether an evidence must name the paper that proves it."""
    kinds: list[str] = attrs.field(factory=list)
    """Kinds of rewards that are asked for a proof; left out: all."""

    def __attrs_post_init__(self) -> None:
        """Refuse settings under which nothing could be offered."""
        if not self.wanted:
            raise ValueError("'countries' must name at least one country, or 'areas' an area such as EU")

    @property
    def wanted(self) -> frozenset[str]:
        """All countries that count."""
        return frozenset(self.countries).union(*(AREAS[area] for area in self.areas))
