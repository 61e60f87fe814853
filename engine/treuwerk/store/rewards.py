"""Rewards, their versions and their stock: read and written many at a time."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Insert, Row, Text, bindparam, cast, delete, func, insert, select, update
from sqlalchemy import text as sql

from treuwerk.domain.catalogue import Reward
from treuwerk.domain.rewards import RewardState
from treuwerk.store import catalogue_state, listed_rewards, plain_json, reward_drafts, stock_watches
from treuwerk.store.prepared import Prepared
from treuwerk.store.tables import order_line, reward, reward_stock, reward_variant, reward_version

_AT_ONCE = 1_000
_R, _S = reward.c, reward_stock.c
T = TypeVar("T")


def written(one: Reward) -> str:
    """A reward as it is kept: the same for the same reward."""
    return plain_json.written(one)


def read(content: str) -> Reward:
    """A reward from what is kept of it."""
    return plain_json.read(content, Reward)


def by_number(connection: Connection, numbers: Collection[str]) -> dict[str, Row[Any]]:
    """Rows of rewards, locked where the database can: who changes one sees what others changed."""
    found: dict[str, Row[Any]] = {}
    for some in _portions(sorted(numbers)):
        rows = connection.execute(select(reward).where(_R.number.in_(some)).order_by(_R.number).with_for_update())
        found |= {row.number: row for row in rows}
    return found


_VARIANTS = Prepared(select(reward_variant.c.variant, reward).select_from(reward_variant).join(
    reward, _R.number == reward_variant.c.number).where(
    reward_variant.c.variant.in_(bindparam("variants", expanding=True))).order_by(_R.number, reward_variant.c.variant))
_LOCKED = Prepared(select(_R.number).where(_R.number.in_(select(reward_variant.c.number).where(
    reward_variant.c.variant.in_(bindparam("variants", expanding=True))))).order_by(_R.number)
    .with_for_update(read=True))


def of_variants(connection: Connection, variants: Collection[str]) -> dict[str, Any]:
    """The row of the reward of each variant that is known."""
    found: dict[str, Any] = {}
    for some in _portions(sorted(variants)):
        found |= {row.variant: row for row in _VARIANTS.rows(connection, variants=some)}
    return found


def lock(connection: Connection, variants: Collection[str]) -> None:
    """See that the rewards of variants stay as they are until the transaction ends.

    Several orders of one reward do not wait for each other. On SQLite a transaction that writes has its turn already.
    """
    if connection.dialect.name == "postgresql":
        _LOCKED.rows(connection, variants=sorted(variants))


def some(connection: Connection, numbers: Collection[str]) -> dict[str, Row[Any]]:
    """Rows of rewards as they are, to be shown."""
    rows = connection.execute(select(reward).where(_R.number.in_(sorted(numbers))))
    return {row.number: row for row in rows}


def every(connection: Connection, states: Iterable[str] = ()) -> Sequence[Row[Any]]:
    """All rewards by number, or those in some states."""
    wanted = select(reward).order_by(_R.number)
    return connection.execute(wanted.where(_R.state.in_(sorted(states))) if states else wanted).all()


def versions(connection: Connection, state: str) -> dict[str, int]:
    """The version of each reward in a state, by number."""
    rows = connection.execute(select(_R.number, _R.version).where(_R.state == state).order_by(_R.number))
    return {row.number: row.version for row in rows}


def contents(connection: Connection, numbers: Collection[str]) -> dict[str, tuple[Reward, int]]:
    """Rewards with their versions, by number; nothing is locked."""
    found: dict[str, tuple[Reward, int]] = {}
    for some in _portions(sorted(numbers)):
        rows = connection.execute(select(_R.number, _R.content, _R.version).where(_R.number.in_(some)))
        found |= {row.number: (read(row.content), row.version) for row in rows}
    return found


def first_in(connection: Connection, state: str) -> dict[str, int]:
    """The instant at which each reward came into a state for the first time, by number."""
    own = reward_version.c
    rows = connection.execute(select(own.number, func.min(own.made_at).label("first")).where(own.state == state)
                              .group_by(own.number))
    return {row.number: row.first for row in rows}


def sold_out(connection: Connection) -> frozenset[str]:
    """Variants of which no piece is left.

    They come as one text: as long as it is the same, so is the set, and thousands of rows are not taken apart again.
    """
    [row] = _SOLD_OUT[connection.dialect.name].rows(connection)
    return _set_of(row.variants or "[]")


_GONE = sql("on_hand = reserved")
_SOLD_OUT = {"sqlite": Prepared(select(func.json_group_array(_S.variant, type_=Text).label("variants")).where(_GONE)),
             "postgresql": Prepared(select(cast(func.json_agg(_S.variant), Text).label("variants")).where(_GONE))}


@lru_cache(maxsize=16)
def _set_of(written: str) -> frozenset[str]:
    return frozenset(json.loads(written))


_PIECES = Prepared(select(_S.variant, _S.on_hand, _S.reserved).where(
    _S.variant.in_(bindparam("variants", expanding=True))))


def pieces(connection: Connection, variants: Collection[str]) -> dict[str, int]:
    """Pieces that can be ordered now of the variants that are counted; nothing is locked."""
    found: dict[str, int] = {}
    for some in _portions(sorted(variants)):
        found |= {row.variant: row.on_hand - row.reserved for row in _PIECES.rows(connection, variants=some)}
    return found


def history(connection: Connection, number: str) -> Sequence[Row[Any]]:
    """Every version of a reward, the newest first."""
    own = reward_version.c
    return connection.execute(select(reward_version).where(own.number == number).order_by(own.version.desc())).all()


def owners_of(connection: Connection, variants: Collection[str]) -> dict[str, str]:
    """The reward of each variant that is known."""
    found: dict[str, str] = {}
    for some in _portions(sorted(variants)):
        rows = connection.execute(select(reward_variant).where(reward_variant.c.variant.in_(some)))
        found |= {row.variant: row.number for row in rows}
    return found


def reward_of(connection: Connection, variant: str) -> Reward | None:
    """The reward that a variant belongs to, None where nobody has this number."""
    content = connection.execute(select(_R.content).join(reward_variant, reward_variant.c.number == _R.number).where(
        reward_variant.c.variant == variant)).scalar()
    return None if content is None else read(content)


def kinds_of(connection: Connection, numbers: Collection[str]) -> dict[str, str]:
    """The kind of each reward that is known."""
    found: dict[str, str] = {}
    for some in _portions(sorted(numbers)):
        rows = connection.execute(select(_R.number, _R.content).where(_R.number.in_(some)))
        found |= {row.number: read(row.content).kind for row in rows}
    return found


def save(connection: Connection, made: Sequence[tuple[Reward, int]], actor: str, source: str, now: int) -> None:
    """Write rewards, each with the version that it had before (0: it is new), and note the version that it has now."""
    rows = [{"number": one.number, "state": one.state.value, "content": written(one), "version": before + 1,
             "changed_by": actor, "changed_at": now} for one, before in made]
    _many(connection, insert(reward), [row for row in rows if row["version"] == 1])
    known = [{"wanted": row["number"], **{name: row[name] for name in row if name != "number"}} for row in rows
             if row["version"] != 1]
    if known:
        connection.execute(update(reward).where(_R.number == bindparam("wanted")), known)
    _many(connection, insert(reward_version), [
        {name: row[name] for name in ("number", "version", "state", "content")}
        | {"actor": actor, "source": source, "made_at": now} for row in rows])
    _name_variants(connection, [one for one, _ in made])
    if rows:
        catalogue_state.moved(connection, now)
    _list(connection, [one for one, _ in made], now)


def _list(connection: Connection, made: Sequence[Reward], now: int) -> None:
    """The rows of the list; a draft that people work on stays what is told of it."""
    drafts = reward_drafts.being_made(connection, [one.number for one in made])
    listed_rewards.write(connection, [listed_rewards.listed(plain_json.plain(one)) | {
        "stage": drafts[one.number].state if one.number in drafts else one.state.value,
        "offered": int(one.state is RewardState.PUBLISHED), "changed_at": now} for one in made])


def _name_variants(connection: Connection, made: Sequence[Reward]) -> None:
    for some in _portions(made):
        connection.execute(delete(reward_variant).where(reward_variant.c.number.in_([one.number for one in some])))
    _many(connection, insert(reward_variant), [{"variant": variant.number, "number": one.number}
                                               for one in made for variant in one.variants])


def stocks(connection: Connection, variants: Collection[str]) -> dict[str, Row[Any]]:
    """The stock of variants that are counted, locked in the order of their numbers where the database can."""
    found: dict[str, Row[Any]] = {}
    for some in _portions(sorted(variants)):
        rows = connection.execute(select(reward_stock).where(_S.variant.in_(some)).order_by(_S.variant)
                                  .with_for_update())
        found |= {row.variant: row for row in rows}
    return found


def counted(connection: Connection, variants: Collection[str]) -> dict[str, Row[Any]]:
    """The stock of variants that are counted, to be shown."""
    rows = connection.execute(select(reward_stock).where(_S.variant.in_(sorted(variants))))
    return {row.variant: row for row in rows}


def kept_for_orders(connection: Connection, variants: Collection[str]) -> dict[str, int]:
    """Pieces of variants that were kept for open orders while they were counted; their lines are locked."""
    found: dict[str, int] = {}
    for some in _portions(sorted(variants)):
        rows = connection.execute(select(order_line.c.variant, order_line.c.reserved).where(
            order_line.c.variant.in_(some), sql("order_line.reserved > 0")).with_for_update())
        for variant, pieces in rows:
            found[variant] = found.get(variant, 0) + pieces
    return found


def every_stock(connection: Connection) -> dict[str, int]:
    """Pieces on hand of every variant that is counted."""
    return {row.variant: row.on_hand for row in connection.execute(select(_S.variant, _S.on_hand))}


def set_stocks(connection: Connection, wanted: Mapping[str, int | None], known: Mapping[str, Row[Any]],
               now: int) -> None:
    """Pieces on hand of variants from now on; None: not counted any more. `known` are those that have a row.

    Who waits for one that has pieces now is told.
    """
    gone = [variant for variant, pieces in wanted.items() if pieces is None and variant in known]
    for some in _portions(gone):
        connection.execute(delete(reward_stock).where(_S.variant.in_(some)))
    rows = [{"variant": variant, "on_hand": pieces, "changed_at": now} for variant, pieces in wanted.items()
            if pieces is not None]
    new = [row for row in rows if row["variant"] not in known]
    kept = kept_for_orders(connection, [str(row["variant"]) for row in new])
    _many(connection, insert(reward_stock), [row | {"reserved": kept.get(str(row["variant"]), 0), "version": 1}
                                             for row in new])
    again = [{"wanted": row["variant"], "on_hand": row["on_hand"], "changed_at": now} for row in rows
             if row["variant"] in known]
    if again:
        connection.execute(update(reward_stock).where(_S.variant == bindparam("wanted")).values(
            on_hand=bindparam("on_hand"), changed_at=bindparam("changed_at"), version=_S.version + 1), again)
    stock_watches.tell(connection, wanted, now)


def _many(connection: Connection, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(statement, list(rows))


def _portions(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]
