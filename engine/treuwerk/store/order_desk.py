"""Orders as the service centre lists them: conditions in SQL, pages by key, and counts up to a bound."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import JSON, ColumnElement, Connection, and_, cast, exists, func, select

from treuwerk.domain.reward_orders import OPEN, UNDECIDED, LineState
from treuwerk.store.keyset import Key, Slice, sliced
from treuwerk.store.tables import account_merge, app_user, order_line, reward_order
from treuwerk.store.tables.base import WHOLE

_O, _L, _M = reward_order.c, order_line.c, account_merge.c
ORDER: Sequence[ColumnElement[Any]] = (_O.placed_at, _O.account_id, _O.id)
_DAY = 86_400_000_000
_LATE = OPEN - UNDECIDED
"""States in which somebody works on a line, or should."""
DECIDED = (LineState.WAITING, LineState.FAILED)
"""States in which an order waits for a decision of the service centre."""


@attrs.frozen
class Wanted:
    """What orders are narrowed to; empty values narrow nothing.

    `accounts` are all that an order may be of, `number` is one order.
    `late_at` asks for orders of which, at that instant, a line is in work for longer than its days of delivery.
    """

    states: Collection[str] = ()
    supplier: str = ""
    kind: str = ""
    accounts: Collection[int] | None = None
    number: tuple[int, int] | None = None
    placed_from: int | None = None
    placed_until: int | None = None
    late_at: int = 0


def page(connection: Connection, wanted: Wanted, *, limit: int, falling: bool, after: Key | None,
         before: Key | None) -> Slice:
    """Orders in the order in which they were placed, one statement."""
    return sliced(connection, select(reward_order).where(*_conditions(connection, wanted)), ORDER, limit=limit,
                  descending=falling, after=after, before=before)


def counted(connection: Connection, many: Mapping[str, Wanted], at_most: int) -> dict[str, int]:
    """How many orders each of these leaves, each up to `at_most`; one statement."""
    if not many:
        return {}
    sums = [select(func.count()).select_from(select(_O.id).where(*_conditions(connection, one)).limit(at_most)
                                             .subquery()).scalar_subquery() for one in many.values()]
    return dict(zip(many, connection.execute(select(*sums)).one(), strict=True))


def keys(connection: Connection, wanted: Wanted, limit: int) -> list[tuple[int, int]]:
    """Account and number of all orders that are left, the oldest first."""
    rows = connection.execute(select(_O.account_id, _O.id).where(*_conditions(connection, wanted)).order_by(
        *ORDER).limit(limit))
    return [(row.account_id, row.id) for row in rows]


def some(connection: Connection, orders: Collection[tuple[int, int]]) -> Sequence[Any]:
    """Orders by account and number, in no order."""
    if not orders:
        return ()
    return connection.execute(select(reward_order).where(_O.account_id.in_(sorted({one for one, _ in orders})),
                                                         _O.id.in_(sorted({one for _, one in orders})))).all()


def suppliers(connection: Connection, limit: int) -> list[str]:
    """Suppliers of lines of which pieces have not left yet, by name."""
    wanted = select(_L.supplier).where(_in_work(), _L.supplier != "").distinct().order_by(_L.supplier)
    return list(connection.execute(wanted.limit(limit)).scalars())


def names_of_users(connection: Connection, users: Collection[int]) -> dict[int, str]:
    """What users are called, by id."""
    if not users:
        return {}
    rows = connection.execute(select(app_user.c.user_id, app_user.c.name).where(app_user.c.user_id.in_(sorted(users))))
    return {row.user_id: row.name for row in rows}


def with_predecessors(connection: Connection, accounts: Collection[int]) -> set[int]:
    """Accounts, and those that were merged into them, over any number of merges."""
    found, fresh = set(accounts), set(accounts)
    while fresh:
        merged = connection.execute(select(_M.account_id).where(_M.into_account_id.in_(sorted(fresh)),
                                                                _M.undone_at.is_(None))).scalars()
        fresh = set(merged) - found
        found |= fresh
    return found


def _conditions(connection: Connection, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.states:
        found.append(_O.state.in_(sorted(wanted.states)))
    if wanted.accounts is not None:
        found.append(_O.account_id.in_(sorted(wanted.accounts)))
    if wanted.number is not None:
        found.append(and_(_O.account_id == wanted.number[0], _O.id == wanted.number[1]))
    if wanted.placed_from is not None:
        found.append(_O.placed_at >= wanted.placed_from)
    if wanted.placed_until is not None:
        found.append(_O.placed_at < wanted.placed_until)
    lines = _of_lines(connection, wanted)
    if lines:
        found.append(exists().where(_L.account_id == _O.account_id, _L.order_id == _O.id, *lines))
    if wanted.late_at:
        found.append(_O.state.in_(sorted(one.value for one in OPEN)))
    return found


def _of_lines(connection: Connection, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What one and the same line of an order has to be."""
    found = [column == value for column, value in ((_L.supplier, wanted.supplier), (_L.kind, wanted.kind)) if value]
    if wanted.late_at:
        days = _delivery_days(connection.dialect.name)
        found += [_L.state.in_(sorted(one.value for one in _LATE)), days > 0,
                  _O.placed_at + days * _DAY < wanted.late_at]
    return found


def _delivery_days(dialect: str) -> ColumnElement[int]:
    """Days that a reward takes, as its line was told when it was ordered."""
    if dialect == "sqlite":
        return cast(func.json_extract(_L.snapshot, "$.delivery_days"), WHOLE)
    return cast(func.json_extract_path_text(cast(_L.snapshot, JSON), "delivery_days"), WHOLE)


def _in_work() -> ColumnElement[bool]:
    return _L.state.in_(sorted(one.value for one in OPEN - {LineState.UNPAID}))
