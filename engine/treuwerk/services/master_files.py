"""Master data files: CSV or XLSX rows as named cells, each with its line, and the receipt of an import."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import attrs

from treuwerk.domain.packed import Limits, check_archive
from treuwerk.domain.sheet_area import SheetArea
from treuwerk.domain.tabular import BadLine, Dialect, Row, UnreadableFile, header, rows
from treuwerk.programme.errors import Mistake, ProgrammeError

CSV = Dialect(";", "utf-8")
_LIMITS = Limits(most_bytes=1 << 30)
_MOST_ROWS, _MOST_CELLS = 1_000_000, 10_000_000  # of a spreadsheet, empty ones included: half a gigabyte in memory
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
LONGEST_KEY = 200  # characters; an index of PostgreSQL takes 2,700 bytes


class BadRow(Exception):
    """A row that cannot be imported; the message names column, found and expected."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@attrs.frozen
class NamedRow:
    """A row with its cells by column name, trimmed."""

    at: int
    cells: dict[str, str]

    def need(self, column: str) -> str:
        """A cell that must not be empty."""
        if value := self.cells.get(column, ""):
            return value
        raise BadRow("empty_cell", f"column {column}: found nothing, expected a value")

    def key(self, column: str) -> str:
        """A cell by which something is found again: not empty, and not longer than an index can hold."""
        return short(column, self.need(column))

    def extra(self, known: Sequence[str]) -> dict[str, str]:
        """Cells of columns that are not known: they become attributes, an empty one takes its attribute away."""
        return {name: value for name, value in self.cells.items() if name not in known and name}


def short(column: str, value: str) -> str:
    """The value, unless it is too long to be looked up."""
    if len(value) > LONGEST_KEY:
        raise BadRow("too_long", f"column {column}: found {len(value)} characters, expected at most {LONGEST_KEY}")
    return value


@attrs.define
class ImportReceipt:
    """What became of the rows: created + changed + unchanged + rejected = rows of the file."""

    file: str
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    dry_run: bool = False
    problems: list[dict[str, Any]] = attrs.field(factory=list)

    def reject(self, at: int, code: str, reason: str) -> None:
        """A row that is not imported."""
        self.rejected += 1
        self.problems.append({"line": at, "code": code, "reason": reason})

    @property
    def done_in_part(self) -> bool:
        """Whether a row was rejected."""
        return bool(self.rejected)

    def as_json(self) -> dict[str, Any]:
        """The shape that others rely on."""
        return attrs.asdict(self)


Told = Callable[[int, int], None]
"""Told rows done and rows in all (0: not known) now and then."""
_TELL_EVERY = 1_000


def tell_nobody(done: int, total: int) -> None:
    """Nobody waits for the progress."""


def count_rows(path: Path) -> int:
    """How many rows a file may have, for a progress bar: lines of a CSV; 0 for a spreadsheet, which is not opened."""
    if path.suffix.lower() == ".xlsx":
        return 0
    with path.open("rb") as stream:
        return max(sum(block.count(b"\n") for block in iter(partial(stream.read, 1 << 20), b"")) - 1, 0)


def named_rows(path: Path, required: Sequence[str], told: Told = tell_nobody) -> Iterator[NamedRow | BadLine]:
    """The rows of a file below its header.

    Raises:
        UnreadableFile: no header, a column missing, or a spreadsheet that cannot be opened.
    """
    with path.open("rb") as stream:
        lines = _spreadsheet(path) if path.suffix.lower() == ".xlsx" else rows(stream, CSV)
        columns = list(header(next(lines, None), required, CSV.delimiter))
        total = count_rows(path)
        for done, line in enumerate(lines, 1):
            if done % _TELL_EVERY == 0:
                told(done, total)
            if isinstance(line, BadLine):
                yield line
            elif len(line[1]) != len(columns):
                yield BadLine(line[0], "wrong_width", f"found {len(line[1])} cells, expected {len(columns)} as in the "
                              "header; a ; inside a cell needs quotes around the cell", ";".join(line[1])[:200])
            else:
                yield NamedRow(line[0], {name: cell.strip() for name, cell in zip(columns, line[1], strict=True)})


def rows_if_there(path: Path, required: Sequence[str]) -> Iterator[NamedRow]:
    """The rows of a file that may be missing and has no bad lines, as a bundle brings it.

    Raises:
        ProgrammeError: a line that cannot be read.
    """
    for row in named_rows(path, required) if path.is_file() else ():
        if isinstance(row, BadLine):
            raise ProgrammeError([Mistake(f"{path}: line {row.at}", "", row.reason)])
        yield row


def _spreadsheet(path: Path) -> Iterator[Row | BadLine]:
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise UnreadableFile(f"{path.name}: spreadsheets need an extra package; pip install 'treuwerk[xlsx]', "
                             "or save the sheet as CSV with ; and UTF-8") from None
    with path.open("rb") as stream:
        check_archive(stream, _LIMITS, path.name, SheetArea(_MOST_ROWS, _MOST_CELLS, "save it as CSV").watch)
    try:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise UnreadableFile(f"{path.name}: not a readable XLSX file: {error}") from error
    for at, cells in enumerate(sheet, 1):
        if any(cell != "" for cell in cells):
            row = [_cell(cell) for cell in cells]
            yield BadLine(at, "stray_control", "found a control character inside a cell, expected printable text",
                          ascii(row)[:200]) if any(map(_CONTROL.search, row)) else (at, row)


def _cell(value: Any) -> str:
    """A spreadsheet cell as text; Excel keeps whole numbers as floats."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
