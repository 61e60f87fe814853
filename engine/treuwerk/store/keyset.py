"""Pages of a sorted list, cut by the last row and not by a count: a late page costs what the first one does.

New rows move nothing under the reader's eyes, since a page begins behind a row and not behind a number of rows.
"""

from collections.abc import Sequence
from typing import Any

import attrs
from sqlalchemy import ColumnElement, Connection, Row, Select, literal, tuple_

Key = tuple[str | int, ...]
"""The sorted values of a row, the unique one last."""


@attrs.frozen
class Slice:
    """Rows in their order, and the key of the last one where more follow."""

    rows: tuple[Row[Any], ...]
    next: Key | None


def sliced(connection: Connection, query: Select[*tuple[Any, ...]], order: Sequence[ColumnElement[Any]], *, limit: int,
           descending: bool = False, after: Key | None = None) -> Slice:
    """One page of a query. `order` are columns without nulls of which the last one is unique among the rows.

    All columns run in the same direction, so that the database compares them as one tuple and walks an index.

    Raises:
        ValueError: `after` has not as many values as there are columns.
    """
    if after is not None:
        if len(after) != len(order):
            raise ValueError(f"a key of {len(after)} values for {len(order)} columns")
        own, behind = tuple_(*order), tuple_(*(literal(value, column.type) for value, column in
                                               zip(after, order, strict=True)))
        query = query.where(own < behind if descending else own > behind)
    keys = [column.label(f"key_{place}") for place, column in enumerate(order)]
    rows = connection.execute(query.add_columns(*keys).order_by(
        *(column.desc() if descending else column.asc() for column in order)).limit(limit + 1)).all()
    shown = tuple(rows[:limit])
    more = len(rows) > limit
    return Slice(shown, tuple(shown[-1][-len(order):]) if more else None)
