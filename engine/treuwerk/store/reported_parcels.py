"""What suppliers reported of parcels: noted, or parked with the reason why not."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from treuwerk.store.tables import reported_parcel

NOTED, PARKED = "noted", "parked"
_R = reported_parcel.c
Order = tuple[int, int]
"""Account and number of an order."""


def one(connection: Connection, order: Order, handover_key: str, name: str) -> Row[Any] | None:
    """What was reported under a name for a locked order."""
    return connection.execute(select(reported_parcel).where(*_is(order, handover_key, name))).one_or_none()


def put(connection: Connection, order: Order, handover_key: str, name: str, now: int, **values: Any) -> None:
    """Keep a report of a locked order; one of this name that stands there is brought up to date."""
    changed = connection.execute(update(reported_parcel).where(*_is(order, handover_key, name)).values(
        **values, changed_at=now))
    if not changed.rowcount:
        connection.execute(insert(reported_parcel).values(
            account_id=order[0], order_id=order[1], handover_key=handover_key, name=name, reported_at=now,
            changed_at=now, **values))


def settle(connection: Connection, order: Order, handover_key: str, name: str, now: int) -> None:
    """What was parked under a name could be noted after all; nothing where nothing was."""
    connection.execute(update(reported_parcel).where(
        *_is(order, handover_key, name), _R.state == PARKED).values(state=NOTED, code="", said="", changed_at=now))


def parked_of(connection: Connection, order: Order) -> Sequence[Row[Any]]:
    """What could not be noted of an order, the oldest first."""
    return connection.execute(select(reported_parcel).where(
        _R.account_id == order[0], _R.order_id == order[1], _R.state == PARKED).order_by(
        _R.reported_at, _R.handover_key, _R.name)).all()


def blank(connection: Connection, accounts: Collection[int]) -> None:
    """Forget by which numbers parcels of some accounts could be followed; the names keep them from coming twice."""
    connection.execute(update(reported_parcel).where(_R.account_id.in_(sorted(accounts))).values(content="", said=""))


def _is(order: Order, handover_key: str, name: str) -> list[Any]:
    return [_R.account_id == order[0], _R.order_id == order[1], _R.handover_key == handover_key, _R.name == name]
