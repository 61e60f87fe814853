"""The parts of a formula, as the reader of formulas makes them and as they are worked out."""

from collections.abc import Iterator
from enum import Enum
from fractions import Fraction

import attrs


class Kind(Enum):
    """What a part of a formula is worth."""

    NUMBER = "a number"
    TEXT = "a text"
    TRUTH = "something true or false"


@attrs.frozen
class Literal:
    """A number or a text that stands in the formula."""

    value: Fraction | str
    source: str

    @property
    def kind(self) -> Kind:
        """A number or a text."""
        return Kind.TEXT if isinstance(self.value, str) else Kind.NUMBER

    @property
    def below(self) -> tuple["Part", ...]:
        """Nothing."""
        return ()


@attrs.frozen
class Name:
    """A name for what the line says, such as ``quantity`` or ``article.wp``."""

    source: str
    kind: Kind

    @property
    def below(self) -> tuple["Part", ...]:
        """Nothing."""
        return ()


@attrs.frozen
class Act:
    """Something that is done to other parts: `does` is a sign, a word or a function; ``?`` has three parts."""

    does: str
    below: tuple["Part", ...]
    kind: Kind
    source: str


Part = Literal | Name | Act


def all_parts(part: Part) -> Iterator[Part]:
    """The part and all below it."""
    yield part
    for one in part.below:
        yield from all_parts(one)


def names_in(part: Part) -> list[str]:
    """Every name that stands in a formula, once, in the order of the formula."""
    return list(dict.fromkeys(one.source for one in all_parts(part) if isinstance(one, Name)))
