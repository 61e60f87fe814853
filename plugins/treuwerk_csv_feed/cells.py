"""The cells of one row → the head of its document and one line, or the fault that stands in the way."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import TypeVar

from treuwerk.domain.documents import DocumentLine, Fault, Movement
from treuwerk.domain.reading import Unreadable, calendar_date, decimal_number
from treuwerk_csv_feed.settings import CsvFeedSettings

T = TypeVar("T")
Head = tuple[str, str, date | None, str, str]
"""Number, buyer, day, currency, order: what all lines of a document share."""


class CellReader:
    """Reads rows by a column map whose positions are looked up once per file."""

    def __init__(self, settings: CsvFeedSettings, columns: Mapping[str, int]) -> None:
        self._settings = settings
        self._columns = columns
        names = settings.columns
        self._number, self._line, self._date = (columns[c] for c in (names.number, names.line, names.date))
        self._buyer, self._article = columns[names.buyer], columns[names.article]
        self._quantity, self._unit = columns[names.quantity], columns[names.unit]
        self._amount, self._serials = columns.get(names.amount), columns.get(names.serials)
        self._order, self._currency = columns.get(names.order), columns.get(names.currency)
        self._movement = columns.get(names.movement)
        self._dates = tuple(settings.date_patterns)
        self._features = [(name, columns[f.column], frozenset(f.values)) for name, f in settings.features.items()]
        self._known_features: dict[tuple[str, ...], Mapping[str, str]] = {}

    def read(self, at: int, cells: list[str]) -> tuple[Head | None, DocumentLine | Fault]:
        """Head and line; a cell that cannot be read makes a fault that names its column."""
        cells = [cell.strip() for cell in cells]
        number = cells[self._number]
        try:
            return self._head(cells), self._document_line(at, cells)
        except _BadCell as error:
            fault = Fault(at, error.code, str(error), number, raw=self._settings.delimiter.join(cells)[:200])
            return None, fault

    def _head(self, cells: list[str]) -> Head:
        names = self._settings.columns
        for position, name in ((self._number, names.number), (self._buyer, names.buyer)):
            if not cells[position]:
                raise _BadCell("empty_cell", name, "nothing", "a value")
        day = self._parsed(names.date, cells[self._date], lambda text: calendar_date(text, self._dates))
        return (cells[self._number], cells[self._buyer], day, _cell(cells, self._currency), _cell(cells, self._order))

    def _document_line(self, at: int, cells: list[str]) -> DocumentLine:
        names, mark = self._settings.columns, self._settings.decimal_mark
        for position, name in ((self._line, names.line), (self._article, names.article), (self._unit, names.unit)):
            if not cells[position]:
                raise _BadCell("empty_cell", name, "nothing", "a value")
        amount, serials = _cell(cells, self._amount), _cell(cells, self._serials)
        return DocumentLine(
            at, cells[self._line], cells[self._article],
            self._parsed(names.quantity, cells[self._quantity], lambda text: decimal_number(text, mark)),
            cells[self._unit],
            self._parsed(names.amount, amount, lambda text: decimal_number(text, mark)) if amount else None,
            tuple(serial.strip() for serial in serials.split("|")) if serials else (),
            self._line_features(cells), self._line_movement(cells),
        )

    def _line_features(self, cells: list[str]) -> Mapping[str, str]:
        values = tuple(cells[position] for _, position, _ in self._features)
        if values not in self._known_features:
            self._check_features(values)
            pairs = zip((name for name, _, _ in self._features), values, strict=True)
            self._known_features[values] = MappingProxyType(dict(pairs))
        return self._known_features[values]

    def _check_features(self, values: tuple[str, ...]) -> None:
        for (name, _, known), value in zip(self._features, values, strict=True):
            if value not in known:
                column = self._settings.features[name].column
                raise _BadCell("unknown_feature", column, repr(value) if value else "nothing",
                               f"{' or '.join(sorted(known))}; ask the sender to correct the line")

    def _line_movement(self, cells: list[str]) -> Movement:
        value = _cell(cells, self._movement)
        if not value:
            return Movement.DELIVER
        if value not in Movement.__members__:
            raise _BadCell("unknown_movement", self._settings.columns.movement, repr(value),
                           f"nothing, {Movement.CANCEL} or {Movement.RETURN}")
        return Movement(value)

    def _parsed(self, column: str, text: str, parse: Callable[[str], T]) -> T:
        try:
            return parse(text)
        except Unreadable as error:
            raise _BadCell("unreadable", column, repr(error.found), error.expected) from None


class _BadCell(Exception):
    def __init__(self, code: str, column: str, found: str, expected: str) -> None:
        super().__init__(f"column {column}: found {found}, expected {expected}")
        self.code = code


def _cell(cells: list[str], position: int | None) -> str:
    return cells[position] if position is not None else ""

