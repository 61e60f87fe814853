"""What a kind of reward asks for and how it reaches people: by a supplier, as a code, as a seat, or not at all."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import attrs
from attrs.validators import ge, le, matches_re, min_len


class Fulfilment(StrEnum):
    """Who or what fulfils an order line."""

    SUPPLIER = "supplier"
    CODE = "code"
    SEAT = "seat"
    NONE = "none"


SLOT = "slot"
"""The name of the answer that says on which date: ``2026-12-05``, or ``2026-12-05T18:00``."""


@attrs.frozen
class Asked:
    """One answer that is asked for with an order line, such as the name of a guest; a line of text.

    `label` says for people what is asked, in each language.
    """

    name: str = attrs.field(validator=matches_re(r"[a-z][a-z0-9_]{0,39}"))
    """By which the answer is kept: small letters, digits and underscores."""
    label: dict[str, str] = attrs.field(validator=min_len(1))
    """What people are asked, in each language."""
    required: bool = True
    """Whether an order without it is refused."""
    longest: int = attrs.field(default=100, validator=[ge(1), le(500)])
    """Characters that an answer may have."""
    choices: list[str] = attrs.field(factory=list)
    """Answers of which one is chosen, such as sizes; left out: any text."""


@attrs.frozen
class RewardTerms:
    """What holds for all rewards of a kind."""

    fulfilment: Fulfilment
    """``supplier``: lines are handed over; ``code``: from a pool; ``seat``: on a day; ``none``: done when ordered."""
    needs_address: bool = False
    """Whether an order needs to know where to."""
    asks: tuple[Asked, ...] = ()
    """What is asked for with each line."""
    valid_days: int = attrs.field(default=0, validator=ge(0))
    """Days for which a code must still be good when it is ordered."""
    closes_days: int = attrs.field(default=0, validator=ge(0))
    """Days before a date from which on its seats cannot be ordered any more."""

    with_money: bool = False
    """Whether part of the price can be paid with money, where the programme takes some."""

    def __attrs_post_init__(self) -> None:
        """Refuse what could be asked for twice."""
        names = [one.name for one in self.asks]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"'asks' must name each answer once: {', '.join(twice)}")
        if self.fulfilment is Fulfilment.SEAT and not any(one.name == SLOT and one.required for one in self.asks):
            raise ValueError(f"'asks' must ask for {SLOT!r} where there are seats")


@attrs.frozen
class WrongAnswer:
    """What is wrong with an answer: ``missing``, ``unknown``, ``no_choice``, ``too_long`` (by `longest`)."""

    name: str
    code: str
    longest: int = 0


def answers_to(asks: Sequence[Asked], given: Mapping[str, str]) -> tuple[dict[str, str], list[WrongAnswer]]:
    """The answers as they are kept, without spaces around them and without empty ones, and what is wrong with them.

    >>> answers_to([Asked("guest", {"en": "Guest"}, longest=5)], {"guest": " Ada ", "shoe": "41"})
    ({'guest': 'Ada'}, [WrongAnswer(name='shoe', code='unknown', longest=0)])
    """
    if not asks and not given:
        return {}, []
    known = {one.name: one for one in asks}
    said = {name: text for name in known if (text := " ".join(given.get(name, "").split()))}
    wrong = [WrongAnswer(name, "unknown") for name in given if name not in known]
    wrong += [WrongAnswer(one.name, "missing") for one in asks if one.required and one.name not in said]
    wrong += [WrongAnswer(name, "no_choice") for name, text in said.items()
              if known[name].choices and text not in known[name].choices]
    wrong += [WrongAnswer(name, "too_long", known[name].longest) for name, text in said.items()
              if len(text) > known[name].longest]
    return said, wrong
