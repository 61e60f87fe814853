"""Offers a rule kind under a name that is taken."""

from treuwerk.hookspecs import EarningRuleKind, hookimpl


@hookimpl
def earning_rule_kinds():
    """The name belongs to the plugin product_factor."""
    return [EarningRuleKind("product_factor", dict, dict)]
