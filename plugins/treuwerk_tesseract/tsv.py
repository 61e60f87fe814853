"""The table that Tesseract writes (``tsv``): one row for each block, line and word that it saw."""

from collections.abc import Iterator

from treuwerk.domain.page_words import LONGEST_WORD, Word

_COLUMNS = ("level", "page_num", "block_num", "par_num", "line_num", "word_num", "left", "top", "width", "height",
            "conf", "text")
_WORD_LEVEL = "5"


class NoTable(ValueError):
    """What the program wrote is not its table."""


def words_of(table: str, width: int, height: int) -> Iterator[Word]:
    """The words of a table for a page of so many pixels; what lies beyond its edges is cut off.

    Raises:
        NoTable: it is something else.
    """
    head, *rows = table.split("\n")
    if tuple(head.rstrip("\r").split("\t")) != _COLUMNS:
        raise NoTable(f"found {head[:80]!r}, expected the columns {', '.join(_COLUMNS)}")
    for number, row in enumerate(rows, 2):
        if not row:
            continue
        cells = row.rstrip("\r").split("\t", len(_COLUMNS) - 1)  # quotes mean nothing here
        if cells[0] == _WORD_LEVEL and (word := _word(cells, number, width, height)):
            yield word


def _word(cells: list[str], number: int, width: int, height: int) -> Word | None:
    try:
        left, top, wide, high = (int(cell) for cell in cells[6:10])
        confidence = float(cells[10])
        text = cells[11].strip()
    except (ValueError, IndexError):
        raise NoTable(f"row {number}: found {cells!r:.120}, expected numbers and a text") from None
    left, top = max(left, 0), max(top, 0)
    wide, high = min(wide, width - left), min(high, height - top)
    if not text or len(text) > LONGEST_WORD or wide < 1 or high < 1:
        return None
    return Word(text, min(max(confidence, 0.0), 100.0) / 100, left, top, wide, high)
