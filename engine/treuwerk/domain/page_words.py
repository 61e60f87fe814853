"""Words that a page reader recognised on drawn pages, and where each of them stands."""

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import NamedTuple

import attrs

MOST_WORDS = 20_000
LONGEST_WORD = 200


class PageReaderUnavailable(Exception):
    """A page reader cannot read now, for example because its program is missing; the message says what to do."""


class BadWords(ValueError):
    """A page reader answered with something that is no list of words on the page."""


class Word(NamedTuple):
    """A word as it was recognised. `confidence` is from 0 to 1, the box in pixels from the upper left corner."""

    text: str
    confidence: float
    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """Where it ends."""
        return self.left + self.width

    @property
    def middle(self) -> float:
        """Half of the way from its top to its bottom."""
        return self.top + self.height / 2


@attrs.frozen
class DrawnPage:
    """A page to be read: a PNG of so many pixels, its place among the pages (from 1), and languages that it may have.

    `languages` are codes such as ``de``, the most likely first. `seconds` is how long the reader has, in all.
    """

    png: bytes = attrs.field(repr=False)
    width: int
    height: int
    number: int
    languages: tuple[str, ...]
    seconds: int


@attrs.frozen
class ReadPage:
    """A page with its words; `number` is its place among all pages of a report."""

    number: int
    width: int
    height: int
    words: tuple[Word, ...]


class Box(NamedTuple):
    """A place on a page, in ten-thousandths of its width and height."""

    left: int
    top: int
    right: int
    bottom: int


def checked_words(answer: object, width: int, height: int) -> tuple[Word, ...]:
    """What a reader answered, where all of it are words on a page of this size; blank ones are left out.

    Raises:
        BadWords: it is something else; the message says what.
    """
    if not isinstance(answer, Sequence) or isinstance(answer, str | bytes):
        raise BadWords(f"found {type(answer).__name__}, expected a list of words")
    if len(answer) > MOST_WORDS:
        raise BadWords(f"found {len(answer)} words on one page, expected at most {MOST_WORDS}")
    words = (_checked(one, width, height) for one in answer)
    return tuple(word for word in words if word.text)


def _checked(given: object, width: int, height: int) -> Word:
    if not isinstance(given, Sequence) or len(given) != len(Word._fields):
        raise BadWords(f"found {given!r:.80}, expected a word with {', '.join(Word._fields)}")
    text, confidence, *box = given
    if not isinstance(text, str) or len(text) > LONGEST_WORD:
        raise BadWords(f"found {text!r:.80} as text, expected at most {LONGEST_WORD} characters")
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not isfinite(confidence) \
            or not 0 <= confidence <= 1:
        raise BadWords(f"found confidence {confidence!r} of {text!r:.40}, expected a number from 0 to 1")
    if any(type(side) is not int for side in box):
        raise BadWords(f"found {box!r} around {text!r:.40}, expected whole pixels")
    left, top, wide, high = box
    if left < 0 or top < 0 or wide < 1 or high < 1 or left + wide > width or top + high > height:
        raise BadWords(f"found {text!r:.40} at {box!r}, expected a box on a page of {width} x {height} pixels")
    return Word("".join(letter for letter in text if letter.isprintable()).strip(), float(confidence), *box)


def box_around(words: Iterable[Word], page: ReadPage) -> Box:
    """The place of some words of a page together."""
    given = list(words)
    return Box(min(word.left for word in given) * 10_000 // page.width,
               min(word.top for word in given) * 10_000 // page.height,
               -(-max(word.right for word in given) * 10_000 // page.width),
               -(-max(word.top + word.height for word in given) * 10_000 // page.height))


def rows_of(page: ReadPage) -> list[tuple[Word, ...]]:
    """The words of a page as rows from top to bottom, each from left to right, also where a photo is a little askew.

    A row is followed from one word to its neighbour, so that it may rise or fall along the way.
    """
    rows: list[list[Word]] = []
    for word in sorted(page.words, key=lambda one: one.left):
        fitting = [row for row in rows if _fits(word, row[-1])]
        if fitting:
            min(fitting, key=lambda row: abs(row[-1].middle - word.middle)).append(word)
        else:
            rows.append([word])
    return [tuple(row) for row in sorted(rows, key=lambda row: sum(word.middle for word in row) / len(row))]


def _fits(word: Word, before: Word) -> bool:
    """Whether a word goes on in the row of another one that stands left of it."""
    return abs(word.middle - before.middle) < 0.5 * max(word.height, before.height) \
        and word.left >= before.left + before.width // 2
