"""Downloads as CSV: for spreadsheets as the reader's language has them, or for machines; harmless in both.

A spreadsheet takes ``=…`` for a formula, wherever the text came from. Such texts get an apostrophe before them, numbers
stay numbers.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from treuwerk.domain.shielding import safe
from treuwerk.web.lists.kinds import FORM
from treuwerk.web.shell.notation import Notation
from treuwerk.web.shell.state import Visit

MACHINE = "machine"
_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
_PIECE = 60_000
Cell = str | int | Decimal | date | datetime
"""An instant is a `datetime` in the programme's zone."""


class Spreadsheet:
    """How cells are written: as a language types them, or, without a notation, ISO days and points."""

    def __init__(self, notation: Notation | None) -> None:
        self._notation = notation
        # Where the comma is the decimal mark, spreadsheets expect semicolons.
        self._delimiter = ";" if notation is not None and notation.decimal == "," else ","
        self._head = _BYTE_ORDER_MARK if notation is not None else ""

    def pieces(self, rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
        """The file in pieces of many rows: to send each row by itself would take longer than to read it."""
        buffer = StringIO(newline="")
        buffer.write(self._head)
        writer = csv.writer(buffer, delimiter=self._delimiter, lineterminator="\r\n")
        for row in rows:
            writer.writerow(map(self._cell, row))
            if buffer.tell() > _PIECE:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue()

    def _cell(self, cell: Cell) -> str:
        if isinstance(cell, str):
            return safe(cell)
        if isinstance(cell, datetime):
            return f"{self._notation.written(cell.date())} {cell:%H:%M}" if self._notation else cell.isoformat()
        if isinstance(cell, date):
            return self._notation.written(cell) if self._notation else cell.isoformat()
        # Without grouping: a spreadsheet would take 1.234 for a text or for a date.
        plain = f"{Decimal(cell):f}"
        return plain.replace(".", self._notation.decimal) if self._notation else plain


def csv_answer(visit: Visit, name: str, rows: Iterable[Iterable[Cell]]) -> StreamingResponse:
    """Rows as a file, sent while it is read. ``?form=machine`` asks for the machine's form.

    Raises:
        HTTPException: 400, a form that does not exist.
    """
    form = visit.request.query_params.get(FORM, "")
    if form not in ("", MACHINE):
        raise HTTPException(400)
    notation = None if form else visit.shell.renderer.language(visit.locale).notation
    return StreamingResponse(Spreadsheet(notation).pieces(rows), media_type="text/csv; charset=utf-8",
                             headers={"content-disposition": f'attachment; filename="{name}"'})
