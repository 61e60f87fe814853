"""Versions of documents of one number: which of two is the later one, and where nobody can tell."""

import re
from datetime import UTC, datetime
from functools import lru_cache

from treuwerk.domain.ledger import instant

ALL = "~"
"""Behind every version."""
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})*", re.ASCII)
_NONE, _NUMBERED, _DATED, _NAMED, _LAST = range(5)
Order = tuple[int, tuple[int, ...], str]


@lru_cache(maxsize=16_384)
def order(version: str) -> Order:
    """The key by which versions are compared: numbers as numbers, days and instants by the time that they name.

    >>> order("9") < order("10"), order("2026-05-04T12:00+02:00") < order("2026-05-04T11:00Z")
    (True, True)
    """
    if not version or version == ALL:
        return (_LAST if version else _NONE), (), ""
    if _NUMBER.fullmatch(version):
        return _NUMBERED, tuple(map(int, version.split("."))), ""
    try:
        said = datetime.fromisoformat(version)
    except ValueError:
        return _NAMED, (), version
    at = said.replace(tzinfo=UTC) if said.tzinfo is None else said
    return _DATED, (instant(at),), ""


def comparable(one: str, other: str) -> bool:
    """Whether somebody can tell which of two versions is the later one: of the same kind, and no mere names.

    >>> comparable("2", "10"), comparable("2", "2026-05-04"), comparable("A", "B"), comparable("", "B")
    (True, False, False, True)
    """
    if one == other or _NONE in (kinds := (order(one)[0], order(other)[0])) or _LAST in kinds:
        return True
    return kinds[0] == kinds[1] != _NAMED
