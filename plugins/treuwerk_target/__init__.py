"""A bonus for what a period comes to."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import EarningRuleKind, hookimpl
from treuwerk_target.rule import Target, TargetSettings


@hookimpl
def earning_rule_kinds() -> Sequence[EarningRuleKind[Any]]:
    """Offers ``target``."""
    return [EarningRuleKind("target", TargetSettings, Target)]
