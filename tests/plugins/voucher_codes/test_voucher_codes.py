"""The kind of voucher codes."""

import pytest

from treuwerk.domain.reward_kinds import Fulfilment
from treuwerk_voucher_codes import VoucherCodeSettings, reward_sources


def test_codes_need_no_address_and_must_be_good_for_a_while() -> None:
    [source] = reward_sources()

    terms = source.build(source.settings(valid_days=90))

    assert (source.name, terms.fulfilment, terms.needs_address, terms.valid_days) == (
        "voucher_codes", Fulfilment.CODE, False, 90)


def test_days_before_today_are_refused() -> None:
    with pytest.raises(ValueError, match="valid_days"):
        VoucherCodeSettings(valid_days=-1)
