"""Both sides of a doubt: what is booked and what came, in words for people and as values for pages."""

from collections.abc import Iterable, Mapping, Sequence
from json import JSONEncoder
from typing import Any

from treuwerk.services.clearing.matched_lines import FACTS, Facts, Problem
from treuwerk.store.ownership import BookedLine

Line = tuple[int, str, str, str, int, Facts, Any]
"""A line with its account, key, evidence, day, place in the file and facts."""
_MOST_SHOWN = 3
_compact = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def in_words(booked: BookedLine) -> str:
    """A booked line, as a sentence about it begins."""
    return (f"{booked.quantity} of {booked.article} on {booked.day}, line {booked.line} of {booked.document} "
            f"by {booked.source}")


def all_in_words(booked: Sequence[BookedLine]) -> str:
    """Several booked lines; of many the first ones."""
    shown = "; ".join(in_words(line) for line in booked[:_MOST_SHOWN])
    return shown + (f"; and {len(booked) - _MOST_SHOWN} more" if len(booked) > _MOST_SHOWN else "")


def came_in_words(facts: Facts) -> str:
    """A line that came, as a sentence about it begins."""
    return f"{facts[6]} of {facts[5]} on {facts[4]}, line {facts[3]} of {facts[2]} by {facts[0]}"


def both(line: Line, booked: Iterable[BookedLine]) -> str:
    """Both sides as JSON: ``came`` is one line, ``booked`` a list; each line by the names of its columns."""
    return _compact({"came": {**named(line[5]), "account_id": str(line[0])},
                     "booked": [_booked(one) for one in booked]})


def named(facts: Facts) -> Mapping[str, object]:
    """The facts of a line by name."""
    return dict(zip(FACTS, facts, strict=True))


def _booked(line: BookedLine) -> Mapping[str, object]:
    """Accounts and ids as texts: they are larger than the numbers of a browser."""
    return line._asdict() | {"account_id": str(line.account_id), "id": str(line.id), "run_id": str(line.run_id)}


def doubt(line: Line, code: str, booked: Sequence[BookedLine], reason: str, state: str = "waiting") -> Problem:
    """A line that is not booked for what is booked already. The reason ends with both sides."""
    _, key, _, _, at, facts, _ = line
    there = f" Booked: {all_in_words(booked)}." if booked else ""
    return Problem(at, facts[2], code, f"{reason}.{there} Came: {came_in_words(facts)}", state,
                   both(line, booked), key)
