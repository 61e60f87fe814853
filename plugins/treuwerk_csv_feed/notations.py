"""How a partner writes numbers and days. Each way is named in his profile; none is guessed."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from treuwerk.domain.reading import DATE_PATTERNS, Unreadable, calendar_date, decimal_number

TYPED = "="
"""Begins a number or day that a spreadsheet holds as such; what follows is in our own notation."""
_PARTS = {"YYYY": r"(?P<year>[0-9]{4})", "YY": r"(?P<short>[0-9]{2})", "MM": r"(?P<month>[0-9]{2})",
          "DD": r"(?P<day>[0-9]{2})", "M": r"(?P<month>[0-9]{1,2})", "D": r"(?P<day>[0-9]{1,2})",
          "hh": r"(?:[01][0-9]|2[0-3])", "mm": r"[0-5][0-9]", "ss": r"[0-5][0-9](?:\.[0-9]+)?"}
_TOKEN = re.compile("|".join(_PARTS))
_SPACES = "\u00a0\u202f\u2009\u2007"  # no-break, narrow, thin and figure space, as tables use them between groups
_REMEMBERED = 16_384  # a feed repeats the same quantities and days all day

ReadNumber = Callable[[str], Decimal]
ReadDay = Callable[[str], date]


def mistake_in(pattern: str) -> str:
    """What is wrong with a pattern of dates; nothing where it names year, month and day once."""
    parts = [part[0] for part in _TOKEN.findall(pattern)]
    if [parts.count(part) for part in "YMD"] != [1, 1, 1]:
        return "must name year, month and day once, such as DD.MM.YYYY or YYYY-MM-DD hh:mm:ss"
    if re.search(r"[A-Za-z0-9]", _TOKEN.sub("", pattern).replace("T", "")):
        return "may hold YYYY, YY, MM, M, DD, D, hh, mm, ss, T and marks between them"
    return ""


def alike(patterns: Sequence[str]) -> tuple[str, str] | None:
    """Two patterns that could read the same text, such as DD/MM/YYYY and MM/DD/YYYY."""
    seen: dict[str, str] = {}
    for pattern in patterns:
        shape = _TOKEN.sub(lambda part: part[0][0] if part[0][0] in "hms" else "#" * max(len(part[0]), 2), pattern)
        if shape in seen:
            return seen[shape], pattern
        seen[shape] = pattern
    return None


def day_reader(patterns: Sequence[str], pivot: int | None) -> ReadDay:
    """What reads a day in one of these patterns. Years of two digits below `pivot` are of this century."""
    wanted = tuple(patterns)
    if all(pattern in DATE_PATTERNS for pattern in wanted):
        return lambda text: calendar_date(text, wanted)
    expressions = [_expression(pattern) for pattern in wanted]

    @lru_cache(maxsize=_REMEMBERED)
    def read(text: str) -> date:
        for expression in expressions:
            if match := expression.fullmatch(text):
                try:
                    return date(_year(match, pivot or 0), int(match["month"]), int(match["day"]))
                except ValueError:
                    break
        raise Unreadable(text, f"a calendar date as {' or '.join(p for p in wanted if not p.startswith(TYPED))}")

    return read


def _expression(pattern: str) -> re.Pattern[str]:
    parts, end = "", 0
    for token in _TOKEN.finditer(pattern):
        parts += re.escape(pattern[end:token.start()]) + _PARTS[token[0]]
        end = token.end()
    return re.compile(parts + re.escape(pattern[end:]), re.ASCII)


def _year(match: re.Match[str], pivot: int) -> int:
    if "year" in match.re.groupindex:
        return int(match["year"])
    short = int(match["short"])
    return (2000 if short < pivot else 1900) + short


_MONTHS = (("0[13578]|1[02]", "0[1-9]|[12][0-9]|3[01]"), ("0[469]|11", "0[1-9]|[12][0-9]|30"),
           ("02", "0[1-9]|1[0-9]|2[0-8]"))
"""Months with the days that each of them has in any year."""


def plain_day_expression(pattern: str, pivot: int | None) -> str:
    """An expression of days in a pattern that exist for sure; the 29th of February may not.

    Its month and day have two digits each, also where the pattern allows one.
    """
    year = {"YYYY": "[12][0-9]{3}", "YY": "[0-9]{2}" if pivot is not None else "(?!)"}
    found = []
    for months, days in _MONTHS:
        parts = year | {"MM": f"(?:{months})", "M": f"(?:{months})", "DD": f"(?:{days})", "D": f"(?:{days})",
                        "hh": _PARTS["hh"], "mm": _PARTS["mm"], "ss": "[0-5][0-9]"}
        text, end = "", 0
        for token in _TOKEN.finditer(pattern):
            text += re.escape(pattern[end:token.start()]) + parts[token[0]]
            end = token.end()
        found.append(text + re.escape(pattern[end:]))
    return "|".join(found)


def number_reader(mark: str, grouping: str, minus: Sequence[str]) -> ReadNumber:
    """What reads a number: by decimal mark, the mark between groups of three, and the places of the minus."""
    if not grouping and list(minus) == ["before"]:
        return lambda text: decimal_number(text, mark)
    grouped = re.compile(rf"[0-9]{{1,3}}(?:{re.escape(grouping)}[0-9]{{3}})+(?:{re.escape(mark)}[0-9]+)?", re.ASCII)

    @lru_cache(maxsize=_REMEMBERED)
    def read(text: str) -> Decimal:
        below, digits = _without_minus(text, minus)
        plain = _plain_spaces(digits) if grouping == " " else digits
        if grouping and grouped.fullmatch(plain):
            plain = plain.replace(grouping, "")
        if plain.startswith("-"):  # a minus at another place than agreed, or two of them
            raise Unreadable(text, _expected(mark, grouping, minus))
        try:
            number = decimal_number(plain, mark)
        except Unreadable:
            raise Unreadable(text, _expected(mark, grouping, minus)) from None
        return -number if below else number

    return read


def _without_minus(text: str, minus: Sequence[str]) -> tuple[bool, str]:
    if "before" in minus and text.startswith("-"):
        return True, text[1:].lstrip()
    if "behind" in minus and text.endswith("-"):
        return True, text[:-1].rstrip()
    if "brackets" in minus and text.startswith("(") and text.endswith(")"):
        return True, text[1:-1].strip()
    return False, text


def _plain_spaces(text: str) -> str:
    return text if text.isascii() else "".join(" " if mark in _SPACES else mark for mark in text)


def _expected(mark: str, grouping: str, minus: Sequence[str]) -> str:
    shown = f"1{grouping}234{mark}5"
    below = {"before": f"-{shown}", "behind": f"{shown}-", "brackets": f"({shown})"}
    return f"a number such as {shown}, or below zero {' or '.join(below[place] for place in minus)}"


def typed(read: Callable[[str], Decimal]) -> ReadNumber:
    """The same reader for a spreadsheet: number cells come in our own notation, behind `TYPED`."""
    return lambda text: decimal_number(text[1:]) if text.startswith(TYPED) else read(text)


def without_point_zero(text: str) -> str:
    """A number that passed through a program for figures, as it was: ``17850.0`` is 17850.

    Raises:
        Unreadable: something else than zeros stands behind the point.
    """
    whole, point, rest = text.partition(".")
    if not point:
        return text
    if not whole.isascii() or not whole.isdigit() or rest.strip("0"):
        raise Unreadable(text, "a whole number, or one with .0 behind it")
    return whole
