"""The different values of a column, found by jumping from one to the next along an index.

``SELECT DISTINCT`` looks at every row. A jump costs one look-up for each value, however many rows have it.
"""

from typing import Any

from sqlalchemy import Connection, func, literal, select


def values_of(connection: Connection, column: Any, *, behind: str = "", below: str = "",
              at_most: int = 200) -> list[str]:
    """Values greater than `behind` and, if given, less than `below`, in their order, at most so many.

    An index must begin with the column.
    """
    inside = [column < below] if below else []
    first = select(select(func.min(column)).where(column > behind, *inside).scalar_subquery().label("value"),
                   literal(1).label("place")).cte("walk", recursive=True)
    following = select(select(func.min(column)).where(column > first.c.value, *inside).scalar_subquery(),
                       first.c.place + 1).where(first.c.value.is_not(None), first.c.place < at_most)
    walk = first.union_all(following)
    return list(connection.execute(select(walk.c.value).where(walk.c.value.is_not(None)).order_by(walk.c.place))
                .scalars())
