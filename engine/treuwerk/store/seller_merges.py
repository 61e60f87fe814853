"""Sellers that become one: what each has, and moving it."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, text, update

from treuwerk.domain.sellers import CODE
from treuwerk.store.sellers import aliases_of
from treuwerk.store.tables import alias, problem, purchase_identity, seller, seller_alias, seller_merge

_HOLDS = text("ended_at = 0")
_AT_ONCE = 500


def merged_into(connection: Connection, code: str) -> str:
    """The code of the seller that a code leads to since they were made one; empty where it does not."""
    return connection.execute(select(seller_alias.c.code).where(
        seller_alias.c.scheme == CODE, seller_alias.c.value == code)).scalar() or ""


def mappings_of(connection: Connection, code: str) -> Sequence[Row[Any]]:
    """Decisions on numbers of a seller that hold."""
    return connection.execute(select(alias).where(_HOLDS, alias.c.scope == code).order_by(alias.c.id)).all()


def waiting(connection: Connection, code: str) -> int:
    """How many lines wait for what a number of a seller means."""
    return connection.execute(select(func.count()).where(
        problem.c.waits_for != "", problem.c.scope == code, problem.c.settled_at.is_(None))).scalar_one()


def known_keys(connection: Connection, keys: Collection[str]) -> list[str]:
    """Which of these purchases are claimed."""
    found, wanted = list[str](), sorted(keys)
    for start in range(0, len(wanted), _AT_ONCE):
        found += connection.execute(select(purchase_identity.c.key).where(
            purchase_identity.c.key.in_(wanted[start:start + _AT_ONCE]))).scalars()
    return found


def booked_since(connection: Connection, part: str, first_id: int) -> bool:
    """Whether a purchase of a seller, as a part of keys, was claimed by a line that is not older than an id."""
    key = purchase_identity.c.key
    return connection.execute(select(key).where(
        key >= f"purchase|{part}|", key < f"purchase|{part}}}", purchase_identity.c.line_id >= first_id)
        .limit(1)).first() is not None


def give_up(connection: Connection, one: Row[Any], into: str, mappings: Collection[int],
            values: dict[str, Any]) -> None:
    """Let all that a seller is found by lead to another one, and keep how it was."""
    kept = [[row.scheme, row.value, row.written_as] for row in aliases_of(connection, one.code)]
    connection.execute(insert(seller_merge).values(
        code=one.code, into_code=into, name=one.name, country=one.country, aliases=json.dumps(kept),
        mappings=json.dumps([str(number) for number in mappings]), undone_at=0, undone_by="", **values))
    connection.execute(update(seller_alias).where(seller_alias.c.code == one.code).values(code=into))
    connection.execute(insert(seller_alias).values(scheme=CODE, value=one.code, code=into, written_as=one.code))
    connection.execute(delete(seller).where(seller.c.code == one.code))
    _move(connection, mappings, one.code, into)


def give_back(connection: Connection, row: Row[Any], now: int, actor: str) -> bool:
    """Make them two again; False where somebody did, or the one that stayed became another one since."""
    gone = connection.execute(delete(seller_alias).where(
        seller_alias.c.scheme == CODE, seller_alias.c.value == row.code, seller_alias.c.code == row.into_code))
    undone = connection.execute(update(seller_merge).where(
        seller_merge.c.id == row.id, seller_merge.c.undone_at == 0).values(undone_at=now, undone_by=actor))
    if gone.rowcount != 1 or undone.rowcount != 1:
        return False
    connection.execute(insert(seller).values(code=row.code, name=row.name, country=row.country, version=1,
                                             changed_at=now))
    for scheme, value, _ in json.loads(row.aliases):
        connection.execute(update(seller_alias).where(
            seller_alias.c.scheme == scheme, seller_alias.c.value == value,
            seller_alias.c.code == row.into_code).values(code=row.code))
    _move(connection, [int(number) for number in json.loads(row.mappings)], row.into_code, row.code)
    return True


def _move(connection: Connection, ids: Collection[int], before: str, after: str) -> None:
    wanted = sorted(ids)
    for start in range(0, len(wanted), _AT_ONCE):
        connection.execute(update(alias).where(alias.c.id.in_(wanted[start:start + _AT_ONCE]),
                                               alias.c.scope == before).values(scope=after))


def standing(connection: Connection, code: str) -> Sequence[Row[Any]]:
    """Sellers that were made one with this one and still are, the latest first."""
    return connection.execute(select(seller_merge).where(
        seller_merge.c.into_code == code, seller_merge.c.undone_at == 0).order_by(seller_merge.c.id.desc())).all()


def by_id(connection: Connection, number: int) -> Row[Any] | None:
    """One merge of sellers."""
    return connection.execute(select(seller_merge).where(seller_merge.c.id == number)).one_or_none()
