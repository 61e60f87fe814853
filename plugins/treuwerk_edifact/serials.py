"""Serials, batches and packages of GIN and GIR: single numbers, lists, and ranges from one number to another."""

import re

from treuwerk_edifact.syntax import Elements

LONGEST_RANGE = 10_000
_TAIL = re.compile(r"(.*?)([0-9]{1,18})", re.ASCII | re.DOTALL)


def numbers(segment: Elements) -> dict[str, list[str]]:
    """Everything that GIN or GIR names, by its qualifier."""
    found: dict[str, list[str]] = {}
    if segment[0][0] == "GIN":
        told = found[segment[1][0].strip() if len(segment) > 1 else ""] = []
        for components in segment[2:]:
            told += [number] if len(components) == 1 and (number := components[0].strip()) else _between(components)
    else:
        for number, qualifier, *_ in ((*components, "") for components in segment[2:]):
            if number.strip():
                found.setdefault(qualifier.strip(), []).append(number.strip())
    return found


def _between(components: list[str]) -> list[str]:
    """All numbers of a range, where it is one that can be counted; else the numbers that are written."""
    named = [part.strip() for part in components[:2] if part.strip()]
    if len(named) < 2 or named[0] == named[1]:
        return named[:1]
    first, last = map(_TAIL.fullmatch, named)
    if not (first and last) or first[1] != last[1] or len(first[2]) != len(last[2]):
        return named
    low, high, width = int(first[2]), int(last[2]), len(first[2])
    if not low < high < low + LONGEST_RANGE:
        return named
    return [f"{first[1]}{count:0{width}}" for count in range(low, high + 1)]
