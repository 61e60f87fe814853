"""Numbers turned into what a drawing needs: parts of a bar, the ladder of tiers."""

from collections.abc import Sequence

import attrs

from treuwerk.domain.standing import Level, Standing, standing
from treuwerk.programme.settings import Settings
from treuwerk.services.ledger.balances import ExpiringAmount
from treuwerk.web.shell.naming import Naming

_WIDTH = 1000
_TONES = 3


@attrs.frozen
class Part:
    """A part of a bar, in thousandths of its width; tone 1 is the strongest, 0 the quiet one."""

    start: int
    width: int
    tone: int


@attrs.frozen
class CalendarEntry:
    """One line of the expiry calendar, with the tone that it has in the bar."""

    amount: int
    expires_at: int | None
    tone: int


@attrs.frozen
class Rung:
    """One tier of the ladder."""

    name: str
    points: int
    reached: bool


@attrs.frozen
class TierView:
    """The tier card; `until` is the instant at which the counting ends, None where points stay."""

    name: str
    next: str
    missing: int
    unit: str
    label: str
    until: int | None
    parts: tuple[Part, ...]
    ladder: tuple[Rung, ...]
    reach: float = 0.0
    """How far the points reach on a ruler on which every tier has the same length, in per cent."""
    points: int = 0


def calendar_entries(calendar: Sequence[ExpiringAmount], unit: str) -> tuple[CalendarEntry, ...]:
    """What expires when, of one unit; later amounts are quieter."""
    own = [one for one in calendar if one.unit == unit]
    return tuple(CalendarEntry(one.amount, one.expires_at, _tone(place, one)) for place, one in enumerate(own))


def _tone(place: int, one: ExpiringAmount) -> int:
    return 0 if one.expires_at is None or place >= _TONES else place + 1


def parts_of(entries: Sequence[CalendarEntry]) -> tuple[Part, ...]:
    """The entries as parts of one bar, with a hair of ground between them."""
    total = sum(entry.amount for entry in entries)
    parts, start = [], 0.0
    for entry in entries:
        width = entry.amount * _WIDTH / total
        parts.append(Part(round(start), max(round(width) - 3, 2), entry.tone))
        start += width
    return tuple(parts)


def tier_view(settings: Settings, naming: Naming, points: int, until: int | None, label: str) -> TierView:
    """The tier card for someone with these points; the programme has at least one tier."""
    unit = settings.tiers[0].unit
    tiers = {tier.code: tier for tier in settings.tiers if tier.unit == unit}
    stands: Standing = standing([Level(tier.code, tier.points) for tier in tiers.values()], points)
    ladder = tuple(Rung(naming.tier(tier), tier.points, tier.points <= stands.points)
                   for tier in sorted(tiers.values(), key=lambda tier: tier.points))
    return TierView(
        naming.tier(tiers.get(stands.reached.code)) if stands.reached else "",
        naming.tier(tiers.get(stands.next.code)) if stands.next else "",
        stands.missing, unit, label, until, (Part(0, round(stands.share * _WIDTH), 1),), ladder,
        reach(ladder, stands.points), stands.points)


def reach(ladder: Sequence[Rung], points: int) -> float:
    """How far points reach, in per cent of a ruler with a mark of equal distance for each tier."""
    before, length = 0, 100 / len(ladder)
    for place, rung in enumerate(ladder):
        if points < rung.points:
            return round(length * (place + max(points - before, 0) / (rung.points - before)), 2)
        before = rung.points
    return 100.0
