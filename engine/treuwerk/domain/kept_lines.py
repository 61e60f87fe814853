"""Lines that were not booked, kept with all that their document says, so that they can be cleared again without a file.

Pure. What a field says by default is left out.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from json import JSONEncoder, loads
from typing import Any

from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Movement, Party, Purpose
from treuwerk.domain.reading import plain_number

_compact = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_OF_LINES = frozenset({"lines", "faults"})


class NotKept(ValueError):
    """A line that was kept before lines were kept whole, or that no reader could make out."""


def keep(document: Document, line: DocumentLine) -> str:
    """A line with the head of its document as text."""
    head = {name: _plain(value) for name, value in document._asdict().items()
            if name not in _OF_LINES and value != Document._field_defaults.get(name)}
    return _compact({"document": head, "line": _line_as_json(line)})


def _line_as_json(line: DocumentLine) -> dict[str, Any]:
    return {name: _plain(value) for name, value in line._asdict().items()
            if value != DocumentLine._field_defaults.get(name)}


def kept(text: str) -> Document:
    """The document of a line that was kept, with this line alone.

    Raises:
        NotKept: the text is no such line.
    """
    try:
        told = loads(text)
        head, line = told["document"], told["line"]
        return Document(**_read(head, _DOCUMENT), lines=(DocumentLine(**_read(line, _LINE)),))
    except (ValueError, TypeError, KeyError) as error:
        raise NotKept("found a line that was not kept whole, expected its file to be cleared again") from error


def _plain(value: Any) -> Any:
    if isinstance(value, Party):
        return [value.name, value.ids]
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return value


def _read(told: Mapping[str, Any], readers: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    return {name: readers[name](value) for name, value in told.items()}


def _party(told: Any) -> Party:
    name, ids = told
    return Party(name, tuple((scheme, value) for scheme, value in ids))


def _number(told: Any) -> Decimal | None:
    return None if told is None else Decimal(told)


_DAYS = dict.fromkeys(("delivery_date", "issue_date"), lambda told: told and date.fromisoformat(told))
_DOCUMENT: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(set(Document._fields) - _OF_LINES, str), **_DAYS,
    **dict.fromkeys(("orders", "deliveries", "previous", "accounts"), tuple),
    "kind": DocumentKind, "purpose": Purpose, "seller": _party, "buyer": _party,
    "sums": lambda told: {name: Decimal(value) for name, value in told.items()},
    "parties": lambda told: {role: _party(one) for role, one in told.items()}}
_LINE: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("id", "article_seller", "unit", "name", "article_buyer", "gtin", "parent", "role", "place",
                     "mark"), str),
    **dict.fromkeys(("serials", "orders", "deliveries", "previous"), tuple),
    **dict.fromkeys(("qty", "amount", "unit_price"), _number), "at": int, "features": dict, "movement": Movement}
