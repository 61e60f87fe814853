"""The service characters of an interchange, and segments taken apart by them."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

SERVICE_STRING = 9  # characters of UNA with what it declares
_FIRST_MARK = 0xE000  # of private characters that stand for released ones while a segment is taken apart
_REPEATING = frozenset({"PIA", "GIN", "GIR", "RFF"})
"""Segments in which a repetition of syntax 4 is another element; elsewhere the sign is text that nobody released."""


class Separators(NamedTuple):
    """What UNA declares, in its order; an empty `release` or `repetition` is none."""

    component: str = ":"
    element: str = "+"
    mark: str = "."
    release: str = "?"
    repetition: str = ""
    terminator: str = "'"


DEFAULT = Separators()
CONTROLS = Separators("\x1f", "\x1d", ".", "", "", "\x1c")
"""The separators that UNOB was first meant for; a few machines still write them."""

Elements = list[list[str]]
"""A segment: its elements, each with its components; the first one is the tag."""
Splitter = Callable[[str], Elements]
"""Takes a segment apart."""
FirstElement = Callable[[str], list[str]]
"""The components of the first element of a segment whose others are not needed."""


def declared(una: str) -> Separators:
    """The service characters of a UNA segment.

    >>> declared("UNA:+,? '").mark
    ','
    """
    signs = list(una[3:SERVICE_STRING])
    return Separators(signs[0], signs[1], signs[2], signs[3].strip(), signs[4].strip(), signs[5])


@lru_cache(maxsize=8)
def splitter(separators: Separators, *, repeats: bool = False) -> Splitter:
    """What takes segments apart by these service characters; `repeats` where the syntax knows repetitions (version 4).

    >>> splitter(DEFAULT)("IMD+F++:::25 ?+ 5?:1")[3]
    ['', '', '', '25 + 5:1']
    """
    component, element, _, release, repetition, _ = separators
    repetition = repetition if repeats else ""
    careful = _careful(separators, repetition)

    def split(text: str) -> Elements:
        if release in text:
            return careful(text)
        return [part.split(component) for part in text.split(element)]

    def split_with_repetitions(text: str) -> Elements:
        return careful(text) if repetition in text else split(text)

    if not release:
        return careful
    return split_with_repetitions if repetition else split


@lru_cache(maxsize=8)
def first_element(separators: Separators) -> FirstElement:
    """What takes the first element of a segment, which is the only one or the only one that is needed.

    >>> first_element(DEFAULT)("QTY+12:27:PCE")
    ['12', '27', 'PCE']
    """
    component, element, _, release, *_ = separators
    careful = _careful(separators, "")

    def first(text: str) -> list[str]:
        if release and release in text:
            return [*careful(text), [""]][1]
        return text[4:].partition(element)[0].split(component)

    return first


def _careful(separators: Separators, repetition: str) -> Splitter:
    """Takes a segment apart that has released or repeated parts."""
    component, element, _, release, *_ = separators
    signs = [sign for sign in (release, element, component, repetition) if sign]
    marks = [(release + sign, chr(_FIRST_MARK + place)) for place, sign in enumerate(signs)]
    back = [(mark, released[-1]) for released, mark in marks]

    def split(text: str) -> Elements:
        if release in text:
            for released, mark in marks if release else ():
                text = text.replace(released, mark)
            text = text.replace(release, "") if release else text
        if repetition and text[:3] in _REPEATING:
            text = text.replace(repetition, element)
        return [[value if value.isascii() else restored(value) for value in part.split(component)]
                for part in text.split(element)]

    def restored(value: str) -> str:
        for mark, sign in back:
            value = value.replace(mark, sign)
        return value

    return split
