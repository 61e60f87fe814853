"""Postcodes by country: what one looks like, how it is written, and what cannot be one.

The patterns say what a country's post gives out in general, not which codes are in use: a parcel to a code that nobody
has comes back, a form that refuses a new one loses a customer. Sources: the national posts' own descriptions, as the
Universal Postal Union lists them.
"""

import re
from collections.abc import Mapping

import attrs

from treuwerk.domain.refusals import Refusal


@attrs.frozen
class Postcodes:
    """The postcodes of a country: groups of the pattern are written with `between` them. `example` is one in use."""

    pattern: re.Pattern[str]
    example: str
    between: str = ""


def _of(pattern: str, example: str, between: str = "") -> Postcodes:
    return Postcodes(re.compile(pattern, re.ASCII), example, between)


_FOUR, _FIVE = r"([1-9]\d{3})", r"((?!00)\d{5})"
BY_COUNTRY: Mapping[str, Postcodes] = {
    "AT": _of(_FOUR, "1010"), "BE": _of(_FOUR, "1000"), "CH": _of(_FOUR, "8001"),
    "CZ": _of(r"(\d{3}) ?(\d{2})", "110 00", " "),
    "DE": _of(_FIVE, "10115"), "DK": _of(r"(\d{4})", "1050"), "ES": _of(_FIVE, "28001"), "FR": _of(_FIVE, "75001"),
    "IT": _of(r"(\d{5})", "00118"), "LI": _of(r"(94\d{2})", "9490"), "LU": _of(_FOUR, "1009"),
    "NL": _of(r"([1-9]\d{3}) ?((?!SA|SD|SS)[A-Z]{2})", "1012 AB", " "), "PL": _of(r"(\d{2})-?(\d{3})", "00-001", "-"),
    "SE": _of(r"([1-9]\d{2}) ?(\d{2})", "111 22", " "),
}
"""Countries whose postcodes are known; everywhere else any code of letters and digits will do, and none as well."""
_ANYWHERE = re.compile(r"(?:[A-Z0-9](?:[A-Z0-9 -]{0,10}[A-Z0-9])?)?")
_COUNTRY_BEFORE = re.compile(r"(?:[A-Z]{1,2})[ -]+(?=\d)")


def postcode(country: str, typed: str) -> str:
    """A postcode as its country writes it. A country's sign before it, as in D-10115, is left out.

    >>> postcode("DE", " d-10115"), postcode("NL", "1012ab"), postcode("IE", "d01 f5p2")
    ('10115', '1012 AB', 'D01 F5P2')

    Raises:
        Refusal: `wrong_postcode`, with an `example` of the country.
    """
    text, known = " ".join(typed.upper().split()), BY_COUNTRY.get(country)
    if known is None:
        if _ANYWHERE.fullmatch(text):
            return text
        raise Refusal("wrong_postcode", f"found {typed!r}, expected at most 12 letters and digits", example="")
    found = known.pattern.fullmatch(_COUNTRY_BEFORE.sub("", text, count=1))
    if found is None:
        raise Refusal("wrong_postcode", f"found {typed!r}, expected one such as {known.example}", example=known.example)
    return known.between.join(found.groups())
