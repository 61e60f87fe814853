"""Worlds and promotions: kept as documents with versions; budgets are counted inside the transaction of an order."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Generic, TypeVar

import attrs
from sqlalchemy import Connection, Row, Table, bindparam, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from treuwerk.domain.promotions import Arrangement, Promotion, World, arranged
from treuwerk.store import catalogue_state, plain_json
from treuwerk.store.prepared import Prepared
from treuwerk.store.tables import promotion, promotion_budget, promotion_version, reward_world, reward_world_version

T = TypeVar("T", World, Promotion)
_B = promotion_budget.c


@attrs.frozen
class Kept(Generic[T]):
    """One kind of documents: where they are and what they are."""

    table: Table
    versions: Table
    kind: type[T]
    _every: Prepared = attrs.field(init=False, eq=False, repr=False, default=attrs.Factory(
        lambda self: Prepared(select(self.table.c.code, self.table.c.content).order_by(self.table.c.code)),
        takes_self=True))

    def read(self, content: str) -> T:
        """A document from what is kept of it."""
        return plain_json.read(content, self.kind)

    def every(self, connection: Connection) -> dict[str, T]:
        """All of them by code."""
        return {row.code: self.read(row.content) for row in self._every.rows(connection)}

    def rows(self, connection: Connection, *, lock: bool = False) -> dict[str, Row[Any]]:
        """Their rows by code; locked where the database can, so that who changes one sees what others changed."""
        wanted = select(self.table).order_by(self.table.c.code)
        return {row.code: row for row in connection.execute(wanted.with_for_update() if lock else wanted)}

    def history(self, connection: Connection, code: str) -> Sequence[Row[Any]]:
        """All versions of one, the newest first."""
        own = self.versions.c
        return connection.execute(select(self.versions).where(own.code == code).order_by(own.version.desc())).all()

    def save(self, connection: Connection, made: Sequence[tuple[T, int]], actor: str, source: str, now: int) -> None:
        """Write some, each with the version that it had before (0: it is new), and note the version of now."""
        rows = [{"code": one.code, "content": plain_json.written(one), "version": before + 1, "changed_by": actor,
                 "changed_at": now} for one, before in made]
        if new := [row for row in rows if row["version"] == 1]:
            connection.execute(insert(self.table), new)
        if known := [{"wanted": row["code"], **{name: row[name] for name in row if name != "code"}} for row in rows
                     if row["version"] != 1]:
            connection.execute(update(self.table).where(self.table.c.code == bindparam("wanted")), known)
        if rows:
            connection.execute(insert(self.versions), [
                {name: row[name] for name in ("code", "version", "content")}
                | {"actor": actor, "source": source, "made_at": now} for row in rows])
            catalogue_state.moved(connection, now)


WORLDS = Kept(reward_world, reward_world_version, World)
PROMOTIONS = Kept(promotion, promotion_version, Promotion)


def arrangement(connection: Connection) -> Arrangement:
    """All that is published, with what promotions have given away: three statements, however many there are."""
    return arranged(WORLDS.every(connection).values(), PROMOTIONS.every(connection).values(), spent(connection))


_KEPT: dict[int, Arrangement] = {}


def arrangement_at(connection: Connection, catalogue: int) -> Arrangement:
    """The same for a state of the catalogue that was looked up before, as orders do: the newest is read only once."""
    kept = _KEPT.get(catalogue)
    if kept is None:
        kept = attrs.evolve(arrangement(connection), spent={})
        if catalogue:  # 0 is that of every programme at first
            _KEPT.clear()
            _KEPT[catalogue] = kept
    return attrs.evolve(kept, spent=spent(connection)) if any(one.budget for one in kept.promotions) else kept


_SPENT = Prepared(select(_B.code, _B.spent))


def spent(connection: Connection) -> dict[str, int]:
    """Points that each promotion has given away."""
    return {row.code: row.spent for row in _SPENT.rows(connection)}


def set_budgets(connection: Connection, budgets: Mapping[str, int], now: int) -> None:
    """What promotions may give away from now on; what they have given away stays as it is. 0: without end."""
    if not budgets:
        return
    made = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(promotion_budget)
    connection.execute(
        made.on_conflict_do_update(index_elements=["code"], set_={
            "budget": made.excluded.budget, "changed_at": made.excluded.changed_at}),
        [{"code": code, "budget": points, "spent": 0, "changed_at": now} for code, points in sorted(budgets.items())])


def take(connection: Connection, wanted: Mapping[str, int], now: int) -> dict[str, int]:
    """Take points of the budgets of promotions, in the order of their codes, so that orders at once cannot block.

    Returns:
        The promotions that could not pay, each with the points that it has left. Where there are any, the transaction
        is to be rolled back: the others have paid.
    """
    short = [code for code, points in sorted(wanted.items()) if points and not _taken(connection, code, points, now)]
    return _left(connection, short) if short else {}


def _taken(connection: Connection, code: str, points: int, now: int) -> bool:
    enough = or_(_B.budget == 0, _B.spent + points <= _B.budget)
    statement = update(promotion_budget).where(_B.code == code, enough).values(spent=_B.spent + points, changed_at=now)
    return connection.execute(statement).rowcount == 1


def _left(connection: Connection, codes: Collection[str]) -> dict[str, int]:
    rows = connection.execute(select(_B.code, _B.budget - _B.spent).where(_B.code.in_(codes)))
    left = {code: max(points, 0) for code, points in rows}
    return {code: left.get(code, 0) for code in codes}


def give_back(connection: Connection, points: Mapping[str, int], now: int) -> None:
    """Return points to the budgets of promotions, as when an order is cancelled; in the order of their codes."""
    for code, some in sorted(points.items()):
        connection.execute(update(promotion_budget).where(_B.code == code).values(
            spent=_B.spent - some, changed_at=now))
