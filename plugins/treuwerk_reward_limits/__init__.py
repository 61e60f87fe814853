"""Limits on rewards: what they may be worth, and which categories are barred for whom."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import CatalogueConstraintKind, hookimpl
from treuwerk_reward_limits.bars import CategoryBar, CategoryBarSettings
from treuwerk_reward_limits.values import ValueLimit, ValueLimitSettings


@hookimpl
def catalogue_constraints() -> Sequence[CatalogueConstraintKind[Any]]:
    """Offers ``value_limit`` and ``category_bar``."""
    return [CatalogueConstraintKind("value_limit", ValueLimitSettings, ValueLimit),
            CatalogueConstraintKind("category_bar", CategoryBarSettings, CategoryBar)]
