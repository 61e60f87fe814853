"""Points by a table: the first row whose conditions hold says how many."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import EarningRuleKind, hookimpl
from treuwerk_decision_table.rule import DecisionTable, DecisionTableSettings


@hookimpl
def earning_rule_kinds() -> Sequence[EarningRuleKind[Any]]:
    """Offers ``decision_table``."""
    return [EarningRuleKind("decision_table", DecisionTableSettings, DecisionTable)]
