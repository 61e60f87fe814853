"""Lines of a catalogue → one document of kind articles, in parts."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Fault, Party
from treuwerk.domain.file_signs import looks_like
from treuwerk.domain.reading import shortened
from treuwerk.domain.tabular import UnreadableFile
from treuwerk_datanorm import records
from treuwerk_datanorm.records import BadRecord, Opening
from treuwerk_datanorm.settings import DatanormSettings

_END = b"\x1a"  # what DOS ended texts with
_LONGEST_LINE = 65_536
_PART = 5_000
_PASSED_OVER = frozenset("TDEGJKCZV")  # texts, drawings, sets, checks and services: no article, price or group
Read = DocumentLine | Fault


class Datanorm:
    """A clearing source for catalogues. What it reads cannot earn; ``treuwerk import articles`` takes it."""

    def __init__(self, name: str, settings: DatanormSettings) -> None:
        self._name, self._settings = name, settings

    def recognises(self, name: str, head: bytes) -> bool:
        """A file is ours when its first line opens a catalogue of version 4 or 5."""
        return self._opening(head.split(b"\n", 1)[0]) is not None

    def read(self, stream: BinaryIO) -> Iterator[Document]:
        """The catalogue, in parts of the same head; `qty` of a line is how many units its price is for.

        Raises:
            UnreadableFile: it is no catalogue of version 4 or 5.
        """
        first = stream.readline(_LONGEST_LINE)
        found = self._opening(first)
        if found is None:
            raise UnreadableFile(f"found {looks_like(first)}, expected the first record of DATANORM 4 (04 and a "
                                 "currency at places 124 to 128) or 5 (V;050;…)")
        head = Document(
            self._name, DocumentKind.ARTICLES, "", (), type_code=f"DATANORM {found.version}", issue_date=found.day,
            currency=found.currency, seller=Party(self._settings.seller or found.sender))
        lines, part = self._lines(stream, found.version), list[Read]()
        while part := list(islice(lines, _PART)):
            yield head._replace(lines=tuple([one for one in part if isinstance(one, DocumentLine)]),
                                faults=tuple([one for one in part if isinstance(one, Fault)]))

    def _opening(self, line: bytes) -> Opening | None:
        text = line.rstrip(b"\r\n").decode(self._settings.encoding, "replace")
        return records.opening(text, self._settings.century_pivot)

    def _lines(self, stream: BinaryIO, version: str) -> Iterator[Read]:
        """Articles with what their second record adds; a record that cannot be read is a fault."""
        last: DocumentLine | None = None
        for at, line in self._texts(stream):
            if isinstance(line, Fault):
                yield line
                continue
            cells = [cell.strip() for cell in line.split(";")]
            try:
                if cells[0] == "B" and last is not None and records_number(cells) == last.article_seller:
                    yield records.more(last, cells)
                    last = None
                    continue
                if cells[0] in ("A", "B") and last is not None:
                    yield last
                    last = None
                if cells[0] == "A":
                    last = records.article(at, cells, version)
                else:
                    yield from _others(at, cells, version)
            except BadRecord as error:
                if last is not None and cells[0] == "B":
                    yield last
                    last = None
                yield Fault(at, error.code, f"record {cells[0][:5]}: {error}", raw=shortened(line, 200))
        if last is not None:
            yield last

    def _texts(self, stream: BinaryIO) -> Iterator[tuple[int, str | Fault]]:
        for at, raw in enumerate(_physical(stream), 2):
            if len(raw) >= _LONGEST_LINE:
                yield at, Fault(at, "line_too_long", f"found a line of more than {_LONGEST_LINE:,} bytes, expected "
                                "fewer; are line ends missing?")
                continue
            try:
                text = raw.decode(self._settings.encoding)
            except UnicodeDecodeError as error:
                yield at, Fault(at, "bad_encoding", f"found byte 0x{raw[error.start]:02x}, expected "
                                f"{self._settings.encoding}; set the encoding of the source")
                continue
            if text.strip():
                yield at, text


def records_number(cells: list[str]) -> str:
    """The article number of a record."""
    return cells[2] if len(cells) > 2 else ""


def _others(at: int, cells: list[str], version: str) -> Iterable[DocumentLine]:
    kind = cells[0]
    if kind == "B":
        return [records.alone(at, cells)]
    if kind == "P":
        return list(records.prices(at, cells, version))
    if kind == "S":
        return records.product_groups(at, cells)
    if kind == "R":
        return [records.discount_group(at, cells)]
    if kind in _PASSED_OVER:
        return []
    raise BadRecord("unknown_record", "found a record that DATANORM does not have, expected A, B, P, S, R or a text")


def _physical(stream: BinaryIO) -> Iterator[bytes]:
    """Lines without their ends, up to the mark that ends the text."""
    for line in iter(lambda: stream.readline(_LONGEST_LINE), b""):
        before, end, _ = line.partition(_END)
        if not end and len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            yield line
            for rest in iter(lambda: stream.readline(_LONGEST_LINE), b""):
                if rest.endswith(b"\n"):
                    break
            continue
        yield before.rstrip(b"\r\n")
        if end:
            return
