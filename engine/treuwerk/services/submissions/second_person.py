"""Which reported purchases two people decide: by points, value, hints, and a sample that nobody can foresee.

Whether a document belongs to the sample depends on its id and a key alone, so that neither what was entered nor who
entered it makes a difference.
"""

import hmac
from collections.abc import Iterable, Mapping

from treuwerk.domain.entries import Entered
from treuwerk.programme.settings import Settings

PURPOSE = "submission"
POINTS, NET, SCORE, SAMPLE = REASONS = ("points", "net", "score", "sample")
"""Why a second person decides: stands with the first entry, and in the audit."""


def reason_for_second(settings: Settings, public_id: str, key: bytes, entered: Entered, points: Mapping[str, int],
                      score: int) -> str:
    """Why a second person must decide; empty where one will do. `points` are those of the document, by unit."""
    rules = settings.clearing.second_person
    if too_many(settings, points):
        return POINTS
    if rules.net is not None and sum(line.amount or 0 for line in entered.accepted) > rules.net:
        return NET
    if rules.score is not None and score >= rules.score:
        return SCORE
    return SAMPLE if is_drawn(key, public_id, rules.one_in) else ""


def too_many(settings: Settings, points: Mapping[str, int]) -> bool:
    """Whether these are more points of a spendable unit than one person decides. `points` are by unit."""
    limit = settings.clearing.second_person.points
    return limit is not None and any(
        amount > limit for unit, amount in points.items() if settings.units[unit].spendable)


def is_drawn(key: bytes, public_id: str, one_in: int) -> bool:
    """Whether a document belongs to a sample of one in so many.

    >>> sum(is_drawn(b"key", f"sub_{number}", 10) for number in range(1_000)) in range(60, 140)
    True
    """
    if one_in < 1:
        return False
    drawn = int.from_bytes(hmac.digest(key, public_id.encode(), "sha256")[:8], "big")
    return drawn % one_in == 0


def agree(one: Entered, other: Entered) -> bool:
    """Whether two people entered the same, whatever the order of their lines."""
    return one.facts == other.facts


def differences(entries: Iterable[Entered]) -> list[tuple[str, list[str]]]:
    """What differs between entries: the place (a field, or ``line:`` and its number) and what each of them has."""
    told = [_told(entered) for entered in entries]
    places = dict.fromkeys(place for one in told for place in one)
    rows = [(place, [one.get(place, "") for one in told]) for place in places]
    return [(place, values) for place, values in rows if len(set(values)) > 1]


def _told(entered: Entered) -> dict[str, str]:
    told = {"kind": entered.kind.value, "number": entered.number, "seller": entered.seller_name or entered.seller,
            "day": str(entered.event_date or "")}
    for place, line in enumerate(sorted(entered.lines, key=lambda one: repr(one.facts)), start=1):
        features = ", ".join(line.features.values())
        serials = " ".join(line.serials)
        words = [line.article, f"{line.qty or ''} {line.unit}".strip(), features, serials,
                 "" if line.accepted else f"– {line.reason}"]
        told[f"line:{place}"] = " · ".join(word for word in words if word)
    return told
