"""Trying again what a supplier did not take, or did not answer: from the order, by a clerk.

What a supplier refused goes into another handover. What nobody answered stays under its key, so that it is never
delivered twice, and is tried with the next run instead of when its turn comes.
"""

import attrs
from sqlalchemy import Connection

from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import LineState, OrderAct
from treuwerk.domain.rights import Access
from treuwerk.services.auditing import note_act
from treuwerk.services.installation import Installation
from treuwerk.services.orders.changing import OpenOrder
from treuwerk.services.orders.scope import WRITE, order_named
from treuwerk.store import handovers as store


@attrs.frozen
class TriedAgain:
    """Lines that are worked on again, and handovers that are tried at once."""

    lines: tuple[int, ...]
    handovers: tuple[str, ...]


def try_again(installation: Installation, access: Access, public_id: str, now: int, *,
              version: int | None = None) -> TriedAgain:
    """Work again on every line that failed, and have handovers tried of which nothing is known.

    Raises:
        Refusal: `still_cancellable` (until): whoever ordered may still cancel, so no supplier gets it yet;
            `nothing_to_try`, `changed_meanwhile`; nothing was changed.
        NotAllowed, OutOfScope: whoever acts may not, or there is no such order.
    """
    access.require(WRITE)

    def work(connection: Connection) -> TriedAgain:
        account_id, number = order_named(access, connection, public_id)
        order = OpenOrder(connection, installation.programme.settings, account_id, number, now, actor=access.actor,
                          version=version)
        states = {row.key: row.state for row in store.some(connection, {
            row.handover_key for row in order.lines.values() if row.handover_key})}
        lines = _failed(order, states)
        keys = tuple(key for key, state in sorted(states.items()) if state in (store.OPEN, store.UNKNOWN))
        _refuse_nothing(order, lines, keys)
        store.bring_forward(connection, keys, now)
        if not lines:
            order.note(OrderAct.RETRY.value, {"handover": ", ".join(keys)})
        state = order.finish()
        note_act(connection, access, "order.retry", account_id, order.public_id, now=now,
                 after={"lines": [str(line) for line in lines], "handovers": list(keys), "state": state.value})
        return TriedAgain(lines, keys)

    return installation.database.run(work)


def _failed(order: OpenOrder, states: dict[str, str]) -> tuple[int, ...]:
    """Lines that failed go on: one that its supplier has stays with it, one that was refused gets a new handover."""
    lines = tuple(number for number, row in order.lines.items() if row.state == LineState.FAILED)
    for number in lines:
        key = order.lines[number].handover_key
        if states.get(key) == store.ACCEPTED:
            order.apply(number, OrderAct.HAND_OVER, details={"handover": key})
        else:
            order.apply(number, OrderAct.RETRY, handover_key="" if states.get(key) == store.REFUSED else key)
    return lines


def _refuse_nothing(order: OpenOrder, lines: tuple[int, ...], keys: tuple[str, ...]) -> None:
    if lines or keys:
        return
    waits = any(row.state == LineState.ORDERED and not row.handover_key for row in order.lines.values())
    if waits and order.now < order.row.cancel_until:
        until = order.row.cancel_until
        raise Refusal("still_cancellable", f"the order can be cancelled until {moment(until).isoformat()} by whoever "
                      "placed it; suppliers get it then", until=until)
    raise Refusal("nothing_to_try", f"found an order that is {order.state.value}, expected lines that failed or a "
                  "supplier that did not answer", state=order.state.value)
