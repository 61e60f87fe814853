"""Handing lines over to suppliers: gathered under a key, tried until somebody answers, and never twice under two keys.

A line gets its key before anybody is asked, in a transaction of its own. An attempt is noted before it is made, so that
a process that dies in between leaves a handover of which nobody knows whether it arrived: that one is reconciled before
it is tried again, under the same key.
"""

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.handovers import Answer, ChannelUnavailable, Handover, Reply
from treuwerk.domain.reward_kinds import Fulfilment
from treuwerk.domain.reward_orders import LineState, OrderAct
from treuwerk.programme.settings import Settings, Supplier
from treuwerk.services.installation import Installation
from treuwerk.services.orders.changing import OpenOrder
from treuwerk.services.orders.channel_failures import channels_at_work, note_channel
from treuwerk.services.orders.handed import LONGEST_SAID, content_of, places_of, printable, told_of
from treuwerk.services.orders.reported import next_look, note_reported
from treuwerk.services.rewards.kinds import terms_by_kind
from treuwerk.store import handovers as store

_SECOND, _AT_ONCE = 1_000_000, 100
_FIRST_WAIT, _LONGEST_WAIT = 60, 3_600


@attrs.define
class HandedOver:
    """What a run came to: handovers that were made anew, and what became of those that were tried."""

    made: int = 0
    accepted: int = 0
    refused: int = 0
    unknown: int = 0


def hand_over(installation: Installation, now: int) -> HandedOver:
    """Gather what waits for each supplier of the programme, and try what is due. Twice at once is harmless."""
    result, settings = HandedOver(), installation.programme.settings
    suppliers = channels_at_work(installation)
    for supplier in suppliers:
        while installation.database.run(partial(_gather, settings, supplier, now)):
            result.made += 1
    channels = {one.head.name: one for one in suppliers}
    with installation.database.reading() as connection:
        due = store.due(connection, channels, now, _AT_ONCE)
    for row in due:
        if answer := _tried(installation, channels[row.supplier], row, now):
            setattr(result, answer.value, getattr(result, answer.value) + 1)
    return result


def _gather(settings: Settings, supplier: Supplier, now: int, connection: Connection) -> bool:
    """Put lines that wait into a handover; False where none do."""
    kinds = [kind for kind, terms in terms_by_kind(settings).items() if terms.fulfilment is Fulfilment.SUPPLIER]
    rows = store.waiting(connection, supplier.head.name, kinds, now, supplier.head.lines)
    if not rows:
        return False
    key = ids.public_id(ids.HANDOVER, 0, next(ids.row_ids(now)))
    mine = [row for row in rows if store.put_into(connection, row, key)]
    store.add(connection, key, supplier.head.name, json.dumps([
        [row.account_id, row.order_id, row.line] for row in mine]), now)
    return True


def _tried(installation: Installation, supplier: Supplier, row: Row[Any], now: int) -> Answer | None:
    """One attempt; None where somebody else makes it."""
    wait = min(_FIRST_WAIT << min(row.attempts, 10), _LONGEST_WAIT) * _SECOND
    settings = installation.programme.settings
    content = installation.database.run(partial(_begun, settings, row, now + wait, now))
    if content is None:
        return None
    reply = _asked(supplier, content, partial(note_channel, installation, supplier, now), again=row.attempts > 0)
    installation.database.run(partial(_answered, settings, row, content, reply, now))
    if reply.answer is Answer.NOT_THERE:
        return Answer.UNKNOWN if content.lines else Answer.ACCEPTED
    return reply.answer


def _begun(settings: Settings, row: Row[Any], not_before: int, now: int, connection: Connection) -> Handover | None:
    """Note an attempt, the first with the pieces that the supplier is told of; None where somebody else makes it."""
    if not store.begin(connection, row, not_before, now):
        return None
    content = content_of(connection, settings, row)
    if not row.attempts:
        told = told_of(row, content)
        store.note_lines(connection, row.key, json.dumps([[*place, pieces] for place, pieces in told.items()]))
    return content


