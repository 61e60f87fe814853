"""Rows of a file → documents: consecutive rows with the same head are one delivery note or invoice."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain, groupby, islice
from operator import itemgetter

import attrs

from treuwerk.domain.documents import Document, DocumentLine, Fault, Party
from treuwerk.domain.reading import shortened
from treuwerk.domain.tabular import BadLine, Row, UnreadableFile, header
from treuwerk_csv_feed.cells import CellReader
from treuwerk_csv_feed.ending import Ending
from treuwerk_csv_feed.faults import BadCell, LostRow
from treuwerk_csv_feed.heads import Head, HeadBook, HeadReader
from treuwerk_csv_feed.notations import TYPED, ReadDay, ReadNumber, day_reader, number_reader, typed
from treuwerk_csv_feed.settings import Column, Profile, head_columns, line_columns

_LONGEST_DOCUMENT = 5_000  # lines; a longer one comes in parts, so that memory stays flat
Read = tuple[Head | None, DocumentLine | Fault]
Lines = Iterator[Row | BadLine]


class ProfileReader:
    """What text and spreadsheets have in common: rows of cells that a profile gives a meaning."""

    def __init__(self, name: str, profile: Profile, join: str, *, cells_have_types: bool = False) -> None:
        self._name, self._profile, self._join = name, profile, join
        number = number_reader(profile.decimal_mark, profile.grouping, profile.minus)
        patterns = [f"{TYPED}YYYY-MM-DD", *profile.date_patterns] if cells_have_types else profile.date_patterns
        self._number: ReadNumber = typed(number) if cells_have_types else number
        self._day: ReadDay = day_reader(patterns, profile.century_pivot)

    def documents(self, lines: Lines, beside: str = "", heads: Lines | None = None) -> Iterator[Document]:
        """Documents in the order of the rows; `heads` are the rows of the file beside, which is called so."""
        book = HeadBook(only_last=heads is None)
        if heads is not None:
            self._learn(book, heads, beside)
        for head, group in groupby(self._read(lines, book), key=itemgetter(0)):
            while part := [item for _, item in islice(group, _LONGEST_DOCUMENT)]:
                yield self._document(head, part)

    def fits(self, lines: Lines) -> bool:
        """Whether the first rows are of this profile: by their header, else by what the first line says."""
        with suppress(UnreadableFile):
            first = next(self._read(lines, HeadBook(only_last=True)), None)
            return self._profile.header or (first is not None and self._is_ours(first))
        return False

    def _is_ours(self, first: Read) -> bool:
        """A line without header is ours when it can be read, or lacks nothing but its head."""
        return not isinstance(first[1], Fault) or first[1].code == "no_head"

    def _read(self, lines: Lines, book: HeadBook) -> Iterator[Read]:
        if self._profile.trailer is None:
            yield from self._read_rows(lines, book)
            return
        ending, counted = Ending(self._profile.trailer), 0
        for counted, read in enumerate(self._read_rows(ending.before(lines), book), 1):  # noqa: B007 (used behind it)
            yield read
        if odd := ending.odd(counted):
            yield None, odd

    def _read_rows(self, lines: Lines, book: HeadBook) -> Iterator[Read]:
        position, width, lines = self._layout(lines, line_columns(self._profile))
        cells = CellReader(self._profile, position, self._number, self._day, book, self._join)
        marked = self._profile.heads if self._profile.heads and self._profile.heads.column else None
        if marked is None:
            yield from self._read_lines(cells, width, lines)
        else:
            heads = HeadReader(self._profile, marked.columns, position, self._number, self._day)
            yield from self._read_marked(cells, heads, position(marked.column) or 0, lines, book)

    def _layout(self, lines: Lines, wanted: Sequence[Column]) -> tuple["_Positions", int, Lines]:
        """Where columns stand, how many cells a row has, and the rows that are left."""
        if self._profile.header:
            optional = self._profile.columns.movement
            columns = header(next(lines, None), [str(one) for one in wanted if one != optional], self._join)
            return _Positions(columns), len(columns), lines
        before, needed = list[Row | BadLine](), max(map(_number_of, wanted))
        for line in lines:
            before.append(line)
            if isinstance(line, tuple):
                self._check_width(line, needed)
                return _Positions({}), len(line[1]), chain(before, lines)
        if before:
            return _Positions({}), needed, iter(before)
        raise UnreadableFile("the file is empty; expected lines without header")

    def _check_width(self, first: Row, needed: int) -> None:
        marked = self._profile.heads is not None and bool(self._profile.heads.column)
        at, cells = first
        if len(cells) < needed and not marked:  # rows of heads and of lines differ in width
            raise UnreadableFile(f"line {at}: found {len(cells)} columns, expected at least {needed}; found "
                                 f"{shortened(self._join.join(cells), 200)!r}. Is this the right file and delimiter?")

    def _read_lines(self, cells: CellReader, width: int, lines: Lines) -> Iterator[Read]:
        for line in lines:
            if isinstance(line, BadLine):
                yield None, Fault(line.at, line.code, line.reason, raw=line.raw)
            elif len(line[1]) != width:
                cells.skip(line[1])
                yield None, self._wrong_width(line, width)
            else:
                yield cells.read(*line)

    def _read_marked(self, cells: CellReader, heads: HeadReader, mark: int, lines: Lines,
                     book: HeadBook) -> Iterator[Read]:
        marked = self._profile.heads
        assert marked is not None
        for line in lines:
            if isinstance(line, BadLine):
                yield None, Fault(line.at, line.code, line.reason, raw=line.raw)
                continue
            at, row = line
            kind = row[mark] if mark < len(row) else ""
            try:
                if kind == marked.head:
                    self._head_of(heads, at, row, book, "")
                elif kind == marked.line:
                    yield cells.read(at, row)
            except (LostRow, IndexError) as error:
                reason = str(error) if isinstance(error, LostRow) else f"found {len(row)} cells, expected more"
                yield None, Fault(at, getattr(error, "code", "wrong_width"), reason, raw=self._join.join(row)[:200])

    def _learn(self, book: HeadBook, lines: Lines, name: str) -> None:
        heads = self._profile.heads
        assert heads is not None
        position, _, lines = self._layout(lines, head_columns(heads))
        reader = HeadReader(self._profile, heads.columns, position, self._number, self._day)
        for line in lines:
            if isinstance(line, tuple):
                with suppress(LostRow, IndexError):
                    self._head_of(reader, *line, book, f"{name} ")

    def _head_of(self, reader: HeadReader, at: int, row: list[str], book: HeadBook, name: str) -> None:
        """Keep the head of a row, or why there is none.

        Raises:
            BadCell: a cell cannot be read.
        """
        try:
            book.add(reader.read(row))
        except BadCell as error:
            book.refuse(reader.number_in(row), f"{name}line {at}: {error}")
            raise

    def _document(self, head: Head | None, parts: list[DocumentLine | Fault]) -> Document:
        lines = tuple([part for part in parts if isinstance(part, DocumentLine)])
        faults = tuple([part for part in parts if isinstance(part, Fault)]) if len(lines) < len(parts) else ()
        profile = self._profile
        if head is None:
            return Document(self._name, profile.kind, "", lines, faults, seller=Party(profile.seller))
        return Document(
            self._name, head.kind, head.number, lines, faults, delivery_date=head.day, issue_date=head.issue_date,
            currency=head.currency, sums=head.sums,
            seller=Party(profile.seller, ((profile.seller_scheme, head.seller),) if head.seller else ()),
            buyer=Party(head.buyer_name, ((profile.buyer_scheme, head.buyer),) if head.buyer else ()),
            orders=_one(head.order), deliveries=_one(head.delivery), previous=_one(head.previous))

    def _wrong_width(self, line: Row, width: int) -> Fault:
        at, cells = line
        like = "as in the header" if self._profile.header else "as in the first line"
        return Fault(at, "wrong_width", f"found {len(cells)} cells, expected {width} {like}; "
                     "a delimiter inside a cell needs quotes around the cell", raw=self._join.join(cells)[:200])


@attrs.frozen
class _Positions:
    """Where columns stand, from 0 on: by their names, else by their own numbers."""

    names: dict[str, int]

    def __call__(self, column: Column) -> int | None:
        if isinstance(column, int):
            return column - 1
        return self.names.get(column) if column else None


def _one(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _number_of(column: Column) -> int:
    return column if isinstance(column, int) else 0
