"""Many values as one parameter of a statement: an array on PostgreSQL, JSON on SQLite, which has none.

PostgreSQL gets the text of the array, which the statement casts: its driver would look at each value of a list, and
that takes longer than many a statement.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection


def array(values: Iterable[int | str | None]) -> str:
    r"""Numbers and texts as PostgreSQL writes an array of them.

    >>> array([12, 'a "b" \\', None])
    '{12,"a \\"b\\" \\\\",NULL}'
    """
    return f"{{{','.join(map(_written, values))}}}"


def listed(connection: Connection, values: Iterable[int | str]) -> str:
    """Values as one parameter."""
    return json.dumps(list(values)) if connection.dialect.name == "sqlite" else array(values)


def paired(connection: Connection, pairs: Sequence[tuple[int, int | str]], second: str) -> dict[str, str]:
    """Pairs of an account and something else: ``pairs`` on SQLite, ``accounts`` and a parameter called `second`."""
    if connection.dialect.name == "sqlite":
        return {"pairs": json.dumps(pairs)}
    return {"accounts": array([account for account, _ in pairs]), second: array([other for _, other in pairs])}


def columns(rows: Iterable[Sequence[Any]]) -> dict[str, str]:
    """The columns of rows as arrays for PostgreSQL: ``c0``, ``c1`` and so on."""
    return {f"c{at}": array(column) for at, column in enumerate(zip(*rows, strict=True))}


def _written(value: int | str | None) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return "NULL" if value is None else str(int(value))
