"""Numbers and days as XML documents of trade write them: exact, never guessed, a little more generous than a feed."""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from treuwerk.domain.reading import Unreadable, calendar_date

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})", re.ASCII)
_PLAIN = 15  # digits
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9:.]{5,18})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?", re.ASCII)


def trade_number(text: str) -> Decimal:
    """A decimal as XML Schema has it: sign, digits, a point; neither grouping nor exponent.

    >>> trade_number("+12.50")
    Decimal('12.50')

    Raises:
        treuwerk.domain.reading.Unreadable: no such number.
    """
    plain = text.isascii() and text.replace(".", "", 1).isdigit() and len(text) <= _PLAIN  # the usual case, faster
    if not plain and not _NUMBER.fullmatch(text):
        raise Unreadable(text, "a number such as 1234.5 without grouping")
    return Decimal(text)


@lru_cache(maxsize=4_096)
def trade_day(text: str) -> date:
    """The calendar day of a date or an instant, as it stands there: a zone does not move it.

    >>> trade_day("2026-03-15T23:30:00+01:00")
    datetime.date(2026, 3, 15)

    Raises:
        treuwerk.domain.reading.Unreadable: no day of the calendar.
    """
    found = _DAY.fullmatch(text)
    if not found:
        raise Unreadable(text, "a calendar date as YYYY-MM-DD")
    return calendar_date(found[1])


@lru_cache(maxsize=16_384)
def price_of_one(price: Decimal, base: Decimal) -> Decimal:
    """The price of one unit, where it is given for `base` of them.

    >>> price_of_one(Decimal("27.50"), Decimal(100))
    Decimal('0.275')
    """
    return price / base if base > 0 and base != 1 else price
