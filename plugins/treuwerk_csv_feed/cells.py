"""The cells of one row → the head of its document and one line, or the fault that stands in the way."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from treuwerk.domain.documents import DocumentLine, Fault, Movement
from treuwerk.domain.reading import Unreadable, shortened
from treuwerk_csv_feed.faults import BadCell, LostRow, unreadable
from treuwerk_csv_feed.heads import Head, HeadBook, HeadReader
from treuwerk_csv_feed.notations import ReadDay, ReadNumber, without_point_zero
from treuwerk_csv_feed.settings import Column, Profile

_DETAILS = ("name", "article_buyer", "gtin")
_PLACES = Decimal("0.000001")
Position = Callable[[Column], int | None]
"""The place of a column in a row, from 0 on; None where the file does not have it."""


class CellReader:
    """Reads rows by a column map whose positions are looked up once per file."""

    def __init__(self, profile: Profile, position: Position, number: ReadNumber, day: ReadDay, book: HeadBook,
                 join: str) -> None:
        self._profile, self._names, self._decimal, self._join = profile, profile.columns, number, join
        names = profile.columns
        self._number, self._line, self._unit = map(position, (names.number, names.line, names.unit))
        self._article, self._quantity = _needed(position, names.article), _needed(position, names.quantity)
        self._amount, self._serials, self._movement = map(position, (names.amount, names.serials, names.movement))
        self._price, self._per = position(names.unit_price), position(names.price_per)
        self._details = [(name, at) for name in _DETAILS if (at := position(getattr(names, name))) is not None]
        self._features = [(name, _needed(position, feature.column)) for name, feature in profile.features.items()]
        self._feature_cells = itemgetter(*(at for _, at in self._features)) if self._features else len
        self._heads = HeadReader(profile, names, position, number, day)
        self._book = book if profile.heads else None
        self._known_features: dict[Any, Mapping[str, str]] = {}
        self._movements = {"": Movement.DELIVER, **Movement.__members__, **profile.movements}
        self._charges = frozenset(profile.charges)
        self._whole = frozenset(profile.float_ids) & {"line", "article", *_DETAILS}
        self._counted: dict[str, int] = {}
        self._more = bool(self._details or self._charges or self._price is not None)

    def read(self, at: int, cells: list[str]) -> tuple[Head | None, DocumentLine | Fault]:
        """Head and line; a cell that cannot be read makes a fault that names its column."""
        place = "" if self._line is not None else self._next_place(cells)
        try:
            head = self._heads.read(cells) if self._book is None else self._book.head(self._number_in(cells))
            return head, self._document_line(at, cells, head, place)
        except LostRow as error:
            return None, Fault(at, error.code, str(error), self._number_in(cells), raw=self._join.join(cells)[:200])

    def _number_in(self, cells: list[str]) -> str:
        return cells[self._number] if self._number is not None else self._book.last if self._book else ""

    def _next_place(self, cells: list[str]) -> str:
        """The place of a row in its document, counted also where other documents stand in between."""
        number = self._number_in(cells)
        place = self._counted[number] = self._counted.get(number, 0) + 1
        return str(place)

    def skip(self, cells: Sequence[str]) -> None:
        """A row that is none still has a place in its document, so that those behind it keep theirs."""
        if self._line is None and self._number is not None and self._number < len(cells):
            number = cells[self._number]
            if number in self._counted:
                self._counted[number] += 1

    def _document_line(self, at: int, cells: list[str], head: Head, place: str) -> DocumentLine:
        line, article = cells[self._line] if self._line is not None else place, cells[self._article]
        unit = self._profile.unit if self._unit is None else cells[self._unit] or self._profile.unit
        if not (line and article and unit):
            raise self._empty(line, article)
        serials = cells[self._serials] if self._serials is not None else ""
        features = self._known_features.get(self._feature_cells(cells)) or self._new_features(cells)
        column = self._names.quantity
        try:
            quantity, amount = self._decimal(cells[self._quantity]), None
            if self._amount is not None and (text := cells[self._amount]):
                column = self._names.amount
                amount = self._decimal(text)
        except Unreadable as error:
            raise unreadable(column, error) from None
        if self._whole:
            line, article = self._without_point("line", line), self._without_point("article", article)
        read = DocumentLine(
            at, line, article, quantity, unit, amount,
            tuple(serial.strip() for serial in serials.split("|")) if serials else (), features,
            head.movement if self._movement is None else self._line_movement(cells[self._movement], head))
        return self._with_more(read, cells) if self._more else read

    def _with_more(self, line: DocumentLine, cells: list[str]) -> DocumentLine:
        """The line with what only some partners write: names, prices, and which articles are no goods."""
        values: dict[str, Any] = {name: self._without_point(name, cells[at]) for name, at in self._details}
        if line.article_seller in self._charges:
            values["role"] = "charge"
        if self._price is not None and (text := cells[self._price]):
            values["unit_price"] = price = self._price_of_one(text, cells)
            if self._profile.amount_from_price:
                values["amount"] = _rounded(line.qty * price)
        return line._replace(**values)

    def _price_of_one(self, text: str, cells: list[str]) -> Decimal:
        column = self._names.unit_price
        try:
            price = self._decimal(text)
            if self._per is None or not (per := cells[self._per]):
                return price
            column = self._names.price_per
            base = self._decimal(per)
        except Unreadable as error:
            raise unreadable(column, error) from None
        if base <= 0:
            raise BadCell("unreadable", column, repr(per), "a number above zero")
        return _rounded(price / base)

    def _without_point(self, name: str, text: str) -> str:
        if name not in self._whole:
            return text
        try:
            return without_point_zero(text)
        except Unreadable as error:
            raise unreadable(getattr(self._names, name), error) from None

    def _empty(self, line: str, article: str) -> BadCell:
        names = self._names
        column = names.line if not line else names.article if not article else names.unit
        return BadCell("empty_cell", column, "nothing", "a value")

    def _new_features(self, cells: list[str]) -> Mapping[str, str]:
        """Features of a row whose values were not met before; rows with the same values share one mapping."""
        values = {name: cells[position] for name, position in self._features
                  if cells[position] or not self._profile.features[name].optional}
        for name, value in values.items():
            feature = self._profile.features[name]
            if value not in feature.values:
                raise BadCell("unknown_feature", feature.column, repr(shortened(value)) if value else "nothing",
                              f"{' or '.join(feature.values)}; ask the sender to correct the line")
        self._known_features[self._feature_cells(cells)] = known = MappingProxyType(values)
        return known

    def _line_movement(self, value: str, head: Head) -> Movement:
        if not value:
            return self._profile.movements.get("", head.movement)
        if value not in self._movements:
            words = [word for word in self._profile.movements if word] or [Movement.CANCEL, Movement.RETURN]
            raise BadCell("unknown_movement", self._names.movement, repr(shortened(value)),
                          f"{', '.join(['nothing', *words[:-1]])} or {words[-1]}")
        return self._movements[value]


def _needed(position: Position, column: Column) -> int:
    found = position(column)
    assert found is not None, column  # the header was checked for it
    return found


def _rounded(number: Decimal) -> Decimal:
    """At most six digits behind the point, as amounts are stored."""
    exponent = number.as_tuple().exponent
    return number.quantize(_PLACES) if isinstance(exponent, int) and exponent < -6 else number
