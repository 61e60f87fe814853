"""Numbers and days as languages write them, and nothing that could be read in two ways."""

from datetime import date
from decimal import Decimal

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.programme.languages import cldr
from treuwerk.web.shell.notation import notation

LANGUAGES = ("de", "en", "fr", "it", "de_CH", "sv", "pl", "nl", "de_Informal")


@pytest.mark.parametrize(("language", "text", "expected"), [
    ("de", "1.234,5", "1234.5"), ("de", "1234,50", "1234.50"), ("de", "-3", "-3"), ("de", "\N{MINUS SIGN}3", "-3"),
    ("de", "+7", "7"), ("de", " 1.234.567 ", "1234567"), ("en", "1,234.5", "1234.5"), ("fr", "1 234,5", "1234.5"),
    ("fr", "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567", "1234567"), ("de_CH", "1'234.5", "1234.5"),
])
def test_a_number_is_read_as_its_language_writes_it(language: str, text: str, expected: str) -> None:
    assert notation(cldr(language)).number(text) == Decimal(expected)


@pytest.mark.parametrize("text", [
    "1_000", "NaN", "Infinity", "1,2,3", "\uff11\uff12", "\u0663", "1.5", "1.2345", "1e5", "0x1F", ",5", "5,", "", "-",
    "--1", "1.234 567", "1.23.456", "12.34,5", "1 2", "١٢", "9" * 41, "1,5€", "½",
])
def test_what_is_no_german_number_is_refused(text: str) -> None:
    assert notation(Locale("de")).number(text) is None


@pytest.mark.parametrize(("language", "text"), [
    ("de", "31.12.2026"), ("de", "31. 12. 2026"), ("en", "31/12/2026"), ("fr", "31/12/2026"), ("sv", "2026-12-31"),
    ("nl", "31-12-2026"), ("de", "2026-12-31"), ("fr", "2026-12-31"), ("pl", "31.12.2026"),
])
def test_a_day_is_read_as_its_language_writes_it(language: str, text: str) -> None:
    assert notation(cldr(language)).day(text) == date(2026, 12, 31)


@pytest.mark.parametrize("text", [
    "31.02.2026", "29.02.2025", "1.2.26", "31/12/2026", "12.31.2026", "20261231", "1234.1.2026", "31.12.0000", "31.12",
    "\uff11.1.2026", "31.12.2026.", "", "heute", "2026-2-1",
])
def test_what_is_no_german_day_is_refused(text: str) -> None:
    assert notation(Locale("de")).day(text) is None


@pytest.mark.parametrize("language", LANGUAGES)
@given(value=st.one_of(st.integers(-10**14, 10**14), st.decimals(-10**9, 10**9, places=2)))
def test_a_number_that_is_written_is_read_again(language: str, value: int | Decimal) -> None:
    spoken = notation(cldr(language))

    assert spoken.number(spoken.written(value)) == value


@pytest.mark.parametrize("language", LANGUAGES)
@given(value=st.dates(min_value=date(1000, 1, 1)))
def test_a_day_that_is_written_is_read_again(language: str, value: date) -> None:
    spoken = notation(cldr(language))

    assert spoken.day(spoken.written(value)) == value
