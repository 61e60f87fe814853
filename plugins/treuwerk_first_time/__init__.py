"""Points for what somebody buys or attends for the first time."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import EarningRuleKind, hookimpl
from treuwerk_first_time.rule import FirstTime, FirstTimeSettings


@hookimpl
def earning_rule_kinds() -> Sequence[EarningRuleKind[Any]]:
    """Offers ``first_time``."""
    return [EarningRuleKind("first_time", FirstTimeSettings, FirstTime)]
