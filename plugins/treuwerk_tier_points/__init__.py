"""Tiers by what participants earned, bought and attended, over a window of time."""

from collections.abc import Sequence

from treuwerk.hookspecs import TierSchemeKind, hookimpl
from treuwerk_tier_points.policy import TierPoints
from treuwerk_tier_points.settings import TierPointsSettings


@hookimpl
def tier_schemes() -> Sequence[TierSchemeKind[TierPointsSettings]]:
    """Offers ``tier_points``."""
    return [TierSchemeKind("tier_points", TierPointsSettings, TierPoints)]
