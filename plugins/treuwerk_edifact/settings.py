"""The profile of a partner who sends EDIFACT. All of it has a default: a file says most things by itself."""

import codecs
from typing import Any

import attrs
from attrs.validators import in_, min_len


def _known_encoding(_: object, attribute: Any, value: str) -> None:
    try:
        fits = not value or (codecs.lookup(value).encode("UNB+'")[0] == b"UNB+'")
    except (LookupError, UnicodeError, TypeError):
        fits = False
    if not fits:
        raise ValueError(f"'{attribute.name}' must be a text encoding such as iso8859-1 or cp850, or left out: {value}")


def _qualifiers(_: object, attribute: Any, value: list[str]) -> None:
    if wrong := [qualifier for qualifier in value if not (qualifier.isalnum() and len(qualifier) <= 3)]:
        raise ValueError(f"'{attribute.name}' must hold qualifiers of up to three signs such as BY: {', '.join(wrong)}")


@attrs.frozen
class EdifactSettings:
    """Keys of a ``[[sources]]`` table with ``reader = "edifact"``."""

    encoding: str = attrs.field(default="", validator=_known_encoding)
    """Encoding of segments that are not valid UTF-8, where it is not what UNB says (UNOC: iso8859-1)."""
    decimal_mark: str = attrs.field(default="", validator=in_(["", ".", ","]))
    """Decimal mark, where it is not what UNA says; without UNA it is a point."""
    buyer_roles: list[str] = attrs.field(
        factory=lambda: ["BY", "OB", "BT", "IV", "CN", "UC", "DP", "ST"], validator=[min_len(1), _qualifiers])
    """Who earns: qualifiers of NAD, best first."""
    seller_roles: list[str] = attrs.field(factory=lambda: ["SE", "SU"], validator=[min_len(1), _qualifiers])
    """Who sold and numbers the documents: qualifiers of NAD, best first."""
    buyer_scheme: str = attrs.field(default="customer_number", validator=min_len(1))
    """What the number of a buyer is, where neither an agency nor a reference says so."""
    delivery_dates: list[str] = attrs.field(
        factory=lambda: ["35", "50", "11", "200", "17", "2"], validator=_qualifiers)
    """Which dates (qualifiers of DTM) say the day of the delivery, best first; without them it is the document's."""
    unit: str = attrs.field(default="PCE", validator=min_len(1))
    """Unit of quantities without one; EANCOM leaves it out for goods that are counted."""
    test: str = attrs.field(default="read", validator=in_(["read", "refuse"]))
    """What becomes of an interchange that UNB marks as a test: ``read`` with a warning, or ``refuse`` all its lines."""
