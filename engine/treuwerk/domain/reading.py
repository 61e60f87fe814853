"""Strict readers for numbers, dates and texts that come from outside.

Python's own parsers are too kind for money: ``int("1_000")`` is 1000, ``int("١٢")`` is 12 and ``Decimal("NaN")``
passes. These accept exactly what is written in their contract and say what they expected otherwise.
"""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

_DATE_PARTS = {"YYYY": r"(?P<year>[0-9]{4})", "MM": r"(?P<month>[0-9]{2})", "DD": r"(?P<day>[0-9]{2})"}
DATE_PATTERNS = ("YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "YYYYMMDD")


class Unreadable(ValueError):
    """A text that is not what it should be; carries what was found and what was expected."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(f"found {shortened(found)!r}, expected {expected}")
        self.found = shortened(found)
        self.expected = expected


def shortened(text: str, most: int = 60) -> str:
    """The text as it may stand in a message: never longer than `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def storable(text: str) -> str:
    r"""The text without what PostgreSQL or UTF-8 cannot hold: NUL characters and lone surrogates.

    >>> storable("A\ud800B")
    'A?B'
    """
    return text.replace("\0", "\u2400").encode("utf-8", "replace").decode()


@lru_cache(maxsize=8)
def _decimal_pattern(mark: str) -> re.Pattern[str]:
    return re.compile(rf"-?[0-9]{{1,12}}(?:{re.escape(mark)}[0-9]{{1,6}})?", re.ASCII)


@lru_cache(maxsize=16_384)  # pure, and a feed repeats the same quantities all day
def decimal_number(text: str, mark: str = ".") -> Decimal:
    """A plain decimal: optional minus, 1 to 12 digits, at most 6 behind the decimal mark; no grouping.

    >>> decimal_number("1234,5", ",")
    Decimal('1234.5')
    """
    if not _decimal_pattern(mark).fullmatch(text):
        raise Unreadable(text, f"a number such as 1234{mark}5 without grouping")
    return Decimal(text.replace(mark, "."))


_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)


def whole_number(text: str) -> int:
    """A whole number in plain digits, at most 18 of them; no grouping, no decimals.

    >>> whole_number("-1200")
    -1200
    """
    if not _WHOLE.fullmatch(text):
        raise Unreadable(text, "a whole number in plain digits such as 1200")
    return int(text)


@lru_cache(maxsize=16)
def _date_pattern(pattern: str) -> re.Pattern[str]:
    expression = re.escape(pattern)
    for part, group in _DATE_PARTS.items():
        expression = expression.replace(part, group)
    return re.compile(expression, re.ASCII)


@lru_cache(maxsize=16_384)  # pure, and a daily feed holds a handful of dates
def calendar_date(text: str, patterns: tuple[str, ...] = ("YYYY-MM-DD",)) -> date:
    """A date in one of the named patterns of `DATE_PATTERNS`; day and month are never guessed.

    >>> calendar_date("31.12.2026", ("YYYY-MM-DD", "DD.MM.YYYY"))
    datetime.date(2026, 12, 31)
    """
    for pattern in patterns:
        if match := _date_pattern(pattern).fullmatch(text):
            try:
                return date(int(match["year"]), int(match["month"]), int(match["day"]))
            except ValueError:
                break
    raise Unreadable(text, f"a calendar date as {' or '.join(patterns)}")


@lru_cache(maxsize=16_384)
def plain_number(number: Decimal) -> str:
    """The exact decimal as text without exponent and trailing zeros.

    >>> plain_number(Decimal("27.000"))
    '27'
    """
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
