"""Two people changed the same thing: both versions side by side for the one who came second."""

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from treuwerk.web.forms.showing import Field, Language, Shown, shown


@attrs.frozen
class Side:
    """One field in both versions; `differs` where they do not say the same."""

    label: str
    theirs: tuple[str, ...]
    mine: tuple[str, ...]
    differs: bool


@attrs.frozen
class Conflict:
    """What the second saver sees: `by` and `at` say who saved first and when (microseconds UTC)."""

    sides: tuple[Side, ...]
    by: str
    at: int


def conflict(mine: Shown, theirs: Shown, *, by: str = "", at: int = 0,
             words: Mapping[str, Callable[[str], str]] | None = None) -> Conflict:
    """Compare two fillings of the same form. `words` says, by field, what a code means, such as a status by its name.

    Secrets are never shown: they are left out.
    """
    says = words or {}
    sides = [_side(field, mine[field.name], says.get(field.name, str)) for field in theirs
             if field.rule.kind != "secret"]
    return Conflict(tuple(sides), by, at)


def _side(theirs: Field, mine: Field, word: Callable[[str], str]) -> Side:
    stored, own = (tuple(word(text) for text in field.values if text) for field in (theirs, mine))
    return Side(theirs.label, stored, own, stored != own)


def taken(form: type[Any], mine: Shown, stored: object, version: int, language: Language,
          **told: Any) -> tuple[Shown, Conflict]:
    """The second saver's form with the version that is stored now, and the comparison with what is stored.

    Saving it again is then an informed choice, and a third saver is noticed like the second one.
    """
    theirs = shown(form, language, initial=stored)
    return attrs.evolve(mine, version=version), conflict(mine, theirs, **told)
