"""Points for buying in so many periods in a row."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import EarningRuleKind, hookimpl
from treuwerk_streak.rule import Streak, StreakSettings


@hookimpl
def earning_rule_kinds() -> Sequence[EarningRuleKind[Any]]:
    """Offers ``streak``."""
    return [EarningRuleKind("streak", StreakSettings, Streak)]
