"""Counting lines of delimited text that are surely readable, by one expression over many lines at a time.

The expression is stricter than the reader: what it passes, the reader reads. So a sound file is told from a broken one
in a fraction of the time that reading takes; where it is in doubt, somebody reads.
"""

import re
from codecs import lookup
from collections.abc import Iterator, Sequence
from functools import partial
from typing import BinaryIO

from treuwerk.domain.census import Census
from treuwerk.domain.documents import Movement
from treuwerk_csv_feed.notations import plain_day_expression
from treuwerk_csv_feed.settings import SUMS, Column, CsvFeedSettings, Trailer

_PIECE = 1 << 20
_LONGEST_ROW = 60_000
"""Bytes of all cells of a row together; the reader takes some more."""
_MARK = b"\xef\xbb\xbf"


def census(stream: BinaryIO, settings: CsvFeedSettings) -> Census | None:
    """The census of a file with a header; None where only reading can tell."""
    row = _row(settings, stream)
    if row is None:
        return None
    wide = lookup(settings.encoding).name == "utf-8"
    lines = good = 0
    end = b""
    for piece in _pieces(stream):
        if wide:
            try:
                piece.decode("utf-8")
            except UnicodeDecodeError:
                return None
        lines += piece.count(b"\n")
        good += len(row.findall(piece))
        end = piece
    if settings.trailer is None:
        return Census(lines, lines - good)
    last = end.rstrip(b"\r\n").rpartition(b"\n")[2]
    if row.match(last) or not _agrees(settings.trailer, last.split(settings.delimiter.encode()), lines - 1):
        return None
    return Census(lines - 1, lines - 1 - good)


def _agrees(trailer: Trailer, cells: Sequence[bytes], lines: int) -> bool:
    """Whether the last row is the trailer, and tells so many lines."""
    return (cells[0] == trailer.mark.encode() and len(cells) >= trailer.count
            and cells[trailer.count - 1].strip() == b"%d" % lines)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """The rest of a stream in pieces of whole lines, each line with its end."""
    rest = b""
    for read in iter(partial(stream.read, _PIECE), b""):
        whole, end, rest_of_read = read.rpartition(b"\n")
        if not end:
            rest += read
            continue
        yield rest + whole + end
        rest = rest_of_read
    if rest:
        yield rest + b"\n"


def _names(settings: CsvFeedSettings, stream: BinaryIO) -> list[str]:
    """The columns of the file by its header; none where it needs more than a plain look."""
    if not settings.header or settings.heads or settings.encoding.lower().startswith("utf-16"):
        return []
    head = stream.readline(_LONGEST_ROW).removeprefix(_MARK).rstrip(b"\r\n")
    try:
        names = [name.strip() for name in head.decode(settings.encoding).split(settings.delimiter)]
    except UnicodeDecodeError:
        return []
    return names if b'"' not in head and len(set(names)) == len(names) else []


def _row(settings: CsvFeedSettings, stream: BinaryIO) -> re.Pattern[bytes] | None:
    """What a row looks like that is surely readable; None where a column of the profile is missing."""
    names = _names(settings, stream)
    cells = _Cells(settings, _LONGEST_ROW // max(len(names), 1))
    wanted = cells.of_columns()
    optional = settings.columns.movement
    if wanted is None or any(name not in names for name in wanted if name != optional):
        return None
    mark = re.escape(settings.delimiter)
    parts = mark.join(wanted.get(name, cells.any) for name in names)
    try:
        return re.compile(f"^{parts}\r?$".encode("ascii"), re.MULTILINE)
    except UnicodeEncodeError:  # a word of the profile that is no ASCII: its bytes depend on the encoding
        return None


class _Cells:
    """Expressions of cells by what their columns hold."""

    def __init__(self, settings: CsvFeedSettings, longest: int) -> None:
        self._settings = settings
        high = r"\x80-\xff" if lookup(settings.encoding).name == "utf-8" else ""
        mark = "" if settings.delimiter == "\t" else r"\t"
        # No quotes and no controls; a tab only where it is no delimiter.
        signs = "".join(sign for sign in map(chr, range(0x20, 0x7F)) if sign not in ('"', settings.delimiter))
        plain = "".join(re.escape(sign) for sign in signs)
        self.any = f"[{mark}{plain}{high}]{{0,{longest}}}"
        self._some = f"[{plain.removeprefix(re.escape(' '))}]{self.any}"  # begins with a sign that nobody trims
        number = rf"[0-9]{{1,12}}(?:{re.escape(settings.decimal_mark)}[0-9]{{1,6}})?"
        self._number = rf"-?{number}" if "before" in settings.minus else number
        self._whole = "[0-9]{1,40}"
        self._days = "|".join(plain_day_expression(pattern, settings.century_pivot)
                              for pattern in settings.date_patterns)

    def of_columns(self) -> dict[str, str] | None:
        """Column name → expression, for the columns of the profile; None where one column holds two things."""
        settings, names = self._settings, self._settings.columns
        empty = "" if settings.buyer_may_be_empty else "some"
        kinds: list[tuple[Column, str]] = [
            (names.number, "some"), (names.line, "some"), (names.article, "some"), (names.buyer, empty),
            (names.unit, "" if settings.unit else "some"), (names.date, "day"), (names.issue_date, "day?"),
            (names.quantity, "number"), (names.amount, "number?"), (names.unit_price, "number?"),
            (names.price_per, "per"), *((getattr(names, name, ""), "number?") for name in SUMS),
            *((getattr(names, name), "") for name in ("order", "delivery", "previous", "currency", "seller", "name",
                                                      "buyer_name", "gtin", "article_buyer", "serials"))]
        found = [(str(column), self._expression(kind)) for column, kind in kinds if column]
        found += [(str(feature.column), _one_of(feature.values)) for feature in settings.features.values()]
        if names.movement:
            found.append((str(names.movement), _one_of(["", *Movement.__members__, *settings.movements])))
        known = dict(found)
        if len(known) < len(found):
            return None
        return known | {str(column): self._whole for name in settings.float_ids if (column := getattr(names, name))}

    def _expression(self, kind: str) -> str:
        return {"": self.any, "some": self._some, "number": self._number, "number?": f"(?:{self._number})?",
                "day": f"(?:{self._days})", "day?": f"(?:{self._days})?",
                "per": "(?:[1-9][0-9]{0,11})?"}[kind]


def _one_of(words: Sequence[str]) -> str:
    return f"(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})"
