"""Lines of a file → documents: consecutive lines with the same number, buyer and date are one delivery note."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from itertools import groupby, islice
from operator import itemgetter
from typing import BinaryIO

from treuwerk.domain.documents import Document, DocumentLine, Fault, Party
from treuwerk.domain.tabular import BadLine, Dialect, Row, UnreadableFile, header, rows
from treuwerk_csv_feed.cells import CellReader, Head
from treuwerk_csv_feed.settings import CsvFeedSettings

_LONGEST_DOCUMENT = 5_000  # lines; a longer one comes in parts, so that memory stays flat
Read = tuple[Head | None, DocumentLine | Fault]


class CsvFeed:
    """A clearing source for one partner's files."""

    def __init__(self, name: str, settings: CsvFeedSettings) -> None:
        self._name = name
        self._settings = settings
        self._dialect = Dialect(settings.delimiter, settings.encoding)
        self._required = _required(settings)
        self._seller = Party(settings.seller)

    def recognises(self, name: str, head: bytes) -> bool:
        """A file is ours when its first line has all columns of the map."""
        with suppress(UnreadableFile):
            header(next(rows(BytesIO(head), self._dialect), None), self._required, self._settings.delimiter)
            return True
        return False

    def read(self, stream: BinaryIO) -> Iterator[Document]:
        """Documents in the order of the file."""
        lines = rows(stream, self._dialect)
        columns = header(next(lines, None), self._required, self._settings.delimiter)
        read = self._read_lines(CellReader(self._settings, columns), len(columns), lines)
        for head, group in groupby(read, key=itemgetter(0)):
            while part := [item for _, item in islice(group, _LONGEST_DOCUMENT)]:
                yield self._document(head, part)

    def _read_lines(self, cells: CellReader, width: int, lines: Iterable[Row | BadLine]) -> Iterator[Read]:
        for line in lines:
            if isinstance(line, BadLine):
                yield None, Fault(line.at, line.code, line.reason, raw=line.raw)
            elif len(line[1]) != width:
                yield None, _wrong_width(line, width, self._settings.delimiter)
            else:
                yield cells.read(*line)

    def _document(self, head: Head | None, parts: list[DocumentLine | Fault]) -> Document:
        lines = tuple([part for part in parts if isinstance(part, DocumentLine)])
        faults = tuple([part for part in parts if isinstance(part, Fault)]) if len(lines) < len(parts) else ()
        number, buyer, day, currency, order = head or ("", "", None, "", "")
        return Document(
            self._name, self._settings.kind, number, lines, faults, delivery_date=day, currency=currency,
            seller=self._seller, buyer=Party(ids=((self._settings.buyer_scheme, buyer),)),
            orders=(order,) if order else (),
        )


def _required(settings: CsvFeedSettings) -> list[str]:
    columns = settings.columns
    named = [columns.number, columns.line, columns.date, columns.buyer, columns.article, columns.quantity,
             columns.unit, columns.order, columns.amount, columns.currency, columns.serials]
    return [column for column in [*named, *(feature.column for feature in settings.features.values())] if column]


def _wrong_width(line: Row, width: int, delimiter: str) -> Fault:
    at, cells = line
    return Fault(at, "wrong_width", f"found {len(cells)} cells, expected {width} as in the header; "
                 "a delimiter inside a cell needs quotes around the cell", raw=delimiter.join(cells)[:200])


