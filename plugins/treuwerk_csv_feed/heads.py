"""Heads of documents: from the cells of each line, or once per document from rows of their own."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

from treuwerk.domain.documents import DocumentKind, Movement
from treuwerk.domain.reading import Unreadable
from treuwerk_csv_feed.faults import BadCell, LostRow, unreadable
from treuwerk_csv_feed.notations import ReadDay, ReadNumber, without_point_zero
from treuwerk_csv_feed.settings import HEAD_COLUMNS, SUMS, Column, Columns, HeadColumns, Profile

_NOTHING: Mapping[str, Decimal] = MappingProxyType({})


class Head(NamedTuple):
    """What all lines of a document share."""

    number: str
    buyer: str
    day: date | None
    issue_date: date | None
    currency: str
    order: str
    delivery: str
    previous: str
    seller: str
    buyer_name: str
    kind: DocumentKind
    movement: Movement
    sums: Mapping[str, Decimal]


class HeadReader:
    """Reads heads by a column map. The rows of a document follow each other, so most have the head of the last one."""

    def __init__(self, profile: Profile, columns: Columns | HeadColumns, position: Callable[[Column], int | None],
                 number: ReadNumber, day: ReadDay) -> None:
        self._profile, self._columns, self._decimal, self._day = profile, columns, number, day
        self._cells = [(name, at) for name in HEAD_COLUMNS if (at := position(getattr(columns, name, ""))) is not None]
        places = [at for _, at in self._cells]
        self._texts: Callable[[list[str]], Sequence[str]] = (
            itemgetter(*places) if len(places) > 1 else lambda cells: (cells[places[0]],))
        self._sums = [(name, at) for name in SUMS if (at := position(getattr(columns, name, ""))) is not None]
        self._whole = frozenset(profile.float_ids)
        self._prefixes = sorted(profile.prefixes, key=len, reverse=True)
        self._last: tuple[Sequence[str], Head] | None = None

    def read(self, cells: list[str]) -> Head:
        """The head of a row.

        Raises:
            BadCell: it has no number or no buyer, or a cell cannot be read.
        """
        texts = self._texts(cells)
        if self._sums:
            return self._new(texts, {name: self._sum(name, text) for name, at in self._sums if (text := cells[at])})
        if self._last is None or self._last[0] != texts:
            self._last = (texts, self._new(texts, _NOTHING))
        return self._last[1]

    def number_in(self, cells: list[str]) -> str:
        """The number of a head as it stands in its row, also where the rest of it cannot be read."""
        at = next(at for name, at in self._cells if name == "number")
        return cells[at] if at < len(cells) else ""

    def _new(self, texts: Sequence[str], sums: Mapping[str, Decimal]) -> Head:
        values = {name: text for (name, _), text in zip(self._cells, texts, strict=True)}
        for name in ("number",) if self._profile.buyer_may_be_empty else ("number", "buyer"):
            if not values[name]:
                raise BadCell("empty_cell", getattr(self._columns, name), "nothing", "a value")
        for name in self._whole & values.keys():
            values[name] = self._without_point(name, values[name])
        get, number = values.get, values["number"]
        prefix = next((self._profile.prefixes[one] for one in self._prefixes if number.startswith(one)), None)
        return Head(
            number, values["buyer"], self._date("date", values), self._date("issue_date", values),
            get("currency") or self._profile.currency, get("order", ""), get("delivery", ""), get("previous", ""),
            get("seller", ""), get("buyer_name", ""), prefix.kind if prefix else self._profile.kind,
            prefix.movement if prefix else Movement.DELIVER, sums)

    def _date(self, name: str, values: Mapping[str, str]) -> date | None:
        text = values.get(name)
        if text is None or (not text and name == "issue_date"):
            return None
        try:
            return self._day(text)
        except Unreadable as error:
            raise unreadable(getattr(self._columns, name), error) from None

    def _sum(self, name: str, text: str) -> Decimal:
        try:
            return self._decimal(text)
        except Unreadable as error:
            raise unreadable(getattr(self._columns, name), error) from None

    def _without_point(self, name: str, text: str) -> str:
        try:
            return without_point_zero(text)
        except Unreadable as error:
            raise unreadable(getattr(self._columns, name), error) from None


class HeadBook:
    """The heads that stand apart from lines, by number, and why some of them could not be read.

    Where they stand in the same file, lines follow their head, so that only the last one is kept.
    """

    def __init__(self, *, only_last: bool) -> None:
        self._only_last = only_last
        self._heads: dict[str, Head] = {}
        self._reasons: dict[str, str] = {}
        self.last = ""

    def add(self, head: Head) -> None:
        """A head that was read."""
        self._make_room(head.number)
        self._heads[head.number] = head

    def refuse(self, number: str, reason: str) -> None:
        """A head that could not be read: its lines cannot be booked."""
        self._make_room(number)
        self._reasons[number] = reason

    def _make_room(self, number: str) -> None:
        self.last = number
        if self._only_last:
            self._heads, self._reasons = {}, {}

    def head(self, number: str) -> Head:
        """The head of a line.

        Raises:
            LostRow: there is none, or it could not be read.
        """
        if head := self._heads.get(number):
            return head
        reason = self._reasons.get(number, "there is none with this number")
        raise LostRow("no_head", f"found no head of document {number or '(without number)'}, expected one: {reason}")
