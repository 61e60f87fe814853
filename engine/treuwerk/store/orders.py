"""Orders of durable work: each change is one conditional write, so that of two who try, one has done it."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, delete, func, or_, select, update
from sqlalchemy import text as sql

from treuwerk.domain.work import UNFINISHED, OrderState, Payload, Superseded, Ticket
from treuwerk.store.once import insert_once
from treuwerk.store.tables import work_order, work_step

IS_UNFINISHED = sql("work_order.state IN ('open', 'queued', 'running')")  # as the partial index has it
_ZEROS = {"delivery": 1, "attempts": 0, "worker": "", "beat": 0, "beaten_at": 0, "done": 0, "total": 0, "said": ""}
_W = work_order.c


def submit(connection: Connection, key: str, job: str, payload: Payload, now: int, *,
           not_before: int | None = None) -> bool:
    """Order work in the transaction of what it is about; False where the key is known, and nothing is ordered twice."""
    return insert_once(connection, work_order, {
        "key": key, "job": job, "payload": json.dumps(dict(payload), sort_keys=True, ensure_ascii=False),
        "state": OrderState.OPEN.value, "not_before": now if not_before is None else not_before, "created_at": now,
        "changed_at": now, **_ZEROS})


def one(connection: Connection, key: str) -> Row[Any] | None:
    """An order by its key."""
    return connection.execute(select(work_order).where(_W.key == key)).one_or_none()


def due(connection: Connection, now: int, limit: int) -> list[Ticket]:
    """Tickets of orders whose time has come, the longest due first."""
    rows = connection.execute(select(_W.key, _W.delivery).where(
        IS_UNFINISHED, _W.state == OrderState.OPEN.value, _W.not_before <= now).order_by(
        _W.not_before, _W.key).limit(limit))
    return [Ticket(*row) for row in rows]


def queued(connection: Connection, tickets: Sequence[Ticket], now: int) -> None:
    """Note that the queue has these tickets; those that are carried already are left alone."""
    if tickets:
        pairs = [and_(_W.key == key, _W.delivery == delivery) for key, delivery in tickets]
        connection.execute(update(work_order).where(_W.state == OrderState.OPEN.value, or_(*pairs)).values(
            state=OrderState.QUEUED.value, changed_at=now))


def begin(connection: Connection, ticket: Ticket, worker: str, now: int) -> Row[Any] | None:
    """Take an order in hand; None where its ticket is worth nothing any more."""
    return connection.execute(update(work_order).where(
        *_is(ticket), _W.state.in_([OrderState.OPEN.value, OrderState.QUEUED.value])).values(
        state=OrderState.RUNNING.value, worker=worker, beat=_W.beat + 1, beaten_at=now, changed_at=now).returning(
        *work_order.c)).one_or_none()


def beat(connection: Connection, ticket: Ticket, now: int, done: int, total: int) -> bool:
    """Show that the order is being done; False where it is not ours any more."""
    return _changed(connection, [*_is(ticket), _RUNNING], beat=_W.beat + 1, beaten_at=now, done=done, total=total)


def fence(connection: Connection, ticket: Ticket) -> None:
    """Go on only while the order is ours, and keep it so until this transaction ends.

    Raises:
        Superseded: it was cancelled or given to somebody else.
    """
    if not _changed(connection, [*_is(ticket), _RUNNING], beat=_W.beat + 1):
        raise Superseded(ticket.id)


def note_step(connection: Connection, work_key: str, step: str, now: int) -> bool:
    """Note that a step is done, in the transaction of what it does; False where it was done before."""
    return insert_once(connection, work_step, {"work_key": work_key, "step": step, "done_at": now})


def steps_of(connection: Connection, work_key: str) -> list[str]:
    """The steps that are done."""
    return list(connection.execute(select(work_step.c.step).where(work_step.c.work_key == work_key).order_by(
        work_step.c.step)).scalars())


def finish(connection: Connection, ticket: Ticket, now: int, said: str = "") -> bool:
    """The order is done."""
    return _changed(connection, [*_is(ticket), _RUNNING], state=OrderState.DONE.value, changed_at=now, said=said)


def settle(connection: Connection, key: str, now: int, said: str, *, failed: bool) -> bool:
    """Note what came of an order that nobody has begun: somebody did it another way."""
    state = OrderState.FAILED if failed else OrderState.DONE
    return _changed(connection, [_W.key == key, _W.state.in_([OrderState.OPEN.value, OrderState.QUEUED.value])],
                    state=state.value, changed_at=now, said=said)


def fail(connection: Connection, ticket: Ticket, now: int, said: str) -> bool:
    """No further attempt is made."""
    return _changed(connection, [*_is(ticket), _RUNNING], state=OrderState.FAILED.value, changed_at=now, said=said,
                    attempts=_W.attempts + 1)


def again(connection: Connection, ticket: Ticket, now: int, not_before: int, *, failed: bool, said: str) -> bool:
    """Let the order be done once more, by a new ticket; `failed` counts as an attempt."""
    return _changed(connection, [*_is(ticket), _W.state.in_(_values(UNFINISHED))], said=said,
                    attempts=_W.attempts + int(failed), **_new_ticket(now, not_before))


def anew(connection: Connection, ticket: Ticket, now: int, not_before: int, said: str) -> bool:
    """Begin a recurring order from the beginning: its attempts count from zero."""
    return _changed(connection, [*_is(ticket), _RUNNING], said=said, attempts=0, done=0, total=0,
                    **_new_ticket(now, not_before))


def move(connection: Connection, key: str, not_before: int, now: int) -> None:
    """Let a recurring order that waits be due earlier than it was."""
    _changed(connection, [_W.key == key, _W.state == OrderState.OPEN.value, _W.not_before > not_before],
             not_before=not_before, changed_at=now)


def cancel(connection: Connection, key: str, now: int) -> bool:
    """Nobody shall do it; who does it stops before the next step. False where it is over."""
    return _changed(connection, [_W.key == key, _W.state.in_(_values(UNFINISHED))],
                    state=OrderState.CANCELLED.value, changed_at=now)


def retry(connection: Connection, key: str, now: int) -> bool:
    """Do a failed or cancelled order once more, with all its attempts. False where it is none."""
    return _changed(connection, [_W.key == key, _W.state.in_([OrderState.FAILED.value, OrderState.CANCELLED.value])],
                    attempts=0, said="", **_new_ticket(now, now))


def carried(connection: Connection, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Orders that the queue has, or that somebody does, for whoever looks after dead workers."""
    return connection.execute(select(
        _W.key, _W.delivery, _W.state, _W.worker, _W.beat, _W.changed_at).where(
        IS_UNFINISHED, _W.state.in_([OrderState.QUEUED.value, OrderState.RUNNING.value])).order_by(
        _W.changed_at).limit(limit)).all()


