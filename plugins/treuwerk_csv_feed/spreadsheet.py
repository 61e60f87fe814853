"""Spreadsheets by a partner's profile.

A spreadsheet that is a table for people destroys what looks like a number: 123456789012345678 becomes 1.23E+17, 0815
becomes 815. Cells that hold identifiers are therefore asked for as text where they could have lost something.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, BinaryIO

from treuwerk.domain.documents import Document
from treuwerk.domain.packed import Limits, check_archive
from treuwerk.domain.sheet_area import SheetArea
from treuwerk.domain.tabular import BadLine, Row, UnreadableFile
from treuwerk_csv_feed.notations import TYPED
from treuwerk_csv_feed.profiles import ProfileReader
from treuwerk_csv_feed.settings import Column, XlsxFeedSettings

_SIGN = b"PK\x03\x04"
_MARK = "xl/"
_NUMBERS = ("quantity", "amount", "unit_price", "price_per")
_DAYS = ("date", "issue_date")
_EXACT = 15  # digits that a number cell keeps
_DECIMALS = 6
_MOST_CELLS = 20_000_000  # of a sheet, empty ones included: a gigabyte in memory
_ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"}


class XlsxFeed:
    """A clearing source for one partner's spreadsheets."""

    def __init__(self, name: str, settings: XlsxFeedSettings) -> None:
        self._settings = settings
        self._reader = ProfileReader(name, settings, "|", cells_have_types=True)

    def recognises(self, name: str, head: bytes) -> bool:
        """A file is ours when it is a spreadsheet and its name fits; what its columns are called is seen on reading."""
        path = Path(name)
        return (head.startswith(_SIGN) and path.suffix.lower() in (".xlsx", ".xlsm")
                and fnmatchcase(path.name, self._settings.files))

    def read(self, stream: BinaryIO) -> Iterator[Document]:
        """Documents in the order of the sheet.

        Raises:
            UnreadableFile: it is no spreadsheet, is too large, or lacks a sheet or columns.
        """
        yield from self._reader.documents(self._rows(stream))

    def _rows(self, stream: BinaryIO) -> Iterator[Row | BadLine]:
        area = SheetArea(self._settings.max_rows, _MOST_CELLS, "send longer tables as text, or set max_rows of the "
                         "source")
        limits = Limits(self._settings.max_megabytes * 1_000_000)
        if not any(entry.startswith(_MARK) for entry in check_archive(stream, limits, "the file", area.watch)):
            raise UnreadableFile("found an archive without sheets, expected a spreadsheet of Excel 2007 or later")
        return self._cells_of(stream)

    def _cells_of(self, stream: BinaryIO) -> Iterator[Row | BadLine]:
        kinds: Mapping[int, str] | None = None
        for at, cells in _sheet_rows(stream, self._settings.sheet):
            if at < self._settings.first_row or not any(cell not in ("", None) for cell in cells):
                continue
            if kinds is None:
                kinds = self._kinds(cells)
                if self._settings.header:
                    yield at, [str(cell).strip() for cell in cells]
                    continue
            yield _row(at, cells, kinds)

    def _kinds(self, first: list[Any]) -> dict[int, str]:
        """What columns hold, by their places: ``number``, ``day`` or ``serials``; the others hold texts."""
        names = [str(cell).strip() for cell in first]
        found: dict[int, str] = {}
        for kind, keys in (("number", _NUMBERS), ("day", _DAYS), ("serials", ("serials",))):
            for key in keys:
                column: Column = getattr(self._settings.columns, key)
                if isinstance(column, int):
                    found[column - 1] = kind
                elif column and column in names:
                    found[names.index(column)] = kind
        return found


def _sheet_rows(stream: BinaryIO, name: str) -> Iterator[tuple[int, list[Any]]]:
    """Rows with their numbers; each begins at the first column."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise UnreadableFile("spreadsheets need an extra package; pip install 'treuwerk[csv-feed]', or save the sheet "
                             "as CSV") from None
    try:
        with CalamineWorkbook.from_filelike(stream) as book:
            sheet = book.get_sheet_by_name(_chosen(book.sheet_names, name))
            for at, cells in enumerate(sheet.iter_rows(), 1):
                yield at, list(cells)
    except (CalamineError, OSError) as error:
        raise UnreadableFile(f"not a readable spreadsheet: {error}; save it anew as .xlsx") from error


def _chosen(sheets: list[str], name: str) -> str:
    shown = ", ".join(sheets[:20])
    if name and name not in sheets:
        raise UnreadableFile(f"found no sheet {name!r}, only {shown}; name it under 'sheet' of the source")
    if not name and len(sheets) != 1:
        raise UnreadableFile(f"found {len(sheets)} sheets ({shown}), expected one; name it under 'sheet' of the source")
    return name or sheets[0]


class _LostDigits(Exception):
    pass


def _row(at: int, cells: list[Any], kinds: Mapping[int, str]) -> Row | BadLine:
    try:
        return at, [_text(cell, kinds.get(place, "text")) for place, cell in enumerate(cells)]
    except _LostDigits as error:
        return BadLine(at, "number_cell", str(error), "|".join(map(str, cells))[:200])


def _text(cell: Any, kind: str) -> str:
    """A cell as text; numbers and days of cells that hold such come in our own notation.

    Raises:
        _LostDigits: an identifier in a number cell that cannot hold it, or an error of a formula.
    """
    if isinstance(cell, str):
        if cell in _ERRORS:
            raise _LostDigits(f"found the error {cell} of a formula, expected a value")
        return cell.strip()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return TYPED + _plain(cell) if kind == "number" else _identifier(cell, kind)
    if isinstance(cell, datetime | date):
        day = cell.date() if isinstance(cell, datetime) else cell
        return f"{TYPED if kind == 'day' else ''}{day.isoformat()}"
    if isinstance(cell, time | timedelta):
        raise _LostDigits(f"found the time {cell}, expected a text, number or day; format the cell as text")
    return ""


def _plain(cell: float) -> str:
    """The number as a spreadsheet knows it: 15 digits, of them six behind the point, as amounts are stored."""
    text = f"{cell:.15g}"
    if "e" not in text and len(text.partition(".")[2]) <= _DECIMALS:
        return text
    return f"{cell:.{_DECIMALS}f}".rstrip("0").rstrip(".")


def _identifier(cell: float, kind: str) -> str:
    if kind == "serials":
        raise _LostDigits(f"found a number cell ({cell:.15g}) with a serial number, expected a text cell: a "
                          "spreadsheet drops leading zeros and all digits behind the 15th; format the column as text "
                          "before typing")
    whole = int(cell)
    if len(str(abs(whole))) > _EXACT:
        raise _LostDigits(f"found a number cell ({cell:.15g}) with more than {_EXACT} digits, expected a text cell: a "
                          "spreadsheet has replaced the last ones by zeros; format the column as text before typing")
    return str(whole) if whole == cell else f"{cell:.15g}"
