"""Postcodes of the countries that a programme has, as people type them."""

import pytest

from treuwerk.domain.postcodes import BY_COUNTRY, postcode
from treuwerk.domain.refusals import Refusal


@pytest.mark.parametrize(("country", "typed", "written"), [
    ("DE", "10115", "10115"), ("DE", " D-10115 ", "10115"), ("DE", "01067", "01067"), ("AT", "A 1010", "1010"),
    ("CH", "CH-8001", "8001"), ("FR", "75001", "75001"), ("FR", "F-20000", "20000"), ("IT", "00118", "00118"),
    ("NL", "1012ab", "1012 AB"), ("NL", "NL-1012 AB", "1012 AB"), ("BE", "b-1000", "1000"), ("LU", "L-1009", "1009"),
    ("PL", "00001", "00-001"), ("SE", "11122", "111 22"), ("IE", "d01 f5p2", "D01 F5P2"), ("IE", "", ""),
    ("GB", "SW1A 1AA", "SW1A 1AA"),
])
def test_a_postcode_is_written_as_its_country_does(country: str, typed: str, written: str) -> None:
    assert postcode(country, typed) == written


@pytest.mark.parametrize(("country", "typed"), [
    ("DE", "1011"), ("DE", "101155"), ("DE", "00115"), ("DE", ""), ("DE", "1O115"), ("AT", "0101"), ("CH", "80010"),
    ("FR", "7500"), ("IT", "0118"), ("NL", "1012"), ("NL", "1012 SS"), ("BE", "01000"), ("LU", "99"),
    ("IE", "<script>"), ("IE", "1" * 13), ("DE", "١٠١١٥"),
])
def test_what_cannot_be_a_postcode_is_refused(country: str, typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        postcode(country, typed)

    assert refused.value.code == "wrong_postcode"


def test_the_example_of_a_country_is_one_of_its_postcodes() -> None:
    assert {country: postcode(country, known.example) for country, known in BY_COUNTRY.items()} == {
        country: known.example for country, known in BY_COUNTRY.items()}
