"""Which bookings belong to orders of rewards: what was ordered, cancelled or sent back, in short."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
from sqlalchemy import Connection, Row, bindparam, or_, select

from treuwerk.domain import ids
from treuwerk.domain.ledger import TransactionKind
from treuwerk.domain.reward_orders import OrderAct
from treuwerk.store.prepared import Prepared
from treuwerk.store.tables import journal, order_event, order_line

_L, _E = order_line.c, order_event.c
_OWN = (TransactionKind.REDEMPTION, TransactionKind.HOLD, TransactionKind.CAPTURE)
_LATER = (TransactionKind.RELEASE, TransactionKind.CANCELLATION)
_KINDS = frozenset({*_OWN, *_LATER})
_LINES = Prepared(select(
    _L.order_id, _L.line, _L.variant, _L.snapshot, _L.quantity, _L.hold_id, _L.transaction_id).where(
    _L.account_id == bindparam("account"), or_(_L.transaction_id.in_(bindparam("bookings", expanding=True)),
                                               _L.hold_id.in_(bindparam("bookings", expanding=True)))))
_ACTS = Prepared(select(_E.order_id, _E.line, _E.kind, _E.quantity).where(
    _E.account_id == bindparam("account"), _E.order_id.in_(bindparam("orders", expanding=True)),
    _E.kind.in_([OrderAct.CANCEL.value, OrderAct.RETURN.value])).order_by(_E.order_id, _E.id))
_KEYS = Prepared(select(journal.c.id, journal.c.business_key).where(
    journal.c.account_id == bindparam("account"), journal.c.id.in_(bindparam("bookings", expanding=True))))


@attrs.frozen
class OrderedPoints:
    """The order that a booking belongs to, by its public id, and what of it.

    `names` and `variant_names` are by language, as they were when it was ordered. `act` is ``cancel`` or ``return``
    where points came back, else empty.
    """

    order: str
    variant: str
    names: dict[str, str] = attrs.field(hash=False)
    variant_names: dict[str, str] = attrs.field(hash=False)
    pieces: int
    act: str = ""


def orders_of(connection: Connection, account_id: int, rows: Iterable[Row[Any]]) -> dict[int, OrderedPoints]:
    """The orders of bookings by their ids; `rows` have `id`, `kind` and `refers_to` of the journal."""
    own = {row.id: row for row in rows if row.kind in _KINDS}
    if not own:
        return {}
    bookings = {row.refers_to or row.id if row.kind in _LATER else row.id for row in own.values()}
    lines: dict[int, Any] = {}
    for line in _LINES.rows(connection, account=account_id, bookings=sorted(bookings)):
        lines |= {booking: line for booking in (line.hold_id, line.transaction_id) if booking is not None}
    found = {number: lines[booking] for number, row in own.items()
             if (booking := row.refers_to if row.kind in _LATER else number) in lines}
    acts = _acts(connection, account_id, {number: line for number, line in found.items()
                                          if own[number].kind in _LATER})
    return {number: _told(account_id, line, acts.get(number)) for number, line in found.items()}


def _acts(connection: Connection, account_id: int, back: Mapping[int, Any]) -> dict[int, Any]:
    """What made points come back, by booking: its key says how many pieces were cancelled and sent back by then."""
    if not back:
        return {}
    reached: dict[tuple[int, int], list[int]] = {}
    acts: dict[tuple[int, int, str], Any] = {}
    for act in _ACTS.rows(connection, account=account_id, orders=sorted({line.order_id for line in back.values()})):
        so_far = reached.setdefault((act.order_id, act.line), [0, 0])
        so_far[act.kind == OrderAct.RETURN.value] += act.quantity
        acts[act.order_id, act.line, "{}-{}".format(*so_far)] = act
    keys = {row.id: row.business_key for row in _KEYS.rows(connection, account=account_id, bookings=sorted(back))}
    return {number: act for number, line in back.items()
            if (act := acts.get((line.order_id, line.line, keys[number].rpartition("|")[2])))}


def _told(account_id: int, line: Any, act: Any) -> OrderedPoints:
    seen = json.loads(line.snapshot)
    return OrderedPoints(
        ids.public_id(ids.REWARD_ORDER, account_id, line.order_id), line.variant, seen.get("name", {}),
        seen.get("variant", {}), line.quantity if act is None else act.quantity, "" if act is None else act.kind)
