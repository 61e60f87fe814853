"""Downloads as CSV: for spreadsheets of these latitudes, and harmless when opened in one."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from starlette.responses import StreamingResponse

_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cell = str | int


def csv_answer(name: str, rows: Iterable[Iterable[Cell]]) -> StreamingResponse:
    """Rows as a file: UTF-8 with byte order mark, semicolons; sent while it is read."""
    return StreamingResponse(_lines(rows), media_type="text/csv; charset=utf-8",
                             headers={"content-disposition": f'attachment; filename="{name}"'})


def _lines(rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    yield _BYTE_ORDER_MARK
    for row in rows:
        buffer = StringIO()
        csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerow([safe(cell) for cell in row])
        yield buffer.getvalue()


def safe(cell: Cell) -> Cell:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay numbers.

    >>> safe("=HYPERLINK(1)"), safe(-300)
    ("'=HYPERLINK(1)", -300)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
