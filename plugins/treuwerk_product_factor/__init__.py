"""Points by an article's attribute, times a factor that a feature of the delivery decides.

The rule of module makers: one point per 10 Wp, twice for a complete system.
"""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import EarningRuleKind, hookimpl
from treuwerk_product_factor.rule import ProductFactor, ProductFactorSettings


@hookimpl
def earning_rule_kinds() -> Sequence[EarningRuleKind[Any]]:
    """Offers ``product_factor``."""
    return [EarningRuleKind("product_factor", ProductFactorSettings, ProductFactor)]
