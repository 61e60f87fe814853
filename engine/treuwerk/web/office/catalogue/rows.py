"""Rows of a form, such as the variants of a reward: read strictly, and shown again with what was typed."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from treuwerk.web.forms import Result, Shown, Wrong, from_form, shown
from treuwerk.web.forms.complaints import Complaint
from treuwerk.web.forms.conflicts import Conflict, Side
from treuwerk.web.forms.pages import language_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit
from treuwerk.web.shell.submitted import Submitted

_NAME = re.compile(r"r([0-9]{1,3})-([a-z_A-Z]+)", re.ASCII)
MORE = 2
"""Empty rows behind those that are there."""


@attrs.frozen
class Typed:
    """Rows as they came; rows in which nothing was typed are left out."""

    rows: Sequence[Result[Any]]

    @property
    def ok(self) -> bool:
        """Whether all of them can be read."""
        return all(row.ok for row in self.rows)

    @property
    def values(self) -> list[Any]:
        """What they say, in their order."""
        return [row.value for row in self.rows]

    def blamed(self, at: int, field: str, message: str) -> "Typed":
        """The same with a complaint about a field of a row."""
        return Typed([row.refused(field, message) if place == at else row for place, row in enumerate(self.rows)])


def read_rows(visit: Visit, form: type[Any], options: Mapping[str, Sequence[str]] | None = None,
              check: Callable[[Any], None] = lambda _: None) -> Typed:
    """The rows of a form that was sent; `check` raises `Wrong` for what a row as a whole must not say."""
    parts: dict[int, list[tuple[str, str]]] = {}
    for name, value in visit.form.pairs():
        if found := _NAME.fullmatch(name):
            parts.setdefault(int(found[1]), []).append((found[2], value))
    locale = language_of(visit).formats.locale
    return Typed([_checked(from_form(form, Submitted(pairs), locale, options), check) for _, pairs in sorted(
        parts.items()) if any(value.strip() for name, value in pairs if name not in _CHOSEN)])


_CHOSEN = frozenset({"kind"})
"""Fields that are never empty, and so say nothing of whether a row was meant."""


def _checked(result: Result[Any], check: Callable[[Any], None]) -> Result[Any]:
    if result.ok:
        try:
            check(result.value)
        except Wrong as wrong:
            return attrs.evolve(result, complaints={wrong.field: Complaint(wrong.complaint.message,
                                                                           wrong.complaint.values)})
    return result


def shown_rows(visit: Visit, form: type[Any], initial: Sequence[Mapping[str, object]],
               typed: Typed | None = None) -> list[Shown]:
    """The rows for a template: as they are kept, or as they were typed, with some empty ones behind them."""
    language = language_of(visit)
    if typed is not None:
        rows = [shown(form, language, result=result, name=f"r{at}") for at, result in enumerate(typed.rows)]
    else:
        rows = [shown(form, language, initial=one, name=f"r{at}") for at, one in enumerate(initial)]
    return rows + [shown(form, language, name=f"r{at}") for at in range(len(rows), len(rows) + MORE)]


def errors_of(rows: Sequence[Shown]) -> dict[str, str]:
    """What is wrong in rows, by the id of the field that it leads to."""
    return {name or f"r{at}-{next(iter(row)).name}": words for at, row in enumerate(rows)
            for name, words in row.errors.items()}


def both_sides(visit: Visit, theirs: Sequence[Shown], mine: Sequence[Shown], by: str, at: int) -> Conflict:
    """Rows in both versions, for who comes second."""
    sides = []
    for place in range(max(len(theirs), len(mine))):
        stored, own = (_cells(rows[place]) if place < len(rows) else () for rows in (theirs, mine))
        if stored or own:
            label = gettext(visit, marked("Row %(number)s")) % {"number": place + 1}
            sides.append(Side(label, stored, own, stored != own))
    return Conflict(tuple(sides), by, at)


def _cells(row: Shown) -> tuple[str, ...]:
    return tuple(text for field in row for text in field.values if text)
