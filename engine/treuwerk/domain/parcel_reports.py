"""Parcels as suppliers write them down: as JSON, or as a table. What they hold is judged elsewhere, line by line."""

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any

from treuwerk.domain.handovers import SentParcel, SentPieces

COLUMNS = ("order", "line", "quantity", "carrier", "tracking")
"""What a table must have; ``parcel``, the name of the parcel, may stand beside them, and anything else."""
MOST_BYTES = 4 * 1024 * 1024
"""The largest report that a channel takes; a handover of thousands of lines fits many times."""


def parcels_in(content: object) -> tuple[SentParcel, ...]:
    """The parcels of ``{"parcels": [{"id", "carrier", "tracking", "lines": [{"order", "line", "quantity"}]}]}``.

    Texts may be left out, and so may all parcels. Other keys count for nothing.

    Raises:
        ValueError: something has another shape; it says where.

    >>> [one.carrier for one in parcels_in({"parcels": [{"carrier": "DHL", "lines": []}]})]
    ['DHL']
    """
    found = _list(_object(content, "answer"), "parcels", "")
    return tuple(_parcel(one, f"parcels[{at}]") for at, one in enumerate(found))


def parcels_in_table(text: str) -> tuple[SentParcel, ...]:
    """The parcels of a CSV with `COLUMNS`, separated by semicolons: a row for each line of an order in a parcel.

    Raises:
        ValueError: it ends within a row, lacks a column, is no table, or a row has no whole numbers; it says where.
    """
    if not text.endswith(("\n", "\r")):
        raise ValueError("found no end of the last row, expected a line end behind each; somebody may be writing it")
    content = StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"), newline="")
    rows = csv.DictReader(content, delimiter=";", strict=True)
    try:
        if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
            raise ValueError(f"found no column {', '.join(missing)}, expected {';'.join(COLUMNS)}")
        return _gathered({**row, "at": rows.line_num} for row in rows)
    except csv.Error as error:
        raise ValueError(f"after line {rows.line_num}: {error}; expected cells between semicolons, quoted as a "
                         "whole or not at all") from error


def _gathered(rows: Iterable[Mapping[str, Any]]) -> tuple[SentParcel, ...]:
    found: dict[tuple[str, str, str], list[SentPieces]] = {}
    for row in rows:
        name, carrier, tracking = ((row.get(column) or "").strip() for column in ("parcel", "carrier", "tracking"))
        found.setdefault((name, carrier, tracking), []).append(SentPieces(
            (row["order"] or "").strip(), _whole(row, "line"), _whole(row, "quantity")))
    return tuple(SentParcel(carrier, tracking, tuple(lines), name)
                 for (name, carrier, tracking), lines in found.items())


def _whole(row: Mapping[str, Any], column: str) -> int:
    text = (row[column] or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(f"line {row['at']}, {column}: found {text[:40]!r}, expected a whole number")
    return int(text)


def _parcel(content: object, where: str) -> SentParcel:
    found = _object(content, where)
    name, carrier, tracking = (_text(found, key, where) for key in ("id", "carrier", "tracking"))
    lines = [_pieces(one, f"{where}.lines[{at}]") for at, one in enumerate(_list(found, "lines", where))]
    return SentParcel(carrier, tracking, tuple(lines), name)


def _pieces(content: object, where: str) -> SentPieces:
    found = _object(content, where)
    return SentPieces(_text(found, "order", where), _number(found, "line", where), _number(found, "quantity", where))


def _number(found: Mapping[str, Any], key: str, where: str) -> int:
    content = found.get(key)
    if type(content) is not int:
        raise _misshaped(f"{where}.{key}", content, "a whole number")
    return content


def _object(content: object, where: str) -> Mapping[str, Any]:
    if not isinstance(content, dict):
        raise _misshaped(where, content, "an object")
    return content


def _list(found: Mapping[str, Any], key: str, where: str) -> list[Any]:
    content = found.get(key) or []
    if not isinstance(content, list):
        raise _misshaped(f"{where}.{key}".lstrip("."), content, "a list")
    return content


def _text(found: Mapping[str, Any], key: str, where: str) -> str:
    content = found.get(key)
    if content is not None and not isinstance(content, str):
        raise _misshaped(f"{where}.{key}", content, "a text")
    return content or ""


def _misshaped(where: str, found: object, expected: str) -> ValueError:
    return ValueError(f"{where}: found {found!r:.40}, expected {expected}")