def _asked(supplier: Supplier, content: Handover, failed: Callable[[Exception], None], *, again: bool) -> Reply:
    """What the supplier says; whatever a channel raises leaves it unknown."""
    try:
        known = supplier.channel.reconcile(content) if again else Reply(Answer.NOT_THERE)
        if not content.lines:
            return _without_lines(known)
        return known if known.answer in (Answer.ACCEPTED, Answer.REFUSED) else supplier.channel.hand_over(content)
    except ChannelUnavailable as error:
        return Reply(Answer.UNKNOWN, str(error))
    except Exception as error:
        failed(error)
        return Reply(Answer.UNKNOWN, f"{type(error).__name__}: {error}")


def _without_lines(known: Reply) -> Reply:
    """All of it is cancelled. Only who surely never got it needs not be told; for the others it is called off."""
    if known.answer is Answer.ACCEPTED:
        return attrs.evolve(known, said="the supplier has it, and all of it is cancelled since")
    if known.answer is Answer.UNKNOWN:
        return Reply(Answer.ACCEPTED, "nobody knows whether the supplier has it, and all of it is cancelled since")
    return known if known.answer is Answer.REFUSED else Reply(Answer.NOT_THERE, "nothing was left to be delivered")


def _answered(settings: Settings, row: Row[Any], content: Handover, reply: Reply, now: int,
              connection: Connection) -> None:
    """Keep the answer, and let the lines follow it, all in one transaction."""
    said = printable(reply.said)
    if reply.answer is Answer.NOT_THERE and not content.lines:
        store.answered(connection, row.key, store.ACCEPTED, said, now)
        store.note_lines(connection, row.key, json.dumps([[*place, 0] for place in places_of(row)]))
        return
    if reply.answer in (Answer.UNKNOWN, Answer.NOT_THERE):
        store.answered(connection, row.key, store.UNKNOWN, said, now)
        return
    act = OrderAct.HAND_OVER if reply.answer is Answer.ACCEPTED else OrderAct.FAIL
    told, late = told_of(row, content) if content.lines and reply.answer is Answer.ACCEPTED else {}, list[str]()
    places = places_of(row)
    for account_id, number in sorted({place[:2] for place in places}):
        order = OpenOrder(connection, settings, account_id, number, now, actor=f"supplier {row.supplier}")
        for place in places:
            if place[:2] == (account_id, number):
                known = [said] if said else []
                if gone := _cancelled_since(order, place[2], told.get(place, 0)):
                    known.append(gone)
                    late.append(gone)
                if _is_ours(order.lines[place[2]], row.key):
                    order.apply(place[2], act, details={"handover": row.key, **(
                        {"said": "; ".join(known)} if known else {})})
        order.finish()
    words = "; ".join([*late, *([said] if said else [])])[:LONGEST_SAID]
    if reply.answer is Answer.REFUSED:
        store.answered(connection, row.key, store.REFUSED, words, now)
        return
    store.answered(connection, row.key, store.ACCEPTED, words, now, follow_at=next_look(row, now))
    note_reported(connection, settings, row, reply.parcels, now)


def _cancelled_since(order: OpenOrder, line: int, told: int) -> str:
    """What the supplier learns next of a line of which it was told more pieces than are wanted by now."""
    row = order.lines[line]
    gone = told - (row.quantity - row.cancelled)
    return (f"{gone} of {told} pieces of line {line} of {order.public_id} were cancelled after the supplier was asked"
            if gone > 0 else "")


def _is_ours(line: Row[Any], key: str) -> bool:
    """Whether a line still waits for the answer: the service centre may have cancelled it meanwhile."""
    return bool(line.handover_key == key and line.state == LineState.ORDERED)


def listed(installation: Installation, states: Sequence[str] = (), limit: int = 100) -> list[dict[str, Any]]:
    """Handovers as people read them, the newest first."""
    with installation.database.reading() as connection:
        rows = store.listed(connection, states, limit)
    return [{"key": row.key, "supplier": row.supplier, "state": row.state, "lines": len(places_of(row)),
             "attempts": row.attempts, "said": row.said, "made_at": row.made_at, "changed_at": row.changed_at,
             "not_before": row.not_before} for row in rows]
