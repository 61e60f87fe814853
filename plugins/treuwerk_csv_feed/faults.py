"""What stands in the way of a row."""

from treuwerk.domain.reading import Unreadable
from treuwerk_csv_feed.settings import Column


class LostRow(Exception):
    """A row that is not read: code for programs, and what was found and expected."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class BadCell(LostRow):
    """A cell that stands in the way of its row."""

    def __init__(self, code: str, column: Column, found: str, expected: str) -> None:
        super().__init__(code, f"column {column}: found {found}, expected {expected}")


def unreadable(column: Column, error: Unreadable) -> BadCell:
    """The same for a number or day that cannot be read."""
    return BadCell("unreadable", column, repr(error.found), error.expected)
