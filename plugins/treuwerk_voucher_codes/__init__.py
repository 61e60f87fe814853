"""Voucher codes: taken from a pool when they are ordered, and shown when whoever ordered asks for them."""

from collections.abc import Sequence
from typing import Any

import attrs
from attrs.validators import ge, le

from treuwerk.domain.reward_kinds import Fulfilment, RewardTerms
from treuwerk.hookspecs import RewardSource, hookimpl

TITLE = {"de": "Gutschein", "en": "Voucher", "fr": "Bon d’achat"}


@attrs.frozen
class VoucherCodeSettings:
    """``[[reward_kinds]]`` with ``source = "voucher_codes"``."""

    valid_days: int = attrs.field(default=30, validator=[ge(0), le(3_650)])
    """Days for which a code must still be good when it is ordered; one that ends earlier is not given out."""


def terms_of(settings: VoucherCodeSettings) -> RewardTerms:
    """Codes from a pool: nothing is delivered, and nothing has to be asked."""
    return RewardTerms(Fulfilment.CODE, valid_days=settings.valid_days)


@hookimpl
def reward_sources() -> Sequence[RewardSource[Any]]:
    """Offers ``voucher_codes``."""
    return [RewardSource("voucher_codes", VoucherCodeSettings, terms_of, TITLE)]
