"""Points for each so much: per piece, per net amount, or per attribute of the article such as square metres."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import EarningRuleKind, hookimpl
from treuwerk_rate.rule import Rate, RateSettings


@hookimpl
def earning_rule_kinds() -> Sequence[EarningRuleKind[Any]]:
    """Offers ``rate``."""
    return [EarningRuleKind("rate", RateSettings, Rate)]
