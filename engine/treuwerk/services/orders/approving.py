"""Orders above a limit wait for somebody in the service centre: approved, refused, or cancelled when time is over."""

from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection

from treuwerk.domain.actors import same_person, stated_reason
from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import LineState, OrderAct
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.installation import Installation
from treuwerk.services.orders.changing import OpenOrder, progress_of
from treuwerk.services.orders.scope import APPROVE, order_named
from treuwerk.services.participants.own_company import refuse_own_company
from treuwerk.store import reward_orders as store

APPROVED, REFUSED, LAPSED = "approved", "refused", "lapsed"
_AT_ONCE = 500
Decide = Callable[[OpenOrder], None]


def approve(installation: Installation, access: Access, public_id: str, now: int, *,
            version: int | None = None) -> LineState:
    """Approve an order that waits: its reserved points are spent, and it can be handed over. What the order is now.

    Raises:
        Refusal: `already_decided`, `too_late`, `self_approval`, `own_account`, `changed_meanwhile`; it stays as it is.
        NotAllowed, OutOfScope: whoever acts may not, or there is no such order.
    """
    def decide(order: OpenOrder) -> None:
        if now >= order.row.approve_until:
            raise Refusal("too_late", f"the order could be approved until {moment(order.row.approve_until).isoformat()}"
                          "; it is cancelled, and can be placed again", until=order.row.approve_until)
        _each_waiting(order, OrderAct.APPROVE)
        order.note(APPROVED)

    return _decided(installation, access, public_id, now, version, "order.approve", "", decide)


def refuse(installation: Installation, access: Access, public_id: str, now: int, *, reason: str,
           version: int | None = None) -> LineState:
    """Say no to an order that waits, and why: its points and pieces are free again.

    Raises:
        Refusal: `already_decided`, `self_approval`, `own_account`, `no_reason`, `changed_meanwhile`; it stays as it is.
        NotAllowed, OutOfScope: whoever acts may not, or there is no such order.
    """
    why = stated_reason(reason)

    def decide(order: OpenOrder) -> None:
        _each_waiting(order, OrderAct.CANCEL)
        order.note(REFUSED, {"reason": why})

    return _decided(installation, access, public_id, now, version, "order.refuse", why, decide)


def cancel_overdue(installation: Installation, now: int) -> int:
    """Cancel all orders that nobody approved in time; returns how many. Running it again is harmless."""
    cancelled = 0
    while overdue := _overdue(installation, now):
        done = sum(installation.database.run(partial(_lapsed, installation.programme.settings, account_id, number, now))
                   for account_id, number in overdue)
        cancelled += done
        if not done:  # somebody else decided meanwhile
            break
    return cancelled


def _overdue(installation: Installation, now: int) -> list[tuple[int, int]]:
    with installation.database.reading() as connection:
        return store.waiting_until(connection, now, _AT_ONCE)


def _lapsed(settings: Settings, account_id: int, number: int, now: int, connection: Connection) -> bool:
    try:
        order = OpenOrder(connection, settings, account_id, number, now)
    except OutOfScope:
        return False
    if order.state is not LineState.WAITING:
        return False
    _each_waiting(order, OrderAct.CANCEL)
    order.note(LAPSED)
    order.finish()
    return True


def _decided(installation: Installation, access: Access, public_id: str, now: int, version: int | None, action: str,
             why: str, decide: Decide) -> LineState:
    access.require(APPROVE)

    def work(connection: Connection) -> LineState:
        account_id, number = order_named(access, connection, public_id)
        order = OpenOrder(connection, installation.programme.settings, account_id, number, now, actor=access.actor,
                          version=version)
        if order.state is not LineState.WAITING:
            raise Refusal("already_decided", f"found an order that is {order.state.value}, expected one that waits",
                          state=order.state.value)
        refuse_own_company(access, connection, [account_id])
        if (access.user_id and order.row.user_id == access.user_id) or same_person(order.row.actor, access.actor):
            raise Refusal("self_approval", f"found {access.actor!r}, who placed it; expected another person")
        decide(order)
        state = order.finish()
        note_act(connection, access, action, account_id, public_id, now=now, after={"state": state.value}, reason=why)
        return state

    return installation.database.run(work)


def _each_waiting(order: OpenOrder, act: OrderAct) -> None:
    for number, row in order.lines.items():
        if progress_of(row).state is LineState.WAITING:
            order.apply(number, act)
