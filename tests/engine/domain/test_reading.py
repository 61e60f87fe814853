"""Numbers and dates from outside: exactly what the contract says, and a plain word otherwise."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.reading import Unreadable, calendar_date, decimal_number, plain_number, shortened

NO_NUMBERS = ["", " ", "1_000", "١٢", "¼", "²", "NaN", "Infinity", "-Infinity", "1e3", "0x10", "+5", "--5", "1.", ".5",
              "1.000,00", "1,000.00", "1 000", " 1", "1 ", "1\n", "1\0", "1.2.3", "1.1234567", "1234567890123", "−5"]
NO_DATES = ["", "2026-1-1", "2026-13-01", "2026-02-29", "2026-02-30", "0000-01-01", "26-01-01", "2026/01/01",
            "31.12.2026", "2026-01-01T00:00:00", "2026-01-01 ", "٢٠٢٦-٠١-٠١", "2026-01-01\n", "20260101"]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_plain_number_is_refused_with_found_and_expected(text: str) -> None:
    with pytest.raises(Unreadable) as error:
        decimal_number(text)

    assert error.value.found == text
    assert error.value.expected == "a number such as 1234.5 without grouping"
    assert str(error.value) == f"found {text!r}, expected a number such as 1234.5 without grouping"


@pytest.mark.parametrize(("text", "mark", "number"), [
    ("0", ".", "0"),
    ("-12", ".", "-12"),
    ("007", ".", "7"),
    ("1234.5", ".", "1234.5"),
    ("1234,5", ",", "1234.5"),
    ("999999999999.999999", ".", "999999999999.999999"),
])
def test_a_plain_number_is_read_exactly(text: str, mark: str, number: str) -> None:
    assert decimal_number(text, mark) == Decimal(number)


@pytest.mark.parametrize(("text", "mark"), [("1234.5", ","), ("1234,5", "."), ("1.234,5", ","), ("1,234.5", ".")])
def test_the_decimal_mark_is_never_guessed(text: str, mark: str) -> None:
    with pytest.raises(Unreadable, match=f"such as 1234{mark}5"):
        decimal_number(text, mark)


@given(st.decimals(min_value=-10**12 + 1, max_value=10**12 - 1, places=6, allow_nan=False))
def test_writing_and_reading_a_number_gives_it_back(number: Decimal) -> None:
    assert decimal_number(plain_number(number)) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-10**20, max_value=10**20))
def test_a_plain_number_has_no_exponent_and_no_trailing_zeros(number: Decimal) -> None:
    text = plain_number(number)

    assert "E" not in text
    assert "e" not in text
    assert not ("." in text and text.endswith(("0", ".")))
    assert Decimal(text) == number


@given(st.text())
def test_any_text_is_a_number_or_refused_never_something_else(text: str) -> None:
    try:
        number = decimal_number(text)
    except Unreadable:
        return

    assert number.is_finite()
    assert text.isascii()


@pytest.mark.parametrize(("number", "text"), [("27.000", "27"), ("1E+3", "1000"), ("-0", "0"), ("-0.00", "0"),
                                              ("0.10", "0.1"), ("1E-6", "0.000001"), ("100", "100")])
def test_plain_numbers_look_like_this(number: str, text: str) -> None:
    assert plain_number(Decimal(number)) == text


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_calendar_date_is_refused_with_found_and_expected(text: str) -> None:
    with pytest.raises(Unreadable) as error:
        calendar_date(text)

    assert error.value.found == text
    assert error.value.expected == "a calendar date as YYYY-MM-DD"


@pytest.mark.parametrize(("text", "pattern"), [
    ("2026-03-04", "YYYY-MM-DD"), ("04.03.2026", "DD.MM.YYYY"), ("04/03/2026", "DD/MM/YYYY"),
    ("03/04/2026", "MM/DD/YYYY"), ("20260304", "YYYYMMDD"),
])
def test_a_date_is_read_in_its_pattern(text: str, pattern: str) -> None:
    assert calendar_date(text, (pattern,)) == date(2026, 3, 4)


def test_day_and_month_are_never_swapped_to_make_a_date_fit() -> None:
    with pytest.raises(Unreadable, match="DD/MM/YYYY"):
        calendar_date("12/31/2026", ("DD/MM/YYYY",))


def test_the_29th_of_february_is_a_day_of_leap_years_only() -> None:
    assert calendar_date("2028-02-29") == date(2028, 2, 29)
    with pytest.raises(Unreadable):
        calendar_date("2100-02-29")


@given(st.dates())
def test_writing_and_reading_a_date_gives_it_back(day: date) -> None:
    assert calendar_date(day.isoformat()) == day


def test_what_stands_in_a_message_is_never_long() -> None:
    assert shortened("x" * 60) == "x" * 60
    assert shortened("x" * 61) == "x" * 59 + "…"
    with pytest.raises(Unreadable) as error:
        decimal_number("9" * 10_000_000)
    assert len(str(error.value)) < 200
