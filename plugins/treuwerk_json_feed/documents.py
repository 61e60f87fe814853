"""One JSON object → one canonical document, strictly: unknown keys and values of other types are refused by name."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from treuwerk.domain.document_kinds import NEXT_STEPS
from treuwerk.domain.documents import NO_FEATURES, Document, DocumentKind, DocumentLine, Fault, Movement, Party, Purpose
from treuwerk.domain.reading import Unreadable, calendar_date, shortened

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")
_ROLES = ("main", "set", "component", "info", "charge")
_SEVERITIES = ("error", "warning")
_HEAD = frozenset({
    "source", "kind", "number", "type_code", "function", "purpose", "issue_date", "delivery_date", "seller", "buyer",
    "parties", "sender", "uuid", "version", "currency", "references", "lines", "sums", "faults"})
_LINE = frozenset({
    "id", "parent", "role", "article_seller", "article_buyer", "gtin", "name", "qty", "unit", "amount", "unit_price",
    "serials", "features", "movement", "line", "references"})
_FAULT = frozenset({"line", "code", "severity", "text"})
_PARTY = frozenset({"name", "ids", "schemes"})
_REFERENCES = frozenset({"order", "delivery", "previous"})
_LONGEST_TEXT = 10_000
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
                      r"(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,12})?", re.ASCII)


class WrongDocument(ValueError):
    """What is wrong with a document, with its place."""


def document_of(value: Any, source: str, at: int) -> Document:
    """The document of a JSON value, with `at` for all its lines and faults.

    Raises:
        WrongDocument: a key is missing or unknown, or a value is not what it should be.
    """
    cells = _Table(value, "", _HEAD)
    orders, deliveries, previous = cells.references()
    kind = cells.member("kind", DocumentKind)
    number = cells.text("number", needed=bool(cells.value("lines")) and kind not in NEXT_STEPS)  # a catalogue has none
    return Document(
        source, kind, number,
        tuple(_line(line, f"lines[{index}]", at) for index, line in enumerate(cells.list("lines", needed=True))),
        tuple(_fault(fault, f"faults[{index}]", at) for index, fault in enumerate(cells.list("faults"))),
        cells.delivered_on(), cells.day("issue_date"), _party(cells, "seller"), _party(cells, "buyer"),
        cells.text("currency"), orders, deliveries, previous, cells.text("type_code"), cells.text("function"),
        cells.mapping("sums", _decimal), cells.member("purpose", Purpose, Purpose.ORIGINAL),
        _parties(cells), cells.text("sender"), cells.text("uuid"), cells.text("version"),
        delivered_at=cells.delivered_at())


def _line(value: Any, place: str, at: int) -> DocumentLine:
    cells = _Table(value, place, _LINE)
    orders, deliveries, previous = cells.references()
    cells.place_in_file()
    qty = cells.decimal("qty")
    if qty is None:
        raise cells.wrong("qty", "nothing", 'a text with an exact number, such as "27.5"')
    return DocumentLine(
        at, cells.text("id", needed=True), cells.text("article_seller"), qty, cells.text("unit"),
        cells.decimal("amount"), cells.texts("serials"), cells.mapping("features", _plain_text) or NO_FEATURES,
        cells.member("movement", Movement, Movement.DELIVER), cells.text("name", long=True),
        cells.text("article_buyer"), cells.text("gtin"), cells.decimal("unit_price"), cells.text("parent"),
        cells.choice("role", _ROLES, "main"), orders, deliveries, previous)


def _fault(value: Any, place: str, at: int) -> Fault:
    cells = _Table(value, place, _FAULT)
    cells.place_in_file()
    return Fault(at, cells.text("code", needed=True), cells.text("text", needed=True, long=True),
                 severity=cells.choice("severity", _SEVERITIES, "error"))


def _party(cells: "_Table", key: str) -> Party:
    value = cells.value(key)
    return Party() if value is None else _party_of(value, cells.path(key))


def _party_of(value: Any, place: str) -> Party:
    cells = _Table(value, place, _PARTY)
    ids = cells.texts("ids")
    schemes = cells.texts("schemes") if cells.value("schemes") is not None else ("id",) * len(ids)
    if len(ids) != len(schemes):
        raise cells.wrong("schemes", f"{len(schemes)} of them", f"one for each of the {len(ids)} ids")
    return Party(cells.text("name", long=True), tuple(zip(schemes, ids, strict=True)))


def _parties(cells: "_Table") -> Mapping[str, Party]:
    return cells.mapping("parties", _party_of)


class _Table:
    """The keys of one object, each asked for by what it should hold."""

    def __init__(self, value: Any, place: str, known: frozenset[str]) -> None:
        self._place = place
        if not isinstance(value, dict):
            raise WrongDocument(f"{place or 'the document'}: found {_shown(value)}, expected an object")
        if unknown := sorted(value.keys() - known):
            raise WrongDocument(f"{self.path(unknown[0])}: found a key that is not known here, expected one of "
                                f"{', '.join(sorted(known))}")
        self._values: dict[str, Any] = value

    def path(self, key: str) -> str:
        """The place of a key, as messages name it."""
        return f"{self._place}.{key}".lstrip(".")

    def wrong(self, key: str, found: str, expected: str) -> WrongDocument:
        """What is wrong with a key."""
        return WrongDocument(f"{self.path(key)}: found {found}, expected {expected}")

    def value(self, key: str) -> Any:
        """What stands there; None is nothing."""
        return self._values.get(key)

    def text(self, key: str, *, needed: bool = False, long: bool = False) -> str:
        """A text; nothing where it is not there."""
        value = self.value(key)
        if value is None:
            value = ""
        if needed and not value:
            raise self.wrong(key, _shown(value or None), "a text")
        return _plain_text(value, self.path(key), long=long)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(_plain_text(one, f"{self.path(key)}[{index}]") for index, one in enumerate(self.list(key)))

    def list(self, key: str, *, needed: bool = False) -> list[Any]:
        """A list; an empty one where it is not there."""
        value = self.value(key)
        if value is None and not needed:
            return []
        if not isinstance(value, list):
            raise self.wrong(key, _shown(value), "a list")
        return value

    def mapping(self, key: str, read: Callable[[Any, str], T]) -> Mapping[str, T]:
        """An object whose values are all of one kind."""
        value = self.value(key)
        if value is None:
            return MappingProxyType({})
        if not isinstance(value, dict):
            raise self.wrong(key, _shown(value), "an object")
        return MappingProxyType({_plain_text(name, self.path(key)): read(one, f"{self.path(key)}.{name}")
                                 for name, one in value.items()})

    def decimal(self, key: str) -> Decimal | None:
        """An exact number, which is written as a text."""
        value = self.value(key)
        return None if value is None else _decimal(value, self.path(key))

    def delivered_at(self) -> str:
        """The instant of the delivery, where it is one; nothing where it is a day."""
        value = self.value("delivery_date")
        if not isinstance(value, str) or not _INSTANT.fullmatch(value):
            return ""
        try:
            datetime.fromisoformat(value)
        except ValueError:
            raise self.wrong("delivery_date", _shown(value), "an instant such as 2026-05-31T23:30:00Z") from None
        return value

    def delivered_on(self) -> date | None:
        """The day of the delivery as it is written; of an instant, that in its own zone."""
        at = self.delivered_at()
        return datetime.fromisoformat(at).date() if at else self.day("delivery_date")

    def day(self, key: str) -> date | None:
        """A day as YYYY-MM-DD."""
        value = self.value(key)
        if value is None:
            return None
        try:
            return calendar_date(value if isinstance(value, str) else "")
        except Unreadable as error:
            raise self.wrong(key, _shown(value), error.expected) from None

    def member(self, key: str, kind: type[E], default: E | None = None) -> E:
        """One of the values of a kind."""
        value = self.value(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or value not in [member.value for member in kind]:
            raise self.wrong(key, _shown(value), f"one of {', '.join(member.value for member in kind)}")
        return kind(value)

    def choice(self, key: str, known: tuple[str, ...], default: str) -> str:
        """One of some texts."""
        value = self.value(key)
        if value is not None and value not in known:
            raise self.wrong(key, _shown(value), f"one of {', '.join(known)}")
        return default if value is None else str(value)

    def references(self) -> Iterator[tuple[str, ...]]:
        """Orders, deliveries and previous documents."""
        value = self.value("references")
        cells = _Table({} if value is None else value, self.path("references"), _REFERENCES)
        return iter([cells.texts("order"), cells.texts("delivery"), cells.texts("previous")])

    def place_in_file(self) -> None:
        """The place in the file from which somebody made this JSON: read so that it is right, and not used."""
        value = self.value("line")
        if value is not None and (type(value) is not int or value < 0):
            raise self.wrong("line", _shown(value), "a whole number")


def _decimal(value: Any, place: str) -> Decimal:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise WrongDocument(f"{place}: found {_shown(value)}{'' if isinstance(value, str) else ' without quotes'}, "
                            'expected a text with an exact number, such as "27.5"')
    return Decimal(value)


def _plain_text(value: Any, place: str, *, long: bool = False) -> str:
    if not isinstance(value, str):
        raise WrongDocument(f"{place}: found {_shown(value)}, expected a text")
    if len(value) > _LONGEST_TEXT:
        raise WrongDocument(f"{place}: found a text of {len(value):,} characters, expected at most {_LONGEST_TEXT:,}")
    if not value.isprintable() and (stray := next((mark for mark in value if _is_stray(mark, long=long)), "")):
        raise WrongDocument(f"{place}: found the character U+{ord(stray):04X} in a text, expected printable ones")
    return value


def _is_stray(mark: str, *, long: bool) -> bool:
    """Control characters and halves of a character; texts of many lines may hold line breaks and tabs."""
    return (mark < " " and not (long and mark in "\n\r\t")) or mark == "\x7f" or "\ud800" <= mark <= "\udfff"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    kinds = {dict: "an object", list: "a list", bool: str(value).lower()}
    return kinds.get(type(value)) or (repr(shortened(value)) if isinstance(value, str) else shortened(str(value)))
