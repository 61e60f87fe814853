"""Numbers of lines that begin anew in each package, place or delivery: what tells such lines apart."""

from treuwerk.domain.participants import identifier

MOST_KEPT = 100_000  # lines of a message of which it is known where they stand
_DIGITS = 6  # of a line number (1082)


class LineNumbers:
    """The line numbers of one message, in memory that stays flat however many lines it has."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[str, str]] = {}
        self._marks: dict[tuple[str, str, str], str] = {}
        self._used: set[tuple[str, str]] = set()
        self._met = bytearray()

    def mark(self, number: str, place: str, article: str) -> tuple[str, bool]:
        """What tells a line from an earlier one of its number, and whether the number came before.

        That is its place in the message, and in one place the article. Nothing tells a line apart that is said twice.
        """
        key = identifier(number)
        first = self._first.get(key)
        if first is None and not self._was_met(key):
            if len(self._first) < MOST_KEPT:
                self._first[key] = place, article
            return "", False
        if first == (place, article):
            return "", True
        mark = self._marks.get((key, place, article))
        if mark is None:
            alone = place and (first is None or first[0] != place) and (key, place) not in self._used
            mark = self._marks[key, place, article] = place if alone else f"{place}/{article}" if article else ""
            self._used.add((key, place))
        return mark, True

    def _was_met(self, key: str) -> bool:
        """Whether a number was met that is not kept with its place; from now on it was."""
        if len(self._first) < MOST_KEPT or not (key.isdecimal() and len(key) <= _DIGITS):
            return False
        self._met = self._met or bytearray(10**_DIGITS // 8)
        at, bit = divmod(int(key), 8)
        met = bool(self._met[at] & 1 << bit)
        self._met[at] |= 1 << bit
        return met
