"""The profile of a partner's file: columns, encoding, marks and dates. Nothing of it is guessed."""

from typing import Any

import attrs
from attrs.validators import in_, min_len

from treuwerk.domain.documents import DocumentKind
from treuwerk.domain.reading import DATE_PATTERNS


@attrs.frozen
class Columns:
    """``[sources.columns]``: which column of the file holds what. Columns that are not named here are passed over."""

    number: str
    """Number of the delivery note or invoice."""
    line: str
    """Number of the line in its document."""
    date: str
    """Day of the delivery."""
    buyer: str
    """What the buyer is known by; see `buyer_scheme`."""
    article: str
    quantity: str
    unit: str
    order: str = ""
    amount: str = ""
    currency: str = ""
    serials: str = ""
    movement: str = ""
    """Optional column; a cell may hold CANCEL or RETURN."""


@attrs.frozen
class Feature:
    """``[sources.features.<name>]``: a fact of the delivery that rules may ask for."""

    column: str
    values: list[str] = attrs.field(validator=min_len(1))
    """All values that the sender may write; a line with another one is quarantined."""


def _known_encoding(_: object, attribute: Any, value: str) -> None:
    try:
        # Lines are cut at the byte of a line feed, which is one in these encodings and half of one in UTF-16.
        fits = "\n".encode(value) == b"\n" and b"\n;".decode(value) == "\n;"
    except (LookupError, UnicodeError):
        fits = False
    if not fits:
        raise ValueError(f"'{attribute.name}' must be a text encoding such as utf-8 or cp1252: {value}")


def _known_patterns(_: object, attribute: Any, value: list[str]) -> None:
    if unknown := [pattern for pattern in value if pattern not in DATE_PATTERNS]:
        raise ValueError(f"'{attribute.name}' must be of {', '.join(DATE_PATTERNS)}: {', '.join(unknown)}")


@attrs.frozen
class CsvFeedSettings:
    """Keys of a ``[[sources]]`` table with ``reader = "csv_feed"``."""

    columns: Columns
    seller: str = attrs.field(validator=min_len(1))
    """Who numbers the documents; two sellers may use the same number."""
    kind: DocumentKind = DocumentKind.DELIVERY
    buyer_scheme: str = "customer_number"
    features: dict[str, Feature] = attrs.field(factory=dict)
    delimiter: str = attrs.field(default=";", validator=in_([";", ",", "\t", "|"]))
    encoding: str = attrs.field(default="utf-8", validator=_known_encoding)
    decimal_mark: str = attrs.field(default=",", validator=in_([",", "."]))
    date_patterns: list[str] = attrs.field(factory=lambda: ["YYYY-MM-DD"], validator=[min_len(1), _known_patterns])
    """Accepted patterns in this order; two that could read the same text differently do not belong together."""
