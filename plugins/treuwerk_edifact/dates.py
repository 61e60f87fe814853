"""Days of DTM: what its format code says, and what senders write under it."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType

from treuwerk.domain.reading import Unreadable

_YMD, _LONG = "ymd", 8
_ORDERS: Mapping[str, str] = MappingProxyType({
    "2": "dmy", "3": "mdy", "4": "dmY", "10": "dmy", "101": "ymd", "102": "Ymd", "201": "ymd", "202": "ymd",
    "203": "Ymd", "204": "Ymd", "205": "Ymd", "301": "ymd", "302": "ymd", "303": "Ymd", "304": "Ymd", "305": "md",
    "711": "Ymd", "713": "ymd", "717": "ymd", "718": "Ymd", "719": "Ymd", "": "Ymd"})
"""Format (2379) → order of year (Y with century), month and day at its begin."""
_TIMED: Mapping[str, str] = MappingProxyType({"203": "%Y%m%d%H%M", "204": "%Y%m%d%H%M%S"})
_PERIODS = frozenset({"711", "713", "717", "718", "719"})
_WIDTHS = {"Y": 4, "y": 2, "m": 2, "d": 2}
_DASHED = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T.*)?", re.ASCII)
_EXPECTED = "a day such as 20261130:102, with a month up to 12"


@lru_cache(maxsize=16_384)
def day_of(text: str, form: str) -> date:
    """The day of a date, a date with time, or the last day of a period. Times of day are left out.

    >>> day_of("199910060000", "102")
    datetime.date(1999, 10, 6)

    Raises:
        Unreadable: no day, or none that exists; day and month are never guessed.
    """
    if dashed := _DASHED.fullmatch(text):
        text, form = "".join(dashed.groups()), "102"
    order = _ORDERS.get(form, "")
    if form in _PERIODS:
        text = text.rpartition("-")[2] if "-" in text else text[len(text) // 2:]
    if not order or len(order) < len(_YMD) or not (text.isascii() and text.isdigit()):
        raise Unreadable(f"{text}:{form}" if form else text, _EXPECTED)
    if "Y" in order and len(text) < _LONG:
        raise Unreadable(f"{text}:{form}" if form else text, _EXPECTED)
    return _day(text, order, form)


def instant_of(text: str, form: str) -> str:
    """A date with its time of day in ISO 8601; empty, where it has none.

    >>> instant_of("202605041130", "203"), instant_of("20260504", "102")
    ('2026-05-04T11:30', '')
    """
    if form not in _TIMED or not (text.isascii() and text.isdecimal()):
        return ""
    try:
        at = datetime.strptime(f"{text}+0000", f"{_TIMED[form]}%z")
        return at.replace(tzinfo=None).isoformat(timespec="minutes" if form == "203" else "seconds")
    except ValueError:
        return ""


def _day(text: str, order: str, form: str) -> date:
    parts, at = dict[str, int](), 0
    for part in order:
        parts[part.lower()] = int(text[at:at + _WIDTHS[part]] or "0")
        at += _WIDTHS[part]
    year = parts["y"] if "Y" in order else parts["y"] + (2000 if parts["y"] < 80 else 1900)
    try:
        return date(year, parts["m"], parts["d"])
    except ValueError:
        raise Unreadable(f"{text}:{form}" if form else text, _EXPECTED) from None
