"""Handovers to suppliers, and the lines that wait for one."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, case, insert, select, update
from sqlalchemy import text as sql

from treuwerk.domain.reward_orders import LineState
from treuwerk.store.tables import handover, order_line, reward_order
from treuwerk.store.tables.handovers import FOLLOWED, RECALLED

OPEN, UNKNOWN, ACCEPTED, REFUSED = "open", "unknown", "accepted", "refused"
_H, _L, _O = handover.c, order_line.c, reward_order.c


def waiting(connection: Connection, supplier: str, kinds: Collection[str], now: int, limit: int) -> Sequence[Row[Any]]:
    """Lines of a supplier that nobody can cancel by himself any more and that stand in no handover, locked."""
    return connection.execute(select(order_line).join(reward_order, and_(
        _O.account_id == _L.account_id, _O.id == _L.order_id)).where(
        _L.state == LineState.ORDERED.value, _L.supplier == supplier, _L.kind.in_(sorted(kinds)),
        _L.handover_key == "", _O.cancel_until <= now)
        .order_by(_L.account_id, _L.order_id, _L.line).limit(limit).with_for_update(of=order_line)).all()


def put_into(connection: Connection, row: Row[Any], key: str) -> bool:
    """Note the handover of a line; False where it stands in one already."""
    return connection.execute(update(order_line).where(
        _L.account_id == row.account_id, _L.order_id == row.order_id, _L.line == row.line,
        _L.handover_key == "").values(handover_key=key)).rowcount == 1


def add(connection: Connection, key: str, supplier: str, lines: str, now: int) -> None:
    """A new handover, to be tried at once."""
    connection.execute(insert(handover).values(
        key=key, supplier=supplier, state=OPEN, lines=lines, said="", attempts=0, not_before=now, made_at=now,
        changed_at=now, follow_at=0, recall_since=0, recall_at=0, recalled="[]"))


def due(connection: Connection, suppliers: Collection[str], now: int, limit: int) -> Sequence[Row[Any]]:
    """Handovers of some suppliers that nobody answered yet and that may be tried now, those that wait longest first."""
    return connection.execute(select(handover).where(
        _H.state.in_((OPEN, UNKNOWN)), _H.supplier.in_(sorted(suppliers)), _H.not_before <= now)
        .order_by(_H.not_before, _H.key).limit(limit)).all()


def begin(connection: Connection, row: Row[Any], not_before: int, now: int) -> bool:
    """Note an attempt before it is made; False where somebody else began one, or it was answered."""
    return connection.execute(update(handover).where(
        _H.key == row.key, _H.attempts == row.attempts, _H.state.in_((OPEN, UNKNOWN))).values(
        state=UNKNOWN, attempts=row.attempts + 1, not_before=not_before, changed_at=now)).rowcount == 1


def note_lines(connection: Connection, key: str, lines: str) -> None:
    """Keep which lines, and how many pieces of each, the supplier is told of."""
    connection.execute(update(handover).where(_H.key == key).values(lines=lines))


def answered(connection: Connection, key: str, state: str, said: str, now: int, follow_at: int = 0) -> bool:
    """Keep what a supplier said, and when it is asked what it sent; False where it was answered before."""
    return connection.execute(update(handover).where(_H.key == key, _H.state.in_((OPEN, UNKNOWN))).values(
        state=state, said=said, changed_at=now, follow_at=follow_at)).rowcount == 1


def followed(connection: Connection, suppliers: Collection[str], now: int, limit: int) -> Sequence[Row[Any]]:
    """Handovers of some suppliers that are to be asked what they sent, those that wait longest first."""
    return connection.execute(select(handover).where(
        sql(FOLLOWED), _H.follow_at <= now, _H.state == ACCEPTED, _H.supplier.in_(sorted(suppliers)))
        .order_by(_H.follow_at, _H.key).limit(limit)).all()


def follow_again(connection: Connection, row: Row[Any], at: int, **values: Any) -> bool:
    """Note when a supplier is asked next, 0 for never; False where somebody else asks it now."""
    return connection.execute(update(handover).where(
        _H.key == row.key, _H.follow_at == row.follow_at).values(follow_at=at, **values)).rowcount == 1


def call_off(connection: Connection, keys: Collection[str], now: int) -> None:
    """Something of handovers is not wanted any more; whoever was asked, and did not refuse, has to know."""
    if keys:
        connection.execute(update(handover).where(
            _H.key.in_(sorted(keys)), _H.attempts > 0, _H.state != REFUSED).values(recall_since=now, recall_at=now))


def recalled(connection: Connection, now: int, limit: int) -> Sequence[Row[Any]]:
    """Handovers that a supplier has, or may have, and of which it must be told something."""
    return connection.execute(select(handover).where(
        sql(RECALLED), _H.recall_at <= now, _H.state == ACCEPTED).order_by(_H.recall_at, _H.key).limit(limit)).all()


def recall_again(connection: Connection, row: Row[Any], at: int, **values: Any) -> bool:
    """Note when it is tried next, 0 for never; False where somebody else tries, or more was called off meanwhile."""
    return connection.execute(update(handover).where(
        _H.key == row.key, _H.recall_at == row.recall_at, _H.recall_since == row.recall_since).values(
        recall_at=at, **values)).rowcount == 1


def know_recalled(connection: Connection, row: Row[Any], recalled: str) -> None:
    """The supplier, or somebody in its place, knows of these; it is over unless more was called off meanwhile."""
    connection.execute(update(handover).where(_H.key == row.key).values(
        recalled=recalled, recall_at=case((_H.recall_since == row.recall_since, 0), else_=_H.recall_at)))


def say(connection: Connection, key: str, said: str, now: int) -> None:
    """Keep what a supplier said last."""
    connection.execute(update(handover).where(_H.key == key).values(said=said, changed_at=now))


def listed(connection: Connection, states: Collection[str], limit: int) -> Sequence[Row[Any]]:
    """Handovers in some states, the newest first."""
    wanted = select(handover).order_by(_H.made_at.desc(), _H.key).limit(limit)
    return connection.execute(wanted.where(_H.state.in_(sorted(states))) if states else wanted).all()


def some(connection: Connection, keys: Collection[str]) -> Sequence[Row[Any]]:
    """Handovers by their keys, the oldest first."""
    if not keys:
        return ()
    return connection.execute(select(handover).where(_H.key.in_(sorted(keys))).order_by(_H.made_at, _H.key)).all()


def bring_forward(connection: Connection, keys: Collection[str], now: int) -> None:
    """Have handovers that nobody answered tried at once."""
    if keys:
        connection.execute(update(handover).where(
            _H.key.in_(sorted(keys)), _H.state.in_((OPEN, UNKNOWN)), _H.not_before > now).values(not_before=now))
