"""More points for what other rules give already: a campaign that doubles them, or gives half of them on top."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import EarningRuleKind, hookimpl
from treuwerk_campaign_multiplier.rule import CampaignMultiplier, CampaignMultiplierSettings


@hookimpl
def earning_rule_kinds() -> Sequence[EarningRuleKind[Any]]:
    """Offers ``campaign_multiplier``."""
    return [EarningRuleKind("campaign_multiplier", CampaignMultiplierSettings, CampaignMultiplier)]
