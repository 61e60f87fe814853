"""Payments of orders, what happened to them, and refunds."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy import text as sql

from treuwerk.domain.payments import PaymentState
from treuwerk.store.tables import payment, payment_event, payment_refund, reward_order

OPEN, UNKNOWN, ACCEPTED, REFUSED = "open", "unknown", "accepted", "refused"
STATES = (OPEN, UNKNOWN, ACCEPTED, REFUSED)
CAPTURED, REFUNDED, DOUBTED = "captured", "refunded", "doubted"
"""Kinds of events that stand for money: of the sums of these `captured` and `refunded` of a payment are made."""
_P, _E, _R = payment.c, payment_event.c, payment_refund.c


def add(connection: Connection, row: Mapping[str, Any]) -> None:
    """Write a new payment, with all columns."""
    connection.execute(insert(payment).values(**row))


def of_order(connection: Connection, account_id: int, number: int) -> Row[Any] | None:
    """The payment of an order; None where it is paid with points alone. Who changes it has locked the order."""
    return connection.execute(select(payment).where(_P.account_id == account_id, _P.order_id == number)).one_or_none()


def of_orders(connection: Connection, orders: Collection[tuple[int, int]]) -> dict[tuple[int, int], Row[Any]]:
    """Payments of some orders, by account and number."""
    numbers = sorted({number for _, number in orders})
    if not numbers:
        return {}
    rows = connection.execute(select(payment).where(_P.order_id.in_(numbers))).all()
    return {(row.account_id, row.order_id): row for row in rows if (row.account_id, row.order_id) in orders}


def by_reference(connection: Connection, reference: str) -> Sequence[Row[Any]]:
    """Payments under a reference; more than one where nobody can tell which is meant."""
    return connection.execute(select(payment).where(_P.reference == reference)).all()


def change(connection: Connection, before: Row[Any], now: int, **values: Any) -> None:
    """Write a payment of a locked order anew."""
    connection.execute(update(payment).where(_P.account_id == before.account_id, _P.order_id == before.order_id).values(
        **values, changed_at=now, version=_P.version + 1))


def note(connection: Connection, row: Row[Any], kind: str, key: str, amount: int, actor: str, now: int,
         details: str = "{}") -> bool:
    """Add to what happened to the payment of a locked order; False where it is noted under this key."""
    mine = (_E.account_id == row.account_id, _E.order_id == row.order_id)
    if connection.execute(select(_E.id).where(*mine, _E.key == key)).first():
        return False
    last = connection.execute(select(func.max(_E.id)).where(*mine)).scalar_one() or 0
    connection.execute(insert(payment_event).values(
        account_id=row.account_id, order_id=row.order_id, id=last + 1, kind=kind, key=key, amount=amount,
        happened_at=now, actor=actor, details=details))
    return True


def events_of(connection: Connection, account_id: int, number: int) -> Sequence[Row[Any]]:
    """What happened to the payment of an order, in its order."""
    return connection.execute(select(payment_event).where(
        _E.account_id == account_id, _E.order_id == number).order_by(_E.id)).all()


def locked(connection: Connection, account_id: int, number: int) -> Row[Any] | None:
    """The payment of an order, which nobody else changes before this transaction ends."""
    order = select(reward_order.c.id).where(reward_order.c.account_id == account_id, reward_order.c.id == number)
    connection.execute(order.with_for_update())
    return of_order(connection, account_id, number)


def due(connection: Connection, now: int, limit: int) -> Sequence[Row[Any]]:
    """Payments of which it may be looked up now what is known, those that wait longest first."""
    return connection.execute(select(payment).where(sql("payment.not_before > 0"), _P.not_before <= now)
                              .order_by(_P.not_before).limit(limit)).all()


def overdue(connection: Connection, now: int, limit: int) -> Sequence[Row[Any]]:
    """Payments that did not come in time."""
    return connection.execute(select(payment).where(sql("payment.state = 'open'"), _P.pay_until <= now)
                              .order_by(_P.pay_until).limit(limit)).all()


def begin(connection: Connection, row: Row[Any], not_before: int) -> bool:
    """Note an attempt to look up before it is made; False where somebody else began one."""
    return connection.execute(update(payment).where(
        _P.account_id == row.account_id, _P.order_id == row.order_id, _P.attempts == row.attempts).values(
        attempts=row.attempts + 1, not_before=not_before)).rowcount == 1


def listed(connection: Connection, states: Collection[str], limit: int) -> Sequence[Row[Any]]:
    """Payments in some states (none: in all), the newest first."""
    wanted = select(payment).order_by(_P.made_at.desc(), _P.account_id, _P.order_id).limit(limit)
    return connection.execute(wanted.where(_P.state.in_(sorted(states))) if states else wanted).all()


def refunds_of(connection: Connection, account_id: int, number: int) -> Sequence[Row[Any]]:
    """Refunds of an order, in their order."""
    return connection.execute(select(payment_refund).where(
        _R.account_id == account_id, _R.order_id == number).order_by(_R.id)).all()


def add_refund(connection: Connection, row: Mapping[str, Any]) -> None:
    """Write a new refund, with all columns."""
    connection.execute(insert(payment_refund).values(**row))


def due_refunds(connection: Connection, provider: str, now: int, limit: int) -> Sequence[Row[Any]]:
    """Refunds that a provider may be asked for now, those that wait longest first, each with its payment."""
    wanted = select(payment_refund, _P.provider, _P.reference, _P.currency, _P.key.label("payment")).join(
        payment, (_P.account_id == _R.account_id) & (_P.order_id == _R.order_id))
    return connection.execute(wanted.where(
        _R.state.in_((OPEN, UNKNOWN)), _R.not_before <= now, _P.provider == provider)
        .order_by(_R.not_before).limit(limit)).all()


def begin_refund(connection: Connection, row: Row[Any], not_before: int, now: int) -> bool:
    """Note an attempt before it is made; False where somebody else began one, or it was answered."""
    return connection.execute(update(payment_refund).where(
        *_this(row), _R.attempts == row.attempts, _R.state.in_((OPEN, UNKNOWN))).values(
        state=UNKNOWN, attempts=row.attempts + 1, not_before=not_before, changed_at=now)).rowcount == 1


def answered(connection: Connection, row: Row[Any], state: str, said: str, now: int) -> bool:
    """Keep what became of a refund; False where it was paid back before."""
    return connection.execute(update(payment_refund).where(*_this(row), _R.state != ACCEPTED).values(
        state=state, said=said, changed_at=now)).rowcount == 1


def listed_refunds(connection: Connection, states: Collection[str], limit: int) -> Sequence[Row[Any]]:
    """Refunds in some states (none: in all), the oldest first, each with what is known of its payment."""
    wanted = select(payment_refund, _P.provider, _P.reference, _P.currency, _P.payer).join(
        payment, (_P.account_id == _R.account_id) & (_P.order_id == _R.order_id))
    ordered = wanted.order_by(_R.made_at, _R.account_id, _R.order_id, _R.id).limit(limit)
    return connection.execute(ordered.where(_R.state.in_(sorted(states))) if states else ordered).all()


def refund_by_key(connection: Connection, account_id: int, key: str) -> Row[Any] | None:
    """One refund."""
    return connection.execute(select(payment_refund).where(_R.account_id == account_id, _R.key == key)).one_or_none()


def waits(row: Row[Any]) -> bool:
    """Whether money of the payment is awaited still."""
    return bool(row.state == PaymentState.OPEN)


def blank(connection: Connection, accounts: Collection[int]) -> None:
    """Take who paid out of the payments of some accounts; figures stay."""
    mine = sorted(accounts)
    connection.execute(update(payment).where(_P.account_id.in_(mine)).values(payer="", version=_P.version + 1))
    connection.execute(update(payment_event).where(_E.account_id.in_(mine)).values(details="{}"))


def _this(row: Row[Any]) -> tuple[Any, ...]:
    return _R.account_id == row.account_id, _R.order_id == row.order_id, _R.id == row.id
