"""Finding things by words: whole ones, beginnings, parts of compounds, and words with a typing error.

Words are folded, so that case, accents and the ways of writing umlauts do not matter. Of several words all must be
found. Only a word that nothing has as it is typed is taken for one that is written similarly.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import attrs

from treuwerk.domain.folding import behind, words_of

Weighted = Mapping[str, int]
"""The words of one thing, each with how much it tells of it: 1 to `HEAVIEST`."""
HEAVIEST = 15
_WEIGHT_BITS = 4
_WHOLE, _BEGINNING, _PART, _SIMILAR = 8, 5, 3, 2
_PART_FROM = 3
"""Letters from which on a part within a word is looked for."""
_SIMILAR_FROM, _TWICE_FROM = 4, 8
"""Letters from which on a word may have one error, and two."""
_MOST_SIMILAR = 40
_MOST_ASKED = 200
_TELLING = 6
"""Weight from which on the words of a thing are found by one letter or two: nearly everything has more of them."""
_MOST_WORDS = 8
"""Words of a search that are looked at: a pasted page is no search."""


@attrs.frozen
class Hits:
    """What was found: points by thing, and the words that were taken instead of typed ones."""

    scores: Mapping[int, int]
    instead: Mapping[str, str]


class WordIndex:
    """An index over things that are numbered from 0 on."""

    def __init__(self, things: Sequence[Weighted]) -> None:
        found: dict[str, array[int]] = {}
        for number, weighted in enumerate(things):
            for word, weight in weighted.items():
                found.setdefault(word, array("I")).append(number << _WEIGHT_BITS | weight)
        self._words = sorted(found)
        self._postings = found
        self._joined = "\n" + "\n".join(self._words) + "\n"
        self._starts = _starts(self._words)
        self._pairs: dict[str, list[int]] | None = None
        self._asked: dict[str, Hits] = {}

    def find(self, text: str) -> Hits:
        """All things that have every word of a text, with how well they fit. What was asked lately is remembered."""
        hits = self._asked.get(text)
        if hits is None:
            hits = self._find(text)
            if len(self._asked) >= _MOST_ASKED:
                self._asked.clear()
            self._asked[text] = hits
        return hits

    def _find(self, text: str) -> Hits:
        scores: dict[int, int] | None = None
        instead: dict[str, str] = {}
        for word in words_of(text)[:_MOST_WORDS]:
            own, taken = self._of_word(word)
            if taken:
                instead[word] = taken
            scores = own if scores is None else {
                thing: points + own[thing] for thing, points in scores.items() if thing in own}
        return Hits(scores or {}, instead)

    def _of_word(self, word: str) -> tuple[dict[int, int], str]:
        found: dict[int, int] = {}
        least = 1 if len(word) >= _PART_FROM else _TELLING
        for known in self._containing(word):
            quality = _WHOLE if known == word else _BEGINNING if known.startswith(word) else _PART
            self._add(found, known, quality, least)
        if found:
            return found, ""
        similar = self._similar(word)
        for known in similar:
            self._add(found, known, _SIMILAR)
        return found, similar[0] if similar else ""

    def _add(self, found: dict[int, int], word: str, quality: int, least: int = 1) -> None:
        for posting in self._postings[word]:
            thing, weight = posting >> _WEIGHT_BITS, posting & HEAVIEST
            if weight >= least and found.get(thing, 0) < (points := quality * weight):
                found[thing] = points

    def _containing(self, word: str) -> Iterable[str]:
        """Words that begin so, and with enough letters those that have it within; each perhaps twice."""
        first = bisect_left(self._words, word)
        yield from self._words[first:bisect_left(self._words, behind(word))]
        if len(word) < _PART_FROM:
            return
        at = self._joined.find(word)
        while at >= 0:
            place = bisect_left(self._starts, at + 1) - 1
            yield self._words[place]
            at = self._joined.find(word, self._joined.index("\n", at))

    def _similar(self, word: str) -> list[str]:
        """Words that differ by one error, or two in long ones, the likeliest first."""
        if len(word) < _SIMILAR_FROM or word.isdigit():
            return []
        allowed = 2 if len(word) >= _TWICE_FROM else 1
        if self._pairs is None:
            self._pairs = _by_pair(self._words)
        shared = Counter(place for pair in _pairs_of(word) for place in self._pairs.get(pair, ()))
        enough = len(word) + 1 - 3 * allowed  # an error spoils two pairs, two letters exchanged spoil three
        near = [(distance, -len(self._postings[known]), known)
                for place, count in shared.items() if count >= enough
                and abs(len(known := self._words[place]) - len(word)) <= allowed
                and (distance := errors(word, known, allowed)) <= allowed]
        return [known for _, _, known in sorted(near)[:_MOST_SIMILAR]]


def errors(typed: str, meant: str, most: int) -> int:
    """How many letters are wrong, missing, too many or exchanged with their neighbour; `most` + 1 for more than that.

    >>> errors("schruaber", "schrauber", 2), errors("bohrr", "bohrer", 2), errors("bohrer", "leiter", 2)
    (1, 1, 3)
    """
    before, above = [0] * (len(meant) + 1), list(range(len(meant) + 1))
    for row, letter in enumerate(typed, 1):
        line = [row, *[0] * len(meant)]
        for column, other in enumerate(meant, 1):
            least = min(above[column] + 1, line[column - 1] + 1, above[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == meant[column - 2] and typed[row - 2] == other:
                least = min(least, before[column - 2] + 1)
            line[column] = least
        if min(*line, min(above) + 1) > most:  # an exchange of letters goes on from two rows above
            return most + 1
        before, above = above, line
    return min(above[-1], most + 1)


def _starts(words: Sequence[str]) -> list[int]:
    """Where each word begins in the joined text, which has one mark before each."""
    starts, at = [], 1
    for word in words:
        starts.append(at)
        at += len(word) + 1
    return starts


def _pairs_of(word: str) -> set[str]:
    """Pairs of neighbouring letters, with marks for the beginning and the end."""
    marked = f"^{word}$"
    return {marked[place : place + 2] for place in range(len(marked) - 1)}


def _by_pair(words: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        for pair in _pairs_of(word):
            found.setdefault(pair, []).append(place)
    return found
