"""Corrections as they are kept, and those that have to do with each other, with what they may be about."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain.correction_plans import about
from treuwerk.domain.corrections import BookedLine, Correction, CorrectionKind, target_of
from treuwerk.store import corrections as store

_encoded = json.JSONEncoder(ensure_ascii=False).encode


@attrs.define
class Known:
    """Corrections by key, with since when each that was kept before waits, and all lines of their documents."""

    corrections: dict[str, Correction] = attrs.field(factory=dict)
    since: dict[str, int | None] = attrs.field(factory=dict)
    lines: list[BookedLine] = attrs.field(factory=list)


def goods(account_id: int, article: str) -> str:
    """In place of a document: what a participant bought of an article."""
    return f"@{account_id}|{article}"


def targets_of(one: Correction) -> list[str]:
    """All that a correction is found by: the documents that it names, and the goods where it may be about any."""
    plain = one.kind is CorrectionKind.RETURN and one.account_id and one.article and not one.line
    return [*one.targets, goods(one.account_id, one.article)] if plain else list(one.targets)


def row_of(one: Correction, run_id: int, now: int, since: int | None) -> tuple[Any, ...]:
    """The row of a correction that a run brought; `since` is from when on it waits."""
    return (one.key, one.content, one.kind.value, one.day, _encoded(one), one.account_id, run_id, one.at, one.document,
            now, since)


def read_correction(detail: str) -> Correction:
    """A correction as it was kept."""
    key, content, kind, at, document, day, targets, kinds, *rest = json.loads(detail)
    one = Correction(key, content, CorrectionKind(kind), at, document, day, tuple(targets), tuple(kinds), *rest)
    return one._replace(serials=tuple(one.serials)) if one.serials else one


def concerned(connection: Connection, targets: set[str], new: Mapping[str, Correction],
              waiting: Mapping[str, int]) -> Known:
    """All corrections that have to do with each other: by documents that they name, or that share a line.

    `targets` are where to begin, those of the `new` ones among them; of these some were kept before and are `waiting`.
    """
    known = Known(dict(new), dict(waiting))
    lines, seen, asked = dict[tuple[int, int], BookedLine](), set[str](), set[str]()
    while fresh := targets - seen:
        found = {key: read_correction(noted.detail) for key, noted in _others(connection, fresh, known)}
        seen |= fresh
        targets = set(about(found.values()))
        wanted = (targets | fresh) - asked if found or new else set()
        asked |= wanted
        met = store.lines_of(connection, wanted)
        _add(lines, met)
        targets |= {target_of(line.key) for line in met} | store.names_of(connection, met)
        known.corrections |= found
    for key in [key for key, one in known.corrections.items() if not one.targets and known.since.get(key, 0) is None]:
        del known.corrections[key], known.since[key]  # nothing of it will ever change
    named = set(about(known.corrections.values()))
    known.lines = [line for line in lines.values() if target_of(line.key) in named or not named.isdisjoint(line.also)]
    return known


def _others(connection: Connection, targets: Iterable[str], known: Known) -> list[tuple[str, store.Noted]]:
    """Corrections about these documents that were not met before."""
    found = [(key, noted) for key, noted in store.concerning(connection, targets).items()
             if key not in known.corrections]
    known.since.update((key, noted.open_since) for key, noted in found)
    return found


def _add(lines: dict[tuple[int, int], BookedLine], met: Iterable[BookedLine]) -> None:
    for line in met:
        there = lines.get((line.account_id, line.id))
        lines[line.account_id, line.id] = line if there is None else line._replace(
            key=there.key, also=(*there.also, *(name for name in line.also if name not in there.also)))
