"""The profile of a system that sends IDocs. All of it has a default: segments and fields are those of SAP."""

import codecs
from typing import Any

import attrs
from attrs.validators import min_len


def _known_encoding(_: object, attribute: Any, value: str) -> None:
    try:
        fits = not value or codecs.lookup(value).encode("EDI_DC40\n")[0] == b"EDI_DC40\n"
    except (LookupError, UnicodeError, TypeError):
        fits = False
    if not fits:
        raise ValueError(f"'{attribute.name}' must be a text encoding such as iso8859-1, or left out: {value}")


def _known_fields(_: object, attribute: Any, value: dict[str, list[int]]) -> None:
    for name, place in value.items():
        segment, _, field = name.partition("-")
        if not (segment.startswith("E1") and field) or len(place) != 2 or min(place) < 0 or not place[1]:
            raise ValueError(f"'{attribute.name}' must be such as \"E1EDL24-VGBEL\" = [888, 10], with the offset "
                             f"behind the 63 characters of the segment's head and the length: {name}")


@attrs.frozen
class IdocSettings:
    """Keys of a ``[[sources]]`` table with ``reader = "idoc"``."""

    encoding: str = attrs.field(default="", validator=_known_encoding)
    """Encoding of lines of a flat file that are not valid UTF-8."""
    buyer_roles: list[str] = attrs.field(factory=lambda: ["AG", "RE", "RG", "WE"], validator=min_len(1))
    """Who earns: partner functions (PARTNER_Q, PARVW), best first; AG is the sold-to party."""
    seller_roles: list[str] = attrs.field(factory=lambda: ["LF", "RS", "OSO"], validator=min_len(1))
    """Who sold: partner functions, best first; where none is named it is the sending system."""
    buyer_scheme: str = attrs.field(default="customer_number", validator=min_len(1))
    """What the number of a buyer is."""
    returns: list[str] = attrs.field(factory=lambda: ["LR", "RE"])
    """Delivery types (LFART) that take goods back."""
    delivery_dates: list[str] = attrs.field(factory=lambda: ["006", "007"], validator=min_len(1))
    """Which dates (QUALF of E1EDT13) say the day of the delivery, best first; 006 is the goods issue."""
    fields: dict[str, list[int]] = attrs.field(factory=dict, validator=_known_fields)
    """Fields of flat files that stand elsewhere in this system: segment and field = [offset, length]."""
