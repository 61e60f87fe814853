"""Lines of one document that have the same number: what tells them apart, and which of them a later change is about.

Senders number lines anew in each package of a despatch advice and for each place of a sales report. The first line of a
number has it alone in the key of its purchase; each later one has a mark behind it. Where a line stands is kept beside.
"""

from collections.abc import Iterable
from typing import NamedTuple

MARK = "%@"
"""Between number and mark; parts of keys have each percent sign escaped."""


class Spot(NamedTuple):
    """Where a line stands: number and mark as in its key, the part of the document, its article and version."""

    line: str
    place: str
    article: str
    version: str = ""


def number_of(line: str) -> str:
    """The number of a line without its mark.

    >>> number_of("1%@3")
    '1'
    """
    return line.partition(MARK)[0]


class Numbers:
    """The lines of a document, without those that only change others."""

    def __init__(self, spots: Iterable[Spot]) -> None:
        self._by_number: dict[str, list[Spot]] = {}
        for spot in spots:
            self._by_number.setdefault(number_of(spot.line), []).append(spot)

    def knows(self, change: Spot) -> bool:
        """Whether one of them is the line that is changed."""
        return any(self.is_about(change, spot) for spot in self._by_number.get(number_of(change.line), ()))

    def is_about(self, change: Spot, spot: Spot) -> bool:
        """Whether a change is about a line: of its number, and of its place where both say one."""
        number = number_of(change.line)
        if number != number_of(spot.line):
            return False
        if change.place and spot.place:
            return change.place == spot.place and (
                change.article == spot.article or not self._is_twice(number, spot.place))
        return spot.line == (number if change.place else change.line)

    def _is_twice(self, number: str, place: str) -> bool:
        """Whether one version of the document has a number twice in a place: then the article tells which is meant."""
        met: dict[str, str] = {}
        return any(met.setdefault(spot.version, spot.line) != spot.line
                   for spot in self._by_number.get(number, ()) if spot.place == place)
