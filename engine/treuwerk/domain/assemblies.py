"""Whether what was delivered on an order makes a whole, since when, and what that is worth beside what was booked.

Nothing here rests on the order in which files come: what an order is worth is worked out anew from all of its lines
whenever one of them changes, and only the difference is booked.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from treuwerk.domain.breakdown import QUANTITY, points_kept
from treuwerk.domain.earning import Operation, Step, steps_from_json
from treuwerk.domain.limits import cut_awards, limited

COMPLETION = "completion|"
"""What the business keys of such differences begin with, and of what takes them back."""
INSTEAD = "instead"
"""In an award as it is stored: rules that do not count beside its own."""
_NOTHING = Decimal(0)


def completion_key(purchase: str, number: str) -> str:
    """The business key of such a difference of a purchase, or of what takes it back, by a number of its own."""
    return f"{COMPLETION}{purchase}|{number}"


def purchase_of(key: str) -> str:
    """The key of the purchase that such a difference is about."""
    return key.removeprefix(COMPLETION).rpartition("|")[0]


class Part(NamedTuple):
    """One part of a whole: what lines bring of it must come to `at_least`, and to a `share` of what they bring `of`."""

    name: str
    at_least: Decimal
    share: Decimal = _NOTHING
    of: str = ""


class Terms(NamedTuple):
    """What a whole is. Deliveries of an order belong together for `within_days` from the first of them on.

    `returns_break` tells whether what went back counts as missing, or as having been delivered.
    """

    parts: tuple[Part, ...]
    within_days: int
    returns_break: bool


class Delivered(NamedTuple):
    """A line of an order: what one piece `brings` of each part, pieces that came, and those that did not go back."""

    id: int
    day: str
    brings: Mapping[str, Decimal]
    came: int
    kept: int


def complete_since(lines: Iterable[Delivered], terms: Terms) -> dict[int, str]:
    """Lines that are part of a whole, each with the day since which it is one; all others are left out.

    It is complete since the first day from which on nothing was missing up to the end of what is known.
    """
    found: dict[int, str] = {}
    for together in _windows([line for line in lines if _counted(line, terms)], terms.within_days):
        since = _since(together, terms)
        if since:
            found |= dict.fromkeys((line.id for line in together), since)
    return found


def _counted(line: Delivered, terms: Terms) -> int:
    return line.kept if terms.returns_break else line.came


def _windows(lines: Sequence[Delivered], days: int) -> Iterator[list[Delivered]]:
    """Lines that belong together; the first delivery behind a window begins the next one."""
    together, until = list[Delivered](), ""
    for line in sorted(lines, key=lambda one: (one.day, one.id)):
        if together and line.day > until:
            yield together
            together = []
        if not together:
            until = _days_after(line.day, days)
        together.append(line)
    if together:
        yield together


def _days_after(day: str, days: int) -> str:
    first = date.fromisoformat(day)
    return (first + timedelta(min(days, (date.max - first).days))).isoformat()


def _since(lines: Sequence[Delivered], terms: Terms) -> str:
    """Since when lines in the order of their days are complete; empty where they are not."""
    sums, since = dict[str, Decimal](), ""
    for day, of_day in groupby(lines, key=lambda line: line.day):
        for name, more in brought(of_day, terms).items():
            sums[name] = sums.get(name, _NOTHING) + more
        since = (since or day) if not any(missing(sums, terms)) else ""
    return since


def brought(lines: Iterable[Delivered], terms: Terms) -> dict[str, Decimal]:
    """How much lines bring of each part."""
    sums = dict[str, Decimal]()
    for line in lines:
        pieces = _counted(line, terms)
        for name, each in line.brings.items():
            sums[name] = sums.get(name, _NOTHING) + each * pieces
    return sums


def missing(sums: Mapping[str, Decimal], terms: Terms) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Parts of which there is too little: name, what is there, what is needed."""
    for part in terms.parts:
        there = sums.get(part.name, _NOTHING)
        needed = max(part.at_least, part.share * sums.get(part.of, _NOTHING))
        if there < needed:
            yield part.name, there, needed


def terms_as_json(terms: Terms) -> dict[str, Any]:
    """The terms in the form that is stored."""
    return {"parts": [[one.name, f"{one.at_least:f}", f"{one.share:f}", one.of] for one in terms.parts],
            "within_days": terms.within_days, "returns_break": terms.returns_break}


