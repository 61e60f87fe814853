"""The part of a programme file that decides about points: as one text, its digest, and what changed between two.

Titles and names in several languages are left out: who mends a word changes no point.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

KEYS = frozenset({
    "article_filters", "assembly", "attendance", "budgets", "earning", "measures", "occasions", "rates", "stacking",
    "tier_scheme", "tiers", "units"})
"""Tables of the programme file that decide about points; beside them the day on which the programme starts."""
_TEXTS = frozenset({"title", "name"})
_NAMES = ("name", "code", "currency")


class Change(NamedTuple):
    """A value that is another one: where it stands, and both sides as TOML readers know them; empty: not there."""

    path: str
    before: str
    after: str


def earning_part(raw: Mapping[str, Any]) -> str:
    """The part of a parsed programme file as canonical JSON: the same settings are the same text, however written."""
    part = {key: _without_texts(value) for key, value in raw.items() if key in KEYS}
    programme = raw.get("programme", {})
    start = programme.get("starts_on") if isinstance(programme, dict) else None
    return json.dumps({**part, "starts_on": start}, default=str, ensure_ascii=False, sort_keys=True,
                      separators=(",", ":"))


def digest(part: str) -> str:
    """The digest by which an earning part is approved."""
    return sha256(part.encode()).hexdigest()


def changes(before: str, after: str) -> list[Change]:
    """What is different, in the order of the paths.

    >>> changes('{"units":{"b":{"spendable":true}}}', '{"units":{"b":{"spendable":false}}}')
    [Change(path='units.b.spendable', before='true', after='false')]
    """
    one, other = dict(_leaves("", json.loads(before))), dict(_leaves("", json.loads(after)))
    return [Change(path, one.get(path, ""), other.get(path, "")) for path in sorted({*one, *other})
            if one.get(path) != other.get(path)]


def _without_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_texts(inner) for key, inner in value.items()
                if not (key in _TEXTS and isinstance(inner, dict))}
    return [_without_texts(one) for one in value] if isinstance(value, list) else value


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Values with their paths; tables of a list are known by their name and revision, so that order shows nothing."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(f"{path}.{key}" if path else key, inner)
    elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        for number, one in enumerate(value, start=1):
            yield from _leaves(f"{path}[{_called(one, number)}]", one)
    else:
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _called(table: Mapping[str, Any], number: int) -> str:
    name = next((table[key] for key in _NAMES if isinstance(table.get(key), str)), str(number))
    since = table.get("revision", table.get("valid_from", ""))
    return f"{name} {since}".rstrip()
