"""The cells of one row → the head of its document and one line, or the fault that stands in the way."""

from collections.abc import Mapping
from datetime import date
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from treuwerk.domain.documents import DocumentLine, Fault, Movement
from treuwerk.domain.reading import Unreadable, calendar_date, decimal_number
from treuwerk_csv_feed.settings import CsvFeedSettings

Head = tuple[str, str, date | None, str, str]
"""Number, buyer, day, currency, order: what all lines of a document share."""


class CellReader:
    """Reads rows by a column map whose positions are looked up once per file."""

    def __init__(self, settings: CsvFeedSettings, columns: Mapping[str, int]) -> None:
        self._settings, self._mark = settings, settings.decimal_mark
        self._names = names = settings.columns
        self._line, self._article, self._quantity, self._unit = (
            columns[name] for name in (names.line, names.article, names.quantity, names.unit))
        self._amount, self._serials = columns.get(names.amount), columns.get(names.serials)
        self._movement = columns.get(names.movement)
        self._number = columns[names.number]
        self._head_cells = itemgetter(*(columns[name] for name in (names.number, names.buyer, names.date)),
                                      *(columns[name] for name in (names.currency, names.order) if name))
        self._features = [(name, columns[feature.column]) for name, feature in settings.features.items()]
        self._feature_cells = itemgetter(*(position for _, position in self._features)) if self._features else len
        self._dates = tuple(settings.date_patterns)
        self._known_features: dict[Any, Mapping[str, str]] = {}
        self._last: tuple[tuple[str, ...], Head] | None = None

    def read(self, at: int, cells: list[str]) -> tuple[Head | None, DocumentLine | Fault]:
        """Head and line; a cell that cannot be read makes a fault that names its column."""
        try:
            return self._head(cells), self._document_line(at, cells)
        except _BadCell as error:
            fault = Fault(at, error.code, str(error), cells[self._number],
                          raw=self._settings.delimiter.join(cells)[:200])
            return None, fault

    def _head(self, cells: list[str]) -> Head:
        """The head of the row; the lines of a document follow each other, so most rows have that of the last one."""
        texts = self._head_cells(cells)
        if self._last is None or self._last[0] != texts:
            self._last = (texts, self._new_head(texts))
        return self._last[1]

    def _new_head(self, texts: tuple[str, ...]) -> Head:
        names, (number, buyer, day, *rest) = self._names, texts
        for text, name in ((number, names.number), (buyer, names.buyer)):
            if not text:
                raise _BadCell("empty_cell", name, "nothing", "a value")
        currency = rest.pop(0) if names.currency else ""
        try:
            return number, buyer, calendar_date(day, self._dates), currency, rest[0] if names.order else ""
        except Unreadable as error:
            raise _unreadable(names.date, error) from None

    def _document_line(self, at: int, cells: list[str]) -> DocumentLine:
        line, article, unit = cells[self._line], cells[self._article], cells[self._unit]
        if not (line and article and unit):
            raise self._empty(cells)
        serials = cells[self._serials] if self._serials is not None else ""
        features = self._known_features.get(self._feature_cells(cells)) or self._new_features(cells)
        column = self._names.quantity
        try:
            quantity, amount = decimal_number(cells[self._quantity], self._mark), None
            if self._amount is not None and (text := cells[self._amount]):
                column = self._names.amount
                amount = decimal_number(text, self._mark)
        except Unreadable as error:
            raise _unreadable(column, error) from None
        return DocumentLine(
            at, line, article, quantity, unit, amount,
            tuple(serial.strip() for serial in serials.split("|")) if serials else (), features,
            self._line_movement(cells[self._movement]) if self._movement is not None else Movement.DELIVER)

    def _empty(self, cells: list[str]) -> "_BadCell":
        names = self._names
        places = ((self._line, names.line), (self._article, names.article), (self._unit, names.unit))
        return _BadCell("empty_cell", next(name for position, name in places if not cells[position]), "nothing",
                        "a value")

    def _new_features(self, cells: list[str]) -> Mapping[str, str]:
        """Features of a row whose values were not met before; rows with the same values share one mapping."""
        values = {name: cells[position] for name, position in self._features}
        for name, value in values.items():
            feature = self._settings.features[name]
            if value not in feature.values:
                raise _BadCell("unknown_feature", feature.column, repr(value) if value else "nothing",
                               f"{' or '.join(feature.values)}; ask the sender to correct the line")
        self._known_features[self._feature_cells(cells)] = known = MappingProxyType(values)
        return known

    def _line_movement(self, value: str) -> Movement:
        if not value:
            return Movement.DELIVER
        if value not in Movement.__members__:
            raise _BadCell("unknown_movement", self._names.movement, repr(value),
                           f"nothing, {Movement.CANCEL} or {Movement.RETURN}")
        return Movement(value)


class _BadCell(Exception):
    def __init__(self, code: str, column: str, found: str, expected: str) -> None:
        super().__init__(f"column {column}: found {found}, expected {expected}")
        self.code = code


def _unreadable(column: str, error: Unreadable) -> _BadCell:
    return _BadCell("unreadable", column, repr(error.found), error.expected)