def terms_from_json(stored: Mapping[str, Any]) -> Terms:
    """The terms as they were stored."""
    return Terms(tuple(Part(name, Decimal(at_least), Decimal(share), of)
                       for name, at_least, share, of in stored["parts"]),
                 stored["within_days"], stored["returns_break"])


Origin = tuple[str, int, str]
"""Rule, revision and unit of points."""


class Owed(NamedTuple):
    """Points that a whole is worth beside what its line earned alone, with their arithmetic."""

    points: int
    steps: tuple[Step, ...]


def worth(whole: Sequence[Mapping[str, Any]], alone: Sequence[Mapping[str, Any]], pieces: int,
          kept: int) -> dict[Origin, Owed]:
    """What `kept` of the `pieces` of a line are worth as part of a whole, beside what they earned alone.

    Both are awards as they are stored. What is worth less than alone is left at that, but where another rule counts in
    its place: what it gave is part of what is booked of that one.
    """
    plain, parts = _by_origin(alone), _by_origin(whole)
    still = {(rule, unit) for rule, _, unit in parts}
    others = {origin: _kept(awards, pieces, kept) for origin, awards in plain.items() if origin[::2] not in still}
    found: dict[Origin, Owed] = {}
    for origin, of_whole in parts.items():
        booked = plain.get(origin, [])
        cut = limited(booked)  # what a limit cut before stays cut
        awards = cut_awards(of_whole, sum(one["points"] for one in booked), cut) if cut else of_whole
        more, less = _kept(awards, pieces, kept), _kept(booked, pieces, kept)
        less += _in_its_place(origin, of_whole[0].get(INSTEAD, ()), others, max(0, more - less))
        if more > less:
            found[origin] = Owed(more - less, (*_tape(awards, pieces, kept, more), *_minus("booked", less)))
    return found


def _in_its_place(origin: Origin, instead: Collection[str], others: dict[Origin, int], at_most: int) -> int:
    """What rules gave alone that do not count beside this one; each point of `others` is counted once."""
    found = 0
    for other, points in others.items():
        if other[0] in instead and other[2] == origin[2]:
            taken = min(points, at_most - found)
            others[other], found = points - taken, found + taken
    return found


def cut_worth(whole: Sequence[Mapping[str, Any]], origin: Origin, cut: int, name: str, pieces: int,
              kept: int) -> list[Mapping[str, Any]]:
    """Awards of a whole without what a limit cut of those of one origin, of which `kept` of the `pieces` are there."""
    of = _by_origin(whole)[origin]
    left = iter(cut_awards(of, _kept(of, pieces, kept) - cut, name))
    return [next(left) if one in of else one for one in whole]


def _by_origin(awards: Sequence[Mapping[str, Any]]) -> dict[Origin, list[Mapping[str, Any]]]:
    found: dict[Origin, list[Mapping[str, Any]]] = {}
    for award in awards:
        found.setdefault((award["rule"], award["revision"], award["unit"]), []).append(award)
    return found


def _kept(awards: Sequence[Mapping[str, Any]], pieces: int, kept: int) -> int:
    return sum(award["points"] if kept >= pieces else
               points_kept(award["points"], steps_from_json(award["steps"]), pieces, kept) for award in awards)


def _tape(awards: Sequence[Mapping[str, Any]], pieces: int, kept: int, points: int) -> tuple[Step, ...]:
    """How the points of the whole come about: the tape of the rule, from what is kept of the quantity on."""
    if len(awards) == 1:
        steps = steps_from_json(awards[0]["steps"])
        if kept >= pieces:
            return steps
        first = steps[0]
        quantity = Decimal(first.operand or 0) * kept / pieces
        if (first.operation, first.name) == (Operation.START, QUANTITY) and quantity == int(quantity):
            return (first._replace(operand=f"{quantity:f}"), *steps[1:])
    return (Step(Operation.START, "points", str(points)),)


def _minus(name: str, points: int) -> tuple[Step, ...]:
    return (Step(Operation.MINUS, name, str(points)),) if points else ()


def differences(owed: Mapping[Origin, Owed], booked: Mapping[Origin, int]) -> dict[Origin, Owed]:
    """What is to be booked so that `booked` becomes what is `owed`; points below zero are taken back."""
    found: dict[Origin, Owed] = {}
    for origin in sorted({*owed, *booked}):
        due, there = owed.get(origin, Owed(0, ())), booked.get(origin, 0)
        if due.points != there:
            found[origin] = Owed(due.points - there, (*due.steps, *_minus("booked", there)))
    return found
