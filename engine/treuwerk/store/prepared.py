"""Queries of SQLAlchemy that are compiled once and then go to the driver as they are.

For each statement SQLAlchemy looks up what it compiled, makes a context and wraps rows, which costs more than a lookup
by key does. Pages that everybody opens ask by this way; the statements are the same.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Boolean, Connection, Dialect, Select, TextualSelect
from sqlalchemy.dialects import sqlite

from treuwerk.store.driver import Statement, fetched

Query = Select[*tuple[Any, ...]] | TextualSelect
_LARGEST = 1_024
"""Statements with longer lists are not kept."""


@attrs.frozen
class _Made:
    statement: Statement
    constants: Mapping[str, Any]
    row: Callable[[Sequence[Any]], Any]


class Prepared:
    """A query whose values are given by name.

    Only for columns that drivers answer as they are, numbers and texts; truth values are something true or false.
    A list is for ``IN`` with an expanding parameter. It is filled up with its last value to the next power of two, so
    that few lengths have a statement of their own.
    """

    def __init__(self, query: Query) -> None:
        self._query = query
        self._made: dict[tuple[str, int], _Made] = {}

    def rows(self, connection: Connection, **values: Any) -> list[Any]:
        """All rows, with the columns as attributes. It begins the transaction as any other statement does."""
        if connection.dispatch.before_cursor_execute:  # who listens for statements is told by SQLAlchemy itself
            return list(connection.execute(self._query, values))
        lists = {name: _filled_up(value) for name, value in values.items() if isinstance(value, list)}
        given = {name: value for name, value in values.items() if name not in lists}
        for name, filled in lists.items():
            given |= {f"{name}_{place}": one for place, one in enumerate(filled, 1)}
        made = self._made_for(connection.dialect, {**values, **lists}, given)
        if not connection.in_transaction():
            connection.begin()
        return [made.row(row) for row in fetched(connection, made.statement, {**made.constants, **given})]

    def _made_for(self, dialect: Dialect, values: Mapping[str, Any], given: Mapping[str, Any]) -> _Made:
        key = dialect.name, len(given)
        made = self._made.get(key)
        if made is None:
            made = _make(self._query, dialect, values, given)
            if len(given) <= _LARGEST + len(values):
                self._made[key] = made
        return made


def _filled_up(values: Sequence[Any]) -> list[Any]:
    if not values or len(values) > _LARGEST:
        return list(values)
    return [*values, *[values[-1]] * ((1 << (len(values) - 1).bit_length()) - len(values))]


def _make(query: Query, dialect: Dialect, values: Mapping[str, Any], given: Mapping[str, Any]) -> _Made:
    named = sqlite.dialect(paramstyle="named") if dialect.name == "sqlite" else dialect
    state = query.compile(dialect=named).construct_expanded_state(dict(values))
    columns = query.selected_columns.items()
    for name, column in columns:
        changed = column.type.dialect_impl(named).result_processor(named, None)
        assert changed is None or isinstance(column.type, Boolean), f"{name} is not answered as the driver has it"
    row = namedtuple("Row", [name for name, _ in columns])  # type: ignore[misc]  # noqa: PYI024  # known only now
    constants = {name: value for name, value in state.parameters.items() if name not in given}
    return _Made({dialect.name: state.statement}, constants, row._make)
