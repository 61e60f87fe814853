"""Handovers to suppliers, and the lines that wait for one."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update

from treuwerk.domain.reward_orders import LineState
from treuwerk.store.tables import handover, order_line, reward_order

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
        changed_at=now))


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


def answered(connection: Connection, key: str, state: str, said: str, now: int) -> bool:
    """Keep what a supplier said; False where it was answered before."""
    return connection.execute(update(handover).where(
        _H.key == key, _H.state.in_((OPEN, UNKNOWN))).values(state=state, said=said, changed_at=now)).rowcount == 1


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
