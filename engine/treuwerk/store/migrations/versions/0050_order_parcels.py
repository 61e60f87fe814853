"""Parcels of orders as rows, made of what happened before; and orders by their state."""

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0050"
down_revision = "0051"
branch_labels = None
depends_on = None
_EVENTS = sa.table("order_event", *(sa.column(name) for name in (
    "account_id", "order_id", "id", "line", "kind", "quantity", "happened_at", "actor", "details")))
_PARCELS = sa.table("order_parcel", *(sa.column(name) for name in (
    "account_id", "order_id", "number", "carrier", "tracking", "sent_at", "delivered_at")))
_INSIDE = sa.table("order_parcel_line", *(sa.column(name) for name in (
    "account_id", "order_id", "parcel", "line", "pieces")))
_ACTS = ("ship", "deliver", "return")


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "order_parcel", *_keys("account_id", "order_id", "number"),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("carrier", "tracking")),
        *(sa.Column(name, WHOLE, nullable=False) for name in ("sent_at", "delivered_at")),
        sa.PrimaryKeyConstraint("account_id", "order_id", "number", name=op.f("pk_order_parcel")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_table(
        "order_parcel_line", *_keys("account_id", "order_id", "parcel", "line"),
        sa.Column("pieces", WHOLE, nullable=False),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_order_parcel_line_pieces")),
        sa.PrimaryKeyConstraint("account_id", "order_id", "parcel", "line", name=op.f("pk_order_parcel_line")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_reward_order_state", "reward_order", ["state", "placed_at", "account_id", "id"], unique=False)
    _fill(op.get_bind())


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_reward_order_state", table_name="reward_order")
    op.drop_table("order_parcel_line")
    op.drop_table("order_parcel")


def _keys(*names: str) -> Iterator["sa.Column[Any]"]:
    for name in names:
        yield sa.Column(name, WHOLE, autoincrement=False, nullable=False)


def _fill(connection: sa.Connection) -> None:
    events = connection.execute(sa.select(_EVENTS).where(_EVENTS.c.kind.in_(_ACTS)).order_by(
        _EVENTS.c.account_id, _EVENTS.c.order_id, _EVENTS.c.id)).all()
    for (account_id, order_id), happened in groupby(events, key=lambda one: (one.account_id, one.order_id)):
        place = {"account_id": account_id, "order_id": order_id}
        for number, ((carrier, tracking, sent_at, delivered_at), pieces) in enumerate(_parcels(list(happened)), 1):
            connection.execute(sa.insert(_PARCELS).values(
                **place, number=number, carrier=carrier, tracking=tracking, sent_at=sent_at, delivered_at=delivered_at))
            connection.execute(sa.insert(_INSIDE), [
                place | {"parcel": number, "line": line, "pieces": count} for line, count in pieces.items()])


Head = tuple[str, str, int, int]
"""Carrier, tracking, when it was sent and when it was there."""


def _parcels(happened: list[Any]) -> list[tuple[Head, dict[int, int]]]:
    """What left in parcels by the events of one order: what was shipped, and what people delivered without."""
    lines: dict[int, list[int]] = {}
    there: dict[int, int] = {}
    left: dict[tuple[str, str, int, bool], dict[int, int]] = {}
    for one in happened:
        details, line = json.loads(one.details), lines.setdefault(one.line, [0, 0, 0])
        gone = _follow(line, one)
        if one.kind == "deliver":
            there[one.line] = one.happened_at
        if gone and (one.kind == "ship" or not (one.actor == "system" or "codes" in details)):
            key = details.get("carrier", ""), details.get("tracking", ""), one.happened_at, one.kind == "deliver"
            left.setdefault(key, {})[one.line] = left.get(key, {}).get(one.line, 0) + gone
    found = []
    for (carrier, tracking, at, at_once), pieces in left.items():
        arrived = all(lines[line][1] + lines[line][2] == lines[line][0] for line in pieces)
        last = max((there[line] for line in pieces if line in there), default=0)
        found.append(((carrier, tracking, at, at if at_once else last if arrived else 0), pieces))
    return found


def _follow(line: list[int], event: Any) -> int:
    """Move shipped, delivered and returned pieces of a line on; how many left by it."""
    before = line[0]
    if event.kind == "ship":
        line[0] += event.quantity
    elif event.kind == "return":
        line[2] += event.quantity
        line[1] -= min(event.quantity, line[1])
    else:
        line[1] += event.quantity
        line[0] = max(line[0], line[1] + line[2])
    return line[0] - before
