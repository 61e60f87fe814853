"""Finding things by words: whole ones, beginnings, parts of compounds, and words with a typing error.

Words are folded, so that case, accents and the ways of writing umlauts do not matter. Of several words all must be
found. Only a word that nothing has as it is typed is taken for one that is written similarly.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import attrs

from treuwerk.domain.folding import behind, words_of

Weighted = Mapping[str, int]
"""The words of one thing, each with how much it tells of it: 1 to `HEAVIEST`."""
HEAVIEST = 15
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
        found: dict[int, dict[str, array[int]]] = {weight: {} for weight in range(1, HEAVIEST + 1)}
        for number, weighted in enumerate(things):
            for word, weight in weighted.items():
                found[weight].setdefault(word, array("I")).append(number)
        # By weight first, so that whole lists are put into an answer, and not one thing after another.
        self._things = {weight: by_word for weight, by_word in found.items() if by_word}
        self._words = sorted(set().union(*self._things.values()))
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
                thing: scores[thing] + own[thing] for thing in scores.keys() & own.keys()}
        return Hits(scores or {}, instead)

    def _of_word(self, word: str) -> tuple[dict[int, int], str]:
        least = 1 if len(word) >= _PART_FROM else _TELLING
        fitting = {known: _WHOLE if known == word else _BEGINNING if known.startswith(word) else _PART
                   for known in self._containing(word)}
        if found := self._scored(fitting, least):
            return found, ""
        similar = self._similar(word)
        return self._scored(dict.fromkeys(similar, _SIMILAR)), similar[0] if similar else ""

    def _scored(self, fitting: Mapping[str, int], least: int = 1) -> dict[int, int]:
        """All things that have one of some words, each with the most points; words come with how well they fit."""
        lists = [(quality * weight, things) for weight, by_word in self._things.items() if weight >= least
                 for word, quality in fitting.items() if (things := by_word.get(word))]
        found: dict[int, int] = {}
        for points, things in sorted(lists, key=lambda one: one[0]):  # more points come later, and stay
            found.update(dict.fromkeys(things, points))
        return found

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
        near = [(distance, -self._count(known), known)
                for place, count in shared.items() if count >= enough
                and abs(len(known := self._words[place]) - len(word)) <= allowed
                and (distance := errors(word, known, allowed)) <= allowed]
        return [known for _, _, known in sorted(near)[:_MOST_SIMILAR]]

    def _count(self, word: str) -> int:
        """How many things have a word."""
        return sum(len(by_word.get(word, ())) for by_word in self._things.values())


def errors(typed: str, meant: str, most: int) -> int:
    """How many letters are wrong, missing, too many or exchanged with their neighbour; `most` + 1 for more than that.

    >>> errors("schruaber", "schrauber", 2), errors("bohrr", "bohrer", 2), errors("bohrer", "leiter", 2)
    (1, 1, 3)
    """
    if abs(len(typed) - len(meant)) > most:
        return most + 1
    return min(_distance(_letters(typed), len(typed), meant), most + 1)


@lru_cache(maxsize=16)
def _letters(word: str) -> dict[str, int]:
    """Where each letter of a word stands, as bits: one word is compared with many."""
    found: dict[str, int] = {}
    for place, letter in enumerate(word):
        found[letter] = found.get(letter, 0) | 1 << place
    return found


def _distance(letters: Mapping[str, int], length: int, meant: str) -> int:
    """The errors between a word, given by its `letters`, and another one.

    A column of the usual table at a time, as bits that tell where it is one more or one less than beside it: H. Hyyrö,
    A bit-vector algorithm for computing Levenshtein and Damerau edit distances, 2003.
    """
    every, last, distance = (1 << length) - 1, 1 << length - 1, length
    more, less, same, before = every, 0, 0, 0
    for letter in meant:
        here = letters.get(letter, 0)
        exchanged = ((~same & here) << 1) & before
        same = (((here & more) + more) ^ more | here | less | exchanged) & every
        up, down = less | every & ~(same | more), same & more
        distance += bool(up & last) - bool(down & last)
        up, down = up << 1 | 1, down << 1
        more, less, before = (down | ~(same | up)) & every, up & same, here
    return distance


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