def listed(connection: Connection, *, job: str = "", states: Sequence[OrderState] = (),
           limit: int = 50) -> Sequence[Row[*tuple[Any, ...]]]:
    """Orders, what is not finished first, then the latest."""
    unfinished: ColumnElement[int] = case((_W.state.in_(_values(UNFINISHED)), 0), else_=1)
    query = select(work_order).order_by(unfinished, _W.changed_at.desc(), _W.key).limit(limit)
    if job:
        query = query.where(_W.job == job)
    if states:
        query = query.where(_W.state.in_(_values(states)))
    return connection.execute(query).all()


def depths(connection: Connection, now: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """By job and state: how many orders are not finished, and since when the longest of them is due."""
    return connection.execute(select(
        _W.job, _W.state, func.count().label("orders"), func.min(_W.not_before).label("due_since")).where(
        IS_UNFINISHED, or_(_W.state != OrderState.OPEN.value, _W.not_before <= now)).group_by(_W.job, _W.state)).all()


def failures(connection: Connection) -> int:
    """How many orders wait for a person."""
    return connection.execute(select(func.count()).select_from(work_order).where(
        _W.state == OrderState.FAILED.value)).scalar_one()


def forget(connection: Connection, before: int) -> int:
    """Remove what was done or cancelled before an instant, with its steps; how many orders that were."""
    over = select(_W.key).where(_W.state.in_([OrderState.DONE.value, OrderState.CANCELLED.value]),
                                _W.changed_at < before)
    connection.execute(delete(work_step).where(work_step.c.work_key.in_(over)))
    return connection.execute(delete(work_order).where(_W.key.in_(over))).rowcount


_RUNNING = _W.state == OrderState.RUNNING.value


def _is(ticket: Ticket) -> list[Any]:
    return [_W.key == ticket.key, _W.delivery == ticket.delivery]


def _values(states: Sequence[OrderState]) -> list[str]:
    return [state.value for state in states]


def _new_ticket(now: int, not_before: int) -> dict[str, Any]:
    return {"state": OrderState.OPEN.value, "delivery": _W.delivery + 1, "not_before": not_before, "worker": "",
            "changed_at": now}


def _changed(connection: Connection, conditions: Sequence[Any], **values: Any) -> bool:
    return connection.execute(update(work_order).where(*conditions).values(**values)).rowcount == 1
