"""The kinds of fields: each function declares one attribute of a form's attrs class, with label, limits and default.

A form reads as what it asks for::

    @attrs.frozen
    class Adjustment:
        points: int = whole(marked("Points"), at_least=-5_000, at_most=5_000)
        reason: str = choice(marked("Reason"), ["goodwill", "correction"])
        value_date: date | None = day(marked("Value date"), required=False)

The annotation is for readers and type checkers; what is read, and how strictly, stands in the rule.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

KEY = "treuwerk.form"
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9998, 12, 31)
LARGEST = 10**15
"""Whole numbers beyond it are nobody's points, and no database's either."""


@attrs.frozen
class Rule:
    """What one field takes. `kind` is its kind of input; limits that a kind does not know are not looked at."""

    kind: str
    label: str
    required: bool = True
    missing: str = ""
    """The marked message where nothing is typed; empty: a general one with the label."""
    shortest: int = 0
    longest: int = 200
    at_least: int | Decimal | date | None = None
    at_most: int | Decimal | date | None = None
    places: int = 0
    options: tuple[str, ...] | None = None
    """Codes to choose from; None where they are given when the form is read and shown."""
    check: Callable[[Any], None] | None = None
    """A check of one's own: raises `Wrong`."""


def text(label: str, *, required: bool = True, missing: str = "", shortest: int = 0, longest: int = 200,
         check: Callable[[str], None] | None = None) -> Any:
    """One line of text: trimmed, in one Unicode form, without control characters; ``""`` where nothing is typed."""
    return _field(Rule("text", label, required, missing, shortest, longest, check=check), "")


def area(label: str, *, required: bool = True, missing: str = "", longest: int = 4_000) -> Any:
    """Text of several lines; every line end becomes a plain newline."""
    return _field(Rule("area", label, required, missing, 0, longest), "")


def secret(label: str, *, required: bool = True, missing: str = "", shortest: int = 0, longest: int = 256) -> Any:
    """A password: taken as it is typed, and never shown again."""
    return _field(Rule("secret", label, required, missing, shortest, longest), "")


def email(label: str, *, required: bool = True, missing: str = "") -> Any:
    """An address for mail; its domain becomes lower case."""
    return _field(Rule("email", label, required, missing, 0, 254), "")


def whole(label: str, *, required: bool = True, missing: str = "", at_least: int = 0, at_most: int = LARGEST) -> Any:
    """A whole number as the reader's language writes it; None where an optional one is left out."""
    return _field(Rule("whole", label, required, missing, 0, 40, at_least, at_most), None)


def decimal(label: str, *, places: int, required: bool = True, missing: str = "",
            at_least: int | Decimal = 0, at_most: int | Decimal = LARGEST) -> Any:
    """A number with at most so many places behind the mark, as `Decimal`; None where an optional one is left out."""
    return _field(Rule("decimal", label, required, missing, 0, 40, at_least, at_most, places), None)


def day(label: str, *, required: bool = True, missing: str = "", at_least: date = FIRST_DAY,
        at_most: date = LAST_DAY) -> Any:
    """A day as the reader's language writes it, or ISO; None where an optional one is left out."""
    return _field(Rule("day", label, required, missing, 0, 20, at_least, at_most), None)


def choice(label: str, options: Sequence[str] | None = None, *, required: bool = True, missing: str = "") -> Any:
    """One code of several; ``""`` where an optional one is left out. Options may be given when the form is read."""
    return _field(Rule("choice", label, required, missing, options=_codes(options)), "")


def several(label: str, options: Sequence[str] | None = None, *, required: bool = False, missing: str = "",
            at_most: int = 200) -> Any:
    """Any number of codes, each once, as a tuple in the order of the page."""
    return _field(Rule("several", label, required, missing, at_most=at_most, options=_codes(options)), ())


def yes(label: str, *, required: bool = False, missing: str = "") -> Any:
    """A box to tick; `required` where the form needs it ticked, as a consent to terms does."""
    return _field(Rule("yes", label, required, missing), False)


def rule_of(attribute: "attrs.Attribute[Any]") -> Rule:
    """The rule of one attribute.

    Raises:
        TypeError: the attribute was not declared by one of the functions above.
    """
    rule = attribute.metadata.get(KEY)
    if not isinstance(rule, Rule):
        raise TypeError(f"{attribute.name}: a field of a form is declared by text(), whole(), day() and so on")
    return rule


def _field(rule: Rule, nothing: Any) -> Any:
    return attrs.field(default=nothing, kw_only=True, metadata={KEY: rule})


def _codes(options: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if options is None else tuple(options)
