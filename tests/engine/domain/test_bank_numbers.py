"""Numbers of bank transfers check themselves: one wrong or twisted character shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.bank_numbers import (
    checked_bic,
    checked_iban,
    creditor_reference,
    grouped,
    in_base_36,
    is_creditor_reference,
)

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize("iban", ["DE89 3704 0044 0532 0130 00", "gb82 west 1234 5698 7654 32", "NO9386011117947",
                                  "MT84MALT011000012345MTLCAST001S"])
def test_ibans_of_the_registry_are_right(iban: str) -> None:
    assert checked_iban(iban) == iban.replace(" ", "").upper()


@pytest.mark.parametrize("iban", ["DE88370400440532013000", "DE89370400440532013001", "", "DE", "X" * 40,
                                  "DE89 3704 0044 0532 0310 00", "DE٨٩370400440532013000"])
def test_others_are_not(iban: str) -> None:
    with pytest.raises(ValueError, match="expected an IBAN"):
        checked_iban(iban)


@pytest.mark.parametrize(("bic", "right"), [("COBADEFFXXX", True), ("cobadeff", True), ("COBADEF", False),
                                            ("COBA1EFFXXX", False)])
def test_a_bic_has_eight_or_eleven_characters(bic: str, right: bool) -> None:
    if right:
        assert checked_bic(bic) == bic.upper()
        return
    with pytest.raises(ValueError, match="expected a BIC"):
        checked_bic(bic)


def test_references_are_those_of_the_standard() -> None:
    assert creditor_reference("539007547034") == "RF18539007547034"
    assert is_creditor_reference("RF18 5390 0754 7034")
    assert grouped("RF18539007547034") == "RF18 5390 0754 7034"


@given(st.integers(0, 2**63 - 1), st.data())
def test_one_wrong_character_of_a_reference_shows(number: int, data: st.DataObject) -> None:
    body = in_base_36(number)
    reference = creditor_reference(body)
    at = data.draw(st.integers(2, len(reference) - 1))
    other = data.draw(st.sampled_from([one for one in DIGITS if one != reference[at]]))

    assert int(body, 36) == number
    assert len(reference) <= 25
    assert is_creditor_reference(reference)
    assert not is_creditor_reference(reference[:at] + other + reference[at + 1:])
