"""Days and paths of CII: ZUGFeRD 1 calls the same things by other names."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from treuwerk.domain.reading import Unreadable, calendar_date
from treuwerk.domain.trade_values import trade_day

_DIGITS = re.compile(r"([0-9]{8})(?:[0-9]{4}|[0-9]{6})?", re.ASCII)
_TIMED = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})?", re.ASCII)
_SHORT = "101"
"""Format of a day with a year of two digits."""


def cii_day(text: str, form: str) -> date:
    """The day of a date as its format (UNTDID 2379) says it, or as ISO 8601; without a format it is 102.

    >>> cii_day("20260315", "102"), cii_day("2026-03-15T10:00:00", "")
    (datetime.date(2026, 3, 15), datetime.date(2026, 3, 15))

    Raises:
        treuwerk.domain.reading.Unreadable: no day of the calendar.
    """
    if found := _DIGITS.fullmatch(text):
        return calendar_date(found[1], ("YYYYMMDD",))
    if form == _SHORT and re.fullmatch(r"[0-9]{6}", text, re.ASCII):
        return calendar_date(f"20{text}", ("YYYYMMDD",))
    if "-" in text:
        return trade_day(text)
    raise Unreadable(text, "a day as YYYYMMDD (format 102)")


def cii_instant(text: str) -> str:
    """The instant of a date that holds a time as ISO 8601; empty where it names a day alone, or no time that there is.

    >>> cii_instant("202603151000"), cii_instant("2026-03-15T10:00:00+01:00"), cii_instant("20260315")
    ('2026-03-15T10:00', '2026-03-15T10:00:00+01:00', '')
    """
    if found := _TIMED.fullmatch(text):
        year, month, day, hour, minute, second = found.groups()
        text = f"{year}-{month}-{day}T{hour}:{minute}{f':{second}' if second else ''}"
    if "T" not in text:
        return ""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return ""
    return text


def both_names(paths: Mapping[str, str]) -> dict[str, str]:
    """Paths as CII has them, and beside each the one of ZUGFeRD 1."""
    old = {path: _old(path) for path in paths}
    return {**{old[path]: field for path, field in paths.items()}, **paths}


_OLD = {
    "ExchangedDocument": "HeaderExchangedDocument",
    "ApplicableHeaderTradeAgreement": "ApplicableSupplyChainTradeAgreement",
    "ApplicableHeaderTradeDelivery": "ApplicableSupplyChainTradeDelivery",
    "ApplicableHeaderTradeSettlement": "ApplicableSupplyChainTradeSettlement",
    "SpecifiedLineTradeAgreement": "SpecifiedSupplyChainTradeAgreement",
    "SpecifiedLineTradeDelivery": "SpecifiedSupplyChainTradeDelivery",
    "SpecifiedLineTradeSettlement": "SpecifiedSupplyChainTradeSettlement",
    "SpecifiedTradeSettlementHeaderMonetarySummation": "SpecifiedTradeSettlementMonetarySummation",
    "SpecifiedTradeSettlementLineMonetarySummation": "SpecifiedTradeSettlementMonetarySummation",
    "IssuerAssignedID": "ID"}


def _old(path: str) -> str:
    return "/".join(_OLD.get(name, name) for name in path.split("/"))
