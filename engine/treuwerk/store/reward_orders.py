"""Orders of rewards and the stock that is kept for them."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy import text as sql

from treuwerk.domain.ids import USER, row_ids
from treuwerk.domain.ledger import Book, bucket_of
from treuwerk.domain.reward_kinds import SLOT, Fulfilment
from treuwerk.domain.reward_orders import OPEN, LineState, OrderAct
from treuwerk.store import parcels, reported_parcels, stock_watches
from treuwerk.store.driver import adding, both, executed, executed_many, fetched
from treuwerk.store.prepared import Prepared
from treuwerk.store.succession import belongs
from treuwerk.store.tables import order_event, order_line, posting, reward_order, reward_stock

Place = tuple[int, int, int]
"""Where an order stands in lists: the instant at which it was placed, its account and its number."""
_O, _L, _S = reward_order.c, order_line.c, reward_stock.c


_BY_KEY = Prepared(select(_O.account_id, _O.id, _O.state, _O.points, _O.evidence).where(
    _O.account_id == bindparam("account"), _O.key == bindparam("key")))


def by_key(connection: Connection, account_id: int, key: str) -> Any:
    """What identifies the order that stands under a key: account, id, state, points and evidence; None for none."""
    return next(iter(_BY_KEY.rows(connection, account=account_id, key=key)), None)


def by_id(connection: Connection, account_id: int, number: int, *, locked: bool = False) -> Row[Any] | None:
    """One order; `locked`: nobody else changes it or its lines before this transaction ends."""
    wanted = select(reward_order).where(_O.account_id == account_id, _O.id == number)
    return connection.execute(wanted.with_for_update() if locked else wanted).one_or_none()


def lines_of(connection: Connection, account_id: int, number: int) -> Sequence[Row[Any]]:
    """The lines of an order, in their order."""
    return connection.execute(select(order_line).where(
        _L.account_id == account_id, _L.order_id == number).order_by(_L.line)).all()


def events_of(connection: Connection, account_id: int, number: int) -> Sequence[Row[Any]]:
    """What happened to an order, in its order."""
    return connection.execute(select(order_event).where(
        order_event.c.account_id == account_id, order_event.c.order_id == number).order_by(order_event.c.id)).all()


def lines_of_orders(connection: Connection, orders: Collection[tuple[int, int]]) -> Sequence[Row[Any]]:
    """The lines of some orders, by account and number; in the order of each."""
    if not orders:
        return ()
    return connection.execute(select(order_line).where(tuple_(_L.account_id, _L.order_id).in_(sorted(orders)))
                              .order_by(_L.account_id, _L.order_id, _L.line)).all()


def newest(connection: Connection, limit: int, states: Collection[str] = (), before: Place | None = None, *,
           account_id: int = 0) -> Sequence[Row[Any]]:
    """Orders behind a place, newest first: all, or those of an account and of what was merged into it."""
    wanted = select(reward_order)
    if account_id:
        wanted = wanted.where(belongs(_O.account_id, account_id))
    if states:
        wanted = wanted.where(_O.state.in_(sorted(states)))
    if before:
        wanted = wanted.where(tuple_(_O.placed_at, _O.account_id, _O.id) < tuple_(*map(literal, before)))
    ordered = wanted.order_by(_O.placed_at.desc(), _O.account_id.desc(), _O.id.desc())
    return connection.execute(ordered.limit(limit)).all()


def every(connection: Connection, at_once: int) -> Iterator[Sequence[Row[Any]]]:
    """All orders in portions, the oldest first."""
    behind: Place = (-1, -1, -1)
    place = tuple_(_O.placed_at, _O.account_id, _O.id)
    while rows := connection.execute(select(reward_order).where(place > tuple_(*map(literal, behind))).order_by(
            _O.placed_at, _O.account_id, _O.id).limit(at_once)).all():
        yield rows
        behind = rows[-1].placed_at, rows[-1].account_id, rows[-1].id


def add(connection: Connection, order: Mapping[str, Any], lines: Sequence[Mapping[str, Any]],
        events: Sequence[Mapping[str, Any]]) -> None:
    """Write a new order with its lines and what happened so far; each row with all of its columns."""
    executed(connection, _ADD_ORDER[connection.dialect.name], order)
    executed_many(connection, _ADD_LINE[connection.dialect.name], lines)
    executed_many(connection, _ADD_EVENT[connection.dialect.name], events)


_ADD_ORDER, _ADD_LINE, _ADD_EVENT = adding(reward_order), adding(order_line), adding(order_event)


_TELL = both("INSERT INTO outbox (account_id, id, bucket, topic, payload, created_at) "
             "VALUES ( :account, :id, :bucket, :topic, :payload, :now )")


def tell(connection: Connection, account_id: int, topic: str, payload: str, now: int) -> None:
    """Leave a message about an order in the outbox."""
    executed(connection, _TELL[connection.dialect.name], {
        "account": account_id, "id": next(row_ids(now)), "bucket": bucket_of(account_id), "topic": topic,
        "payload": payload, "now": now})


def lapsed(connection: Connection, account_id: int, cancellations: Sequence[int]) -> int:
    """Points that came back by cancellations of an account and expired in the same bookings."""
    if not cancellations:
        return 0
    return int(connection.execute(select(func.coalesce(func.sum(posting.c.amount), 0)).where(
        posting.c.account_id == account_id, posting.c.transaction_id.in_(cancellations),
        posting.c.book == Book.EXPIRED.value)).scalar_one())


def note(connection: Connection, events: Sequence[Mapping[str, Any]]) -> None:
    """Add to what happened."""
    connection.execute(insert(order_event), list(events))


def last_event(connection: Connection, account_id: int, number: int) -> int:
    """The number of what happened last to an order; the first is 1."""
    last = select(func.max(order_event.c.id)).where(
        order_event.c.account_id == account_id, order_event.c.order_id == number)
    return int(connection.execute(last).scalar_one() or 0)


def waiting_until(connection: Connection, now: int, limit: int) -> list[tuple[int, int]]:
    """Account and id of orders that nobody approved in time, the oldest first."""
    rows = connection.execute(select(_O.account_id, _O.id).where(
        sql("reward_order.state = 'waiting'"), _O.approve_until <= now).order_by(_O.approve_until).limit(limit))
    return [(row.account_id, row.id) for row in rows]


class LineChanged(RuntimeError):
    """Somebody changed an order or a line of it without locking the order."""


def change_line(connection: Connection, before: Row[Any], now: int, **values: Any) -> None:
    """Write a line of a locked order anew.

    Raises:
        LineChanged: it is not what was read.
    """
    changed = connection.execute(update(order_line).where(
        _L.account_id == before.account_id, _L.order_id == before.order_id, _L.line == before.line,
        _L.version == before.version).values(**values, changed_at=now, version=before.version + 1))
    if changed.rowcount != 1:
        raise LineChanged(f"order line {before.order_id}/{before.line} is not version {before.version} any more")


def change_order(connection: Connection, before: Row[Any], now: int, **values: Any) -> None:
    """Write a locked order anew.

    Raises:
        LineChanged: it is not what was read.
    """
    changed = connection.execute(update(reward_order).where(
        _O.account_id == before.account_id, _O.id == before.id, _O.version == before.version).values(
        **values, changed_at=now, version=before.version + 1))
    if changed.rowcount != 1:
        raise LineChanged(f"order {before.id} is not version {before.version} any more")


_LEFT = Prepared(select(_S.variant, (_S.on_hand - _S.reserved).label("left")).where(
    _S.variant.in_(bindparam("variants", expanding=True))))


def left_in_stock(connection: Connection, variants: Collection[str]) -> dict[str, int]:
    """Pieces that can be ordered, of those variants that are counted, without a lock."""
    return {row.variant: row.left for row in _LEFT.rows(connection, variants=sorted(variants))} if variants else {}


_RESERVE = both("UPDATE reward_stock SET reserved = reserved + :pieces , version = version + 1, changed_at = :now "
                "WHERE variant = :variant AND on_hand - reserved >= :pieces RETURNING variant")


def reserve(connection: Connection, variant: str, pieces: int, now: int) -> bool:
    """Keep pieces of a variant for an order; False where there are not so many, or none are counted."""
    return bool(fetched(connection, _RESERVE, {"variant": variant, "pieces": pieces, "now": now}))


def give_back(connection: Connection, variant: str, pieces: int, now: int) -> None:
    """Pieces that were kept for an order can be ordered again; nothing where they are not counted any more.

    Who waits for them is told.
    """
    connection.execute(update(reward_stock).where(_S.variant == variant).values(
        reserved=_S.reserved - pieces, version=_S.version + 1, changed_at=now))
    stock_watches.tell(connection, [variant], now)


def send_away(connection: Connection, variant: str, pieces: int, now: int) -> None:
    """Pieces that were kept for an order have left the stock."""
    connection.execute(update(reward_stock).where(_S.variant == variant).values(
        reserved=_S.reserved - pieces, on_hand=_S.on_hand - pieces, version=_S.version + 1, changed_at=now))


def uncount(connection: Connection, account_id: int, number: int, variants: Collection[str]) -> None:
    """Note that nothing is kept for lines of an order, since their variants are not counted any more."""
    connection.execute(update(order_line).where(
        _L.account_id == account_id, _L.order_id == number, _L.variant.in_(sorted(variants))).values(reserved=0))


def ordered_as(connection: Connection, ways: Collection[Fulfilment], kinds: Collection[str], now: int,
               behind: tuple[int, int], limit: int) -> list[tuple[int, int]]:
    """Account and number of orders with lines that are ordered and cannot be cancelled any more.

    Only those that were ordered as fulfilled in some ways, or, since old ones do not say so, are of some kinds. They
    come in the order of these two; `behind` is the last that is known.
    """
    rows = connection.execute(select(_O.account_id, _O.id).distinct().join(order_line, and_(
        _L.account_id == _O.account_id, _L.order_id == _O.id)).where(
        _L.state == LineState.ORDERED.value, _fulfilled(ways, kinds), _O.cancel_until <= now,
        tuple_(_O.account_id, _O.id) > behind)
        .order_by(_O.account_id, _O.id).limit(limit))
    return [(row.account_id, row.id) for row in rows]


def _fulfilled(ways: Collection[Fulfilment], kinds: Collection[str]) -> ColumnElement[bool]:
    """Lines that say so, or may be; a name that reads like it stands there with its quotes escaped."""
    return or_(_L.kind.in_(sorted(kinds)), *(
        _L.snapshot.contains(f'"fulfilment":"{way.value}"', autoescape=True) for way in ways))


def delivered_as(connection: Connection, way: Fulfilment, kinds: Collection[str], since: int,
                 until: int) -> Sequence[Row[Any]]:
    """Pieces delivered between two instants, those that came back below zero; lines as `ordered_as` has them."""
    came, pieces = order_event.c.kind == OrderAct.RETURN.value, order_event.c.quantity
    acts = (OrderAct.DELIVER.value, OrderAct.RETURN.value)
    wanted: Select[*tuple[Any, ...]] = select(
        _L.reward, _L.variant, _L.supplier, _L.kind, _L.snapshot, _L.points_each,
        case((came, -pieces), else_=pieces).label("pieces"))
    return connection.execute(wanted.join(
        order_event, and_(order_event.c.account_id == _L.account_id, order_event.c.order_id == _L.order_id,
                          order_event.c.line == _L.line)).where(
        order_event.c.kind.in_(acts), order_event.c.happened_at >= since,
        order_event.c.happened_at < until, _fulfilled([way], kinds))).all()


def open_of(connection: Connection, accounts: Collection[int]) -> int:
    """How many orders of some accounts have pieces that have not left yet."""
    still = select(func.count()).select_from(reward_order).where(
        _O.account_id.in_(sorted(accounts)), _O.state.in_(sorted(one.value for one in OPEN)))
    return int(connection.execute(still).scalar_one())


def blank(connection: Connection, accounts: Collection[int]) -> None:
    """Take addresses, notes, answers and reasons out of the orders of some accounts; figures and bookings stay.

    So does the date of a seat, which is taken for good.
    """
    mine = sorted(accounts)
    connection.execute(update(reward_order).where(_O.account_id.in_(mine)).values(
        destination="", note="", evidence="", user_id=0, actor=_nobody(_O.actor), version=_O.version + 1))
    seats = _dates_only(connection, mine)
    connection.execute(update(order_line).where(_L.account_id.in_(mine)).values(details="{}", version=_L.version + 1))
    if seats:
        connection.execute(update(order_line).where(
            _L.account_id == bindparam("account"), _L.order_id == bindparam("order"),
            _L.line == bindparam("at")).values(details=bindparam("kept")), seats)
    parcels.blank(connection, mine)
    reported_parcels.blank(connection, mine)
    connection.execute(update(order_event).where(order_event.c.account_id.in_(mine)).values(
        details="{}", actor=_nobody(order_event.c.actor)))


def _nobody(actor: ColumnElement[str]) -> ColumnElement[str]:
    """Nobody in place of people of the portal; who worked on it in the service centre stays."""
    return case((actor.startswith(f"{USER}_", autoescape=True), ""), else_=actor)


def _dates_only(connection: Connection, accounts: Collection[int]) -> list[dict[str, Any]]:
    """The lines of some accounts that name a date, with nothing else of what was answered."""
    rows = connection.execute(select(_L.account_id, _L.order_id, _L.line, _L.details).where(
        _L.account_id.in_(accounts), _L.details.contains(f'"{SLOT}":')))
    return [{"account": row.account_id, "order": row.order_id, "at": row.line,
             "kept": json.dumps({SLOT: slot}, separators=(",", ":"))}
            for row in rows if (slot := json.loads(row.details).get(SLOT))]
