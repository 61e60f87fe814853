"""The row behind the last line, in which a partner tells how many lines there are."""

from collections.abc import Iterator

from treuwerk.domain.documents import Fault
from treuwerk.domain.reading import shortened
from treuwerk.domain.tabular import BadLine, Row
from treuwerk_csv_feed.settings import Trailer

_LONGEST_COUNT = 15


class Ending:
    """Takes the trailer out of the rows of one file, and says afterwards what is odd about it."""

    def __init__(self, trailer: Trailer) -> None:
        self._trailer = trailer
        self._found: Row | None = None

    def before(self, lines: Iterator[Row | BadLine]) -> Iterator[Row | BadLine]:
        """The rows without the trailer; what stands behind it is no line."""
        for line in lines:
            if self._found is not None:
                at, raw = (line.at, line.raw) if isinstance(line, BadLine) else (line[0], ";".join(line[1])[:200])
                yield BadLine(at, "behind_trailer", f"found a row behind the trailer in line {self._found[0]}, "
                              "expected none; were two files joined?", raw)
            elif isinstance(line, tuple) and line[1][0] == self._trailer.mark:
                self._found = line
            else:
                yield line

    def odd(self, counted: int) -> Fault | None:
        """What is wrong with the trailer of a file of so many lines."""
        if self._found is None:
            return Fault(None, "no_trailer", f"found no row that begins with {self._trailer.mark!r} at the end, "
                         "expected one with the number of lines; was the file cut off?", severity="warning")
        at, cells = self._found
        text = cells[self._trailer.count - 1] if len(cells) >= self._trailer.count else ""
        if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_COUNT):
            return Fault(None, "no_trailer", f"line {at}: found {shortened(text)!r} in the trailer, expected the "
                         "number of lines", severity="warning")
        if int(text) == counted:
            return None
        return Fault(None, "line_count", f"line {at}: the trailer tells {int(text):,} lines, found {counted:,}; is the "
                     "file complete?", severity="warning", told=int(text), counted=counted)
