"""Points by a formula of the integrator, in a small language of its own: exact figures, bounded effort, no Python."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import EarningRuleKind, hookimpl
from treuwerk_expression.rule import Expression, ExpressionSettings


@hookimpl
def earning_rule_kinds() -> Sequence[EarningRuleKind[Any]]:
    """Offers ``expression``."""
    return [EarningRuleKind("expression", ExpressionSettings, Expression)]
