"""Pages of a sorted list, cut by a row and not by a count: a late page costs what the first one does.

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
    """Rows in their order, the key of the first one where others come before, and of the last one where more follow."""

    rows: tuple[Row[Any], ...]
    next: Key | None
    previous: Key | None = None


def sliced(connection: Connection, query: Select[*tuple[Any, ...]], order: Sequence[ColumnElement[Any]], *, limit: int,
           descending: bool = False, after: Key | None = None, before: Key | None = None) -> Slice:
    """One page of a query. `order` are columns without nulls of which the last one is unique among the rows.

    All columns run in the same direction, so that the database compares them as one tuple and walks an index. With
    `before`, it is the page that ends before that row: what was the page before the one that begins with it. The first
    page is always full. Where all rows behind `after` are gone, it is the last page that is still there.

    Raises:
        ValueError: a key has not as many values as there are columns, or there are two.
    """
    if after is not None and before is not None:
        raise ValueError("a page begins after a row or ends before one, not both")
    labelled = query.add_columns(*(column.label(f"key_{place}") for place, column in enumerate(order)))
    if before is not None:
        rows = _walk(connection, labelled, order, limit + 1, not descending, before)
        if len(rows) > limit:
            shown = tuple(reversed(rows[:limit]))
            return Slice(shown, _key(shown[-1], order), _key(shown[0], order))
        after = None
    rows = _walk(connection, labelled, order, limit + 1, descending, after)
    if after is not None and not rows:
        rows = _walk(connection, labelled, order, limit + 1, not descending, None)
        shown = tuple(reversed(rows[:limit]))
        return Slice(shown, None, _key(shown[0], order) if len(rows) > limit else None)
    shown = tuple(rows[:limit])
    return Slice(shown, _key(shown[-1], order) if len(rows) > limit else None,
                 _key(shown[0], order) if after is not None else None)


def _walk(connection: Connection, query: Select[*tuple[Any, ...]], order: Sequence[ColumnElement[Any]], limit: int,
          falling: bool, start: Key | None) -> Sequence[Row[Any]]:
    """Rows from a key on, which itself is left out, in one direction."""
    if start is not None:
        if len(start) != len(order):
            raise ValueError(f"a key of {len(start)} values for {len(order)} columns")
        own, place = tuple_(*order), tuple_(*(literal(value, column.type) for value, column in
                                              zip(start, order, strict=True)))
        query = query.where(own < place if falling else own > place)
    return connection.execute(query.order_by(*(column.desc() if falling else column.asc() for column in order))
                              .limit(limit)).all()


def _key(row: Row[Any], order: Sequence[ColumnElement[Any]]) -> Key:
    return tuple(row[-len(order):])
