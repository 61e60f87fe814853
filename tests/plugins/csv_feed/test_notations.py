"""Numbers and days as partners write them: each way by its name in the profile, none by guessing."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.reading import Unreadable
from treuwerk_csv_feed.notations import alike, day_reader, mistake_in, number_reader, without_point_zero


@pytest.mark.parametrize(("mark", "grouping", "minus", "text", "number"), [
    (",", ".", ["before"], "1.234,56", "1234.56"), (",", ".", ["before"], "-1.234.567,5", "-1234567.5"),
    (",", ".", ["before"], "1234,56", "1234.56"), (".", ",", ["before"], "1,234.56", "1234.56"),
    (".", ",", ["before"], "27,000", "27000"), (",", "", ["before"], "27,000", "27"),
    (",", "", ["behind"], "5-", "-5"), (",", "", ["behind"], "5,25 -", "-5.25"), (",", "", ["brackets"], "(5)", "-5"),
    (",", ".", ["before", "behind", "brackets"], "(1.234,5)", "-1234.5"),
    (".", "'", ["before"], "1'234.5", "1234.5"), (",", " ", ["before"], "1 234,5", "1234.5"),
    (",", " ", ["before"], "1\u202f234,5", "1234.5"), (",", " ", ["before"], "12\u2009345\u00a0678", "12345678"),
])
def test_a_number_is_read_as_the_profile_says(mark: str, grouping: str, minus: list[str], text: str,
                                              number: str) -> None:
    assert number_reader(mark, grouping, minus)(text) == Decimal(number)


@pytest.mark.parametrize(("mark", "grouping", "minus", "text"), [
    (",", ".", ["before"], "1.23"), (",", ".", ["before"], "1.2345,6"), (",", ".", ["before"], "12.34.567"),
    (",", ".", ["before"], "1,234.56"), (",", "", ["before"], "1.234,56"), (",", ".", ["before"], ".234"),
    (",", "", ["before"], "5-"), (",", "", ["before"], "(5)"), (",", "", ["behind"], "-5"),
    (",", "", ["brackets"], "(5"), (",", "", ["brackets"], "(-5)"), (",", "", ["before", "behind"], "-5-"),
    (",", " ", ["before"], "1 23"), (",", "", ["before"], "1\u202f234"), (",", "", ["before"], "٥"),
    (",", ".", ["behind"], "-"),
])
def test_a_number_that_is_written_otherwise_is_refused(mark: str, grouping: str, minus: list[str], text: str) -> None:
    with pytest.raises(Unreadable, match="expected a number such as"):
        number_reader(mark, grouping, minus)(text)


def test_what_was_expected_shows_the_agreed_ways() -> None:
    with pytest.raises(Unreadable) as error:
        number_reader(",", ".", ["behind", "brackets"])("x")

    assert error.value.expected == "a number such as 1.234,5, or below zero 1.234,5- or (1.234,5)"


@given(st.decimals(-999_999_999, 999_999_999, places=3),
       st.sampled_from([(",", "."), (".", ","), (",", " "), (".", "'")]),
       st.sampled_from(["before", "behind", "brackets"]))
def test_a_number_that_is_written_in_an_agreed_way_is_that_number(number: Decimal, marks: tuple[str, str],
                                                                  minus: str) -> None:
    mark, grouping = marks
    digits = f"{abs(number):,.3f}".replace(",", "_").replace(".", mark).replace("_", grouping)
    shown = {"before": f"-{digits}", "behind": f"{digits}-", "brackets": f"({digits})"}[minus] if number < 0 else digits

    assert number_reader(mark, grouping, [minus])(shown) == number


@pytest.mark.parametrize(("pattern", "text"), [
    ("YYYY-MM-DD", "2025-04-03"), ("D.M.YYYY", "3.4.2025"), ("D.M.YYYY", "03.04.2025"), ("M/D/YYYY", "4/3/2025"),
    ("DD/MM/YYYY", "03/04/2025"), ("MM/DD/YYYY", "04/03/2025"), ("YYYYMMDD", "20250403"), ("YYMMDD", "250403"),
    ("DD.MM.YY", "03.04.25"), ("YYYY-MM-DD hh:mm:ss", "2025-04-03 23:59:59"), ("YYYY-MM-DDThh:mm", "2025-04-03T00:00"),
    ("YYYYMMDDhhmm", "202504032359"), ("D-M-YYYY", "3-4-2025"),
])
def test_a_day_is_read_in_the_agreed_order(pattern: str, text: str) -> None:
    assert day_reader([pattern], 70)(text) == date(2025, 4, 3)


@pytest.mark.parametrize(("pattern", "text"), [
    ("DD.MM.YYYY", "03.13.2025"), ("DD.MM.YYYY", "31.02.2025"), ("MM/DD/YYYY", "13/01/2025"), ("D.M.YYYY", "8-9-2022"),
    ("YYYY-MM-DD hh:mm", "2025-04-03 24:00"), ("YYYY-MM-DD hh:mm", "2025-04-03"), ("DD.MM.YYYY", "03.04.25"),
    ("YYYYMMDD", "20251303"), ("DD.MM.YYYY", "٠٣.٠٤.٢٠٢٥"),
])
def test_a_day_that_is_none_or_written_otherwise_is_refused(pattern: str, text: str) -> None:
    with pytest.raises(Unreadable, match=f"expected a calendar date as {pattern}"):
        day_reader([pattern], 70)(text)


@pytest.mark.parametrize(("text", "year"), [("01.01.69", 2069), ("01.01.70", 1970), ("01.01.99", 1999)])
def test_a_year_of_two_digits_is_read_by_the_pivot(text: str, year: int) -> None:
    assert day_reader(["DD.MM.YY"], 70)(text) == date(year, 1, 1)


@pytest.mark.parametrize(("pattern", "right"), [
    ("YYYY-MM-DD", True), ("D.M.YY", True), ("YYYY-MM", False), ("MM.MM.YYYY", False), ("DD. MMM YYYY", False),
    ("day DD.MM.YYYY", False),
])
def test_a_pattern_names_year_month_and_day_once(pattern: str, right: bool) -> None:
    assert (mistake_in(pattern) == "") is right


@pytest.mark.parametrize(("patterns", "clash"), [
    (["DD/MM/YYYY", "MM/DD/YYYY"], True), (["D.M.YYYY", "MM.DD.YYYY"], True), (["YYMMDD", "DDMMYY"], True),
    (["DD.MM.YYYY", "YYYY-MM-DD", "MM/DD/YYYY"], False),
])
def test_patterns_that_could_read_the_same_text_differently_are_found(patterns: list[str], clash: bool) -> None:
    assert (alike(patterns) is not None) is clash


def test_a_number_from_a_program_for_figures_is_what_it_was() -> None:
    texts = ["17850.0", "17850", "C-17", "5.000"]

    assert [without_point_zero(text) for text in texts] == ["17850", "17850", "C-17", "5"]


@pytest.mark.parametrize("text", ["17850.5", "1.7e4.0", "A.0"])
def test_a_number_that_only_looks_so_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        without_point_zero(text)
