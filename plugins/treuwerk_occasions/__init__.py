"""Days that earn by themselves: anniversaries, birthdays, and participants who were referred by others."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import OccasionKind, hookimpl
from treuwerk_occasions.referral import Referral, ReferralSettings
from treuwerk_occasions.yearly import Yearly, YearlySettings


@hookimpl
def occasion_kinds() -> Sequence[OccasionKind[Any]]:
    """Offers ``yearly`` and ``referral``."""
    return [OccasionKind("yearly", YearlySettings, Yearly), OccasionKind("referral", ReferralSettings, Referral)]
