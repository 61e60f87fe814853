"""How large the sheets of a spreadsheet are, told while it is unpacked and before anything is read of it."""

import re

from treuwerk.domain.tabular import UnreadableFile

_MOST_SHEETS = 100
_MOST_COLUMNS = 500
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,9})["']""")


class SheetArea:
    """Where the cells of a sheet stand. One cell far away makes a sheet as large as all between, in memory.

    Its `watch` is one of `treuwerk.domain.packed.check_archive`; `instead` says what to do with longer tables, and
    `most_cells` counts empty ones, too.
    """

    def __init__(self, most_rows: int, most_cells: int, instead: str) -> None:
        self._most_rows, self._most_cells, self._instead = most_rows, most_cells, instead
        self._rest, self._entry = b"", ""
        self._rows = self._columns = 0
        self._sheets: set[str] = set()

    def watch(self, entry: str, piece: bytes) -> None:
        """Look at a piece of an entry.

        Raises:
            UnreadableFile: there are too many sheets, rows or columns.
        """
        if not entry.startswith("xl/worksheets/") or not entry.endswith(".xml"):
            return
        if entry != self._entry:
            self._sheets.add(entry)
            self._entry, self._rest, self._rows, self._columns = entry, b"", 0, 0
        if len(self._sheets) > _MOST_SHEETS:
            raise UnreadableFile(f"found more than {_MOST_SHEETS} sheets, expected fewer")
        data = self._rest + piece
        self._rest = data[-20:]
        for letters, row in set(_PLACE.findall(data)):
            self._rows, self._columns = max(self._rows, int(row)), max(self._columns, _column_number(letters))
        self._check()

    def _check(self) -> None:
        if self._rows > self._most_rows:
            raise UnreadableFile(f"found a cell in row {self._rows:,}, expected at most {self._most_rows:,} rows; "
                                 f"{self._instead}")
        if self._columns > _MOST_COLUMNS or self._rows * self._columns > self._most_cells:
            raise UnreadableFile(f"found a sheet of {self._rows:,} rows and {self._columns:,} columns, expected at "
                                 f"most {_MOST_COLUMNS} columns and {self._most_cells:,} cells; delete what stands "
                                 "beside the table, or send it as text")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
