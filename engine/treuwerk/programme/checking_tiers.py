"""Tiers that contradict the rest of the programme."""

from collections.abc import Iterator

from treuwerk.domain.tiers import Counts
from treuwerk.programme.errors import Mistake
from treuwerk.programme.settings import BoundTierScheme, Settings
from treuwerk.programme.structuring import meant


def contradicting_tiers(settings: Settings) -> Iterator[Mistake]:
    """Tiers without a unit where no scheme is there; where one is, tiers and units that are not there."""
    bound = settings.tier_scheme
    if bound is None:
        for number, tier in enumerate(settings.tiers):
            if tier.unit not in settings.units:
                names = ", ".join(sorted(settings.units))
                yield Mistake(f"tiers[{number}].unit", f"unit {tier.unit!r}", f"a unit of this programme: {names}",
                              meant(tier.unit, settings.units))
        yield from _asked_for_without_scheme(settings)
        return
    yield from _same_ladder(settings, bound)
    for name, metric in bound.scheme.metrics.items():
        if metric.counts is Counts.POINTS and metric.unit not in settings.units:
            names = ", ".join(sorted(settings.units))
            yield Mistake(f"tier_scheme.metrics.{name}.unit", f"unit {metric.unit!r}",
                          f"a unit of this programme: {names}", meant(metric.unit, settings.units))


def _same_ladder(settings: Settings, bound: BoundTierScheme) -> Iterator[Mistake]:
    own, asked = [tier.code for tier in settings.tiers], list(bound.scheme.ladder)
    if own != asked:
        yield Mistake("tier_scheme", f"tiers {', '.join(asked)}", "the codes of [[tiers]] in the same order, the "
                      f"lowest first: {', '.join(own) or 'there are none'}")
    for number, tier in enumerate(settings.tiers):
        if tier.unit or tier.points:
            yield Mistake(f"tiers[{number}]", "'unit' or 'points' beside a [tier_scheme]", "neither of them: the "
                          "scheme says what a tier asks for")


def _asked_for_without_scheme(settings: Settings) -> Iterator[Mistake]:
    for number, earning in enumerate(settings.earning):
        if earning.head.audience is not None and earning.head.audience.tiers:
            yield Mistake(f"earning[{number}].audience.tiers", "tiers, but no [tier_scheme]", "a [tier_scheme]: only "
                          "with one it is known who had which tier on the day of a purchase")
