"""Carts and checkouts: the rows of one user of one account."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, case, delete, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from treuwerk.store.prepared import Prepared
from treuwerk.store.tables import cart_line, checkout, reward_stock

_L, _C, _S = cart_line.c, checkout.c, reward_stock.c


def lines(connection: Connection, account_id: int, user_id: int) -> Sequence[Row[Any]]:
    """All lines of a cart, those for later among them, in the order in which they came."""
    return connection.execute(select(cart_line).where(_of(account_id, user_id)).order_by(
        _L.added_at, _L.variant)).all()


def line(connection: Connection, account_id: int, user_id: int, variant: str) -> Row[Any] | None:
    """One of them, locked where the database can."""
    return connection.execute(select(cart_line).where(
        _of(account_id, user_id), _L.variant == variant).with_for_update()).one_or_none()


def count(connection: Connection, account_id: int, user_id: int, *, later: bool | None = None) -> int:
    """How many lines there are; `later` counts only those for later, or only those to be ordered."""
    [row] = (_COUNT if later is None else _COUNT_OF).rows(
        connection, account=account_id, user=user_id, **({} if later is None else {"later": later}))
    return int(row.many)


_OWN = (_L.account_id == bindparam("account")) & (_L.user_id == bindparam("user"))
_COUNT = Prepared(select(func.count().label("many")).select_from(cart_line).where(_OWN))
_COUNT_OF = Prepared(select(func.count().label("many")).select_from(cart_line).where(
    _OWN, _L.later == bindparam("later")))


def put(connection: Connection, values: Mapping[str, Any], most: int) -> int:
    """Add a line; one that is there gets the pieces on top, up to `most`, and is to be ordered. Its pieces now."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    made = dialect.insert(cart_line).values(**values)
    whole = case((_L.later == True, 0), else_=_L.quantity) + made.excluded.quantity  # noqa: E712
    found: int = connection.execute(made.on_conflict_do_update(
        index_elements=[_L.account_id, _L.user_id, _L.variant],
        set_={"quantity": case((whole > most, most), else_=whole), "later": made.excluded.later,
              "points": made.excluded.points, "promotion": made.excluded.promotion,
              "changed_at": made.excluded.changed_at}).returning(_L.quantity)).scalar_one()
    return found


def change(connection: Connection, account_id: int, user_id: int, variant: str, **values: Any) -> bool:
    """Change a line; False where it is not there."""
    return connection.execute(update(cart_line).where(
        _of(account_id, user_id), _L.variant == variant).values(**values)).rowcount == 1


def remove(connection: Connection, account_id: int, user_id: int, variants: Collection[str]) -> int:
    """Take lines out; how many were there."""
    return connection.execute(delete(cart_line).where(
        _of(account_id, user_id), _L.variant.in_(sorted(variants)))).rowcount


def pieces(connection: Connection, variants: Collection[str]) -> dict[str, int]:
    """Pieces of variants that nobody has ordered yet; one that is not counted has no entry."""
    rows = connection.execute(select(_S.variant, (_S.on_hand - _S.reserved).label("free")).where(
        _S.variant.in_(sorted(variants))))
    return {row.variant: row.free for row in rows}


def answers(connection: Connection, account_id: int, user_id: int) -> str:
    """What was answered in a checkout so far, empty for nothing."""
    found: str | None = connection.execute(select(_C.content).where(
        _C.account_id == account_id, _C.user_id == user_id)).scalar()
    return found or ""


def keep_answers(connection: Connection, account_id: int, user_id: int, content: str, now: int) -> None:
    """Keep what was answered, in place of what was kept before."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    made = dialect.insert(checkout).values(account_id=account_id, user_id=user_id, content=content, changed_at=now)
    connection.execute(made.on_conflict_do_update(
        index_elements=[_C.account_id, _C.user_id], set_={"content": content, "changed_at": now}))


def forget_answers(connection: Connection, account_id: int, user_id: int) -> None:
    """An order was placed, or the checkout begins anew."""
    connection.execute(delete(checkout).where(_C.account_id == account_id, _C.user_id == user_id))


def move(connection: Connection, before: int, after: int, users: Collection[int]) -> None:
    """Carts of users go with them to another account; a line that they have there stays as it is.

    Addresses that were chosen are those of the account before, so checkouts begin anew.
    """
    other = cart_line.alias()
    there = exists().where(other.c.account_id == after, other.c.user_id == _L.user_id, other.c.variant == _L.variant)
    mine = and_(_L.account_id == before, _L.user_id.in_(sorted(users)))
    connection.execute(update(cart_line).where(mine, ~there).values(account_id=after))
    connection.execute(delete(checkout).where(_C.account_id == before, _C.user_id.in_(sorted(users))))


def forget(connection: Connection, accounts: Collection[int]) -> None:
    """Take out all carts of some accounts, and where they were to go."""
    connection.execute(delete(cart_line).where(_L.account_id.in_(sorted(accounts))))
    connection.execute(delete(checkout).where(_C.account_id.in_(sorted(accounts))))


def _of(account_id: int, user_id: int) -> ColumnElement[bool]:
    return and_(_L.account_id == account_id, _L.user_id == user_id)
