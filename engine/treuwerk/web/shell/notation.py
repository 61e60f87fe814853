"""How a language writes numbers and days, in both directions and strictly.

What Babel's parsers let pass (``1_000``, ``NaN``, full-width digits, ``1,2,3``) is refused here: a figure that could be
read in two ways books the wrong points.
"""

import re
from datetime import date
from decimal import Decimal
from functools import cache

import attrs
from babel import Locale
from babel.dates import get_date_format

_SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
_MINUSES = "\N{MINUS SIGN}-"  # the hyphen last: it stands in a set of a pattern
_APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"
_LONGEST = 40
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


@attrs.frozen
class Notation:
    """Numbers and days of one language; `order` is that of day, month and year, such as ``dmy``."""

    decimal: str
    groups: str
    order: str
    mark: str

    def number(self, text: str) -> Decimal | None:
        """The number of a text such as ``1.234,5``, None where it is none in this language."""
        found = _number(self.decimal, self.groups).fullmatch(text.strip(_SPACES)[:_LONGEST])
        if found is None or len(text) > _LONGEST:
            return None
        digits = re.sub(r"[^0-9]", "", found["whole"]) + (f".{found['part']}" if found["part"] else "")
        return Decimal(f"-{digits}" if found["sign"] in _MINUSES and found["sign"] else digits)

    def day(self, text: str) -> date | None:
        """The day of a text such as ``31.12.2026``, or of ``2026-12-31`` in every language; None where it is none."""
        text = text.strip(_SPACES)
        if iso := _ISO.fullmatch(text):
            return _date(*iso.groups())
        mark = _between(self.mark)
        found = re.fullmatch(rf"([0-9]{{1,4}}){mark}([0-9]{{1,2}}){mark}([0-9]{{1,4}})", text)
        if found is None:
            return None
        parts = dict(zip(self.order, found.groups(), strict=True))
        return _date(parts["y"], parts["m"], parts["d"]) if len(parts["y"]) == 4 and len(parts["d"]) < 3 else None

    def written(self, value: str | int | Decimal | date) -> str:
        """A value as a reader would type it: ``1.234,5``, ``31.12.2026``; a text stays as it is."""
        if isinstance(value, date):
            parts = {"y": f"{value.year:04}", "m": f"{value.month:02}", "d": f"{value.day:02}"}
            return self.mark.join(parts[one] for one in self.order)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return self._figure(Decimal(value))
        return str(value)

    def _figure(self, value: Decimal) -> str:
        whole, _, part = f"{value:,f}".partition(".")
        return whole.replace(",", self.groups[0]) + (f"{self.decimal}{part}" if part else "")


@cache
def notation(locale: Locale) -> Notation:
    """The notation of a language, from the CLDR."""
    symbols = locale.number_symbols["latn"]
    decimal, group = str(symbols["decimal"]), str(symbols["group"])
    groups = group + "".join(one for one in _alike(group) if one != group)
    pattern = get_date_format("short", locale=locale).pattern
    letters = [letter.lower() for letter in re.sub(r"[^dMy]", "", re.sub(r"([dMy])\1+", r"\1", pattern))]
    mark = re.search(r"d+([^dMy']+?)\s?[My]|y+([^dMy']+?)\s?[Md]", pattern)
    return Notation(decimal, groups, "".join(letters), (mark[1] or mark[2]).strip() if mark else "-")


def _alike(group: str) -> str:
    """Marks that a keyboard has for the one that the CLDR prints."""
    if group in _SPACES:
        return _SPACES
    return _APOSTROPHES if group in _APOSTROPHES else group


@cache
def _number(decimal: str, groups: str) -> re.Pattern[str]:
    marks, point = re.escape(groups), re.escape(decimal)
    return re.compile(rf"(?P<sign>[+{_MINUSES}]?)(?P<whole>[0-9]{{1,3}}(?:(?P<mark>[{marks}])[0-9]{{3}})"
                      rf"(?:(?P=mark)[0-9]{{3}})*|[0-9]+)(?:{point}(?P<part>[0-9]+))?")


def _between(mark: str) -> str:
    return rf"{re.escape(mark)}[{_SPACES}]?"


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
