"""Points that become more the more is bought in a period."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import EarningRuleKind, hookimpl
from treuwerk_bands.rule import Bands, BandsSettings


@hookimpl
def earning_rule_kinds() -> Sequence[EarningRuleKind[Any]]:
    """Offers ``bands``."""
    return [EarningRuleKind("bands", BandsSettings, Bands)]
