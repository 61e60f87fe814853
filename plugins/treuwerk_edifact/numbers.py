"""Numbers of segments: ISO 9735 allows a digit less than we do, and nothing of grouping."""

from decimal import Decimal
from functools import lru_cache

from treuwerk.domain.reading import Unreadable, decimal_number

_MOST_DECIMALS = 6
_LONGEST_COUNT = 15


def number(text: str, mark: str) -> Decimal:
    """A quantity or an amount. It may begin with the decimal mark, and end with zeros that say nothing.

    >>> number("-.5", ".")
    Decimal('-0.5')

    Raises:
        treuwerk.domain.reading.Unreadable: no such number.
    """
    try:
        return decimal_number(text, mark)
    except Unreadable:
        return _unusual(text, mark)


def _unusual(text: str, mark: str) -> Decimal:
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, decimals = digits.partition(mark)
    if len(decimals) > _MOST_DECIMALS:
        decimals = decimals[:_MOST_DECIMALS] + decimals[_MOST_DECIMALS:].rstrip("0")
    if decimals:
        digits = f"{whole or '0'}{mark}{decimals}"
    try:
        return decimal_number(sign + digits, mark)
    except Unreadable as error:
        raise Unreadable(text, error.expected) from None


@lru_cache(maxsize=4_096)
def price(text: str, base: str, mark: str) -> Decimal | None:
    """A price for one unit; None where it cannot be read, since nobody pays points by it."""
    if len(text) > 24:
        return None
    try:
        whole, _, decimals = text.partition(mark)
        exact = number(whole or "0", mark)
        if decimals:
            exact = Decimal(f"{exact}.{_digits(decimals)}")
        per = number(base, mark) if base else Decimal(1)
    except Unreadable:
        return None
    return exact / per if per > 0 and per != 1 else exact


def _digits(text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise Unreadable(text, "digits")
    return text


def told_count(text: str) -> int | None:
    """A number of things that a trailer tells; None where it is none.

    >>> told_count("0012")
    12
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_COUNT else None
