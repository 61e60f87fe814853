"""Telling suppliers what they were asked for and nobody wants any more: by their channel, or else by a clerk.

A handover is called off in the transaction in which pieces of it are cancelled. Here the supplier is told how things
stand by now, until it answers. Where its channel cannot say it, or the supplier will not hear of it, the order stands
in the work queue with what is to be told.
"""

import json
from functools import partial
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.handovers import Answer, Cancellation, CancelledLine, ChannelUnavailable, Reply
from treuwerk.hookspecs import CancellingChannel
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.orders.changing import OpenOrder
from treuwerk.services.orders.handed import Place, name_of, noted_of, printable
from treuwerk.services.orders.reported import ask_for_help
from treuwerk.store import handovers as store
from treuwerk.store import reward_orders

TOLD, TO_TELL = "cancellation_told", "cancellation_to_tell"
_AT_ONCE, _WAIT = 100, 10 * 60 * 1_000_000


@attrs.define
class CalledOff:
    """What a run came to: cancellations that suppliers know of, that somebody has to tell, and of which is unknown."""

    told: int = 0
    by_hand: int = 0
    unknown: int = 0


def recall(installation: Installation, now: int) -> CalledOff:
    """Tell suppliers what is not wanted any more, where they do not know it yet. Twice at once is harmless."""
    result, settings = CalledOff(), installation.programme.settings
    channels = {one.head.name: one.channel for one in settings.suppliers}
    with installation.database.reading() as connection:
        due = store.recalled(connection, now, _AT_ONCE)
    for row in due:
        content = installation.database.run(partial(_begun, settings, row, now))
        if content is None:
            continue
        reply = _told(channels.get(row.supplier), content)
        installation.database.run(partial(_answered, settings, row, content, reply, now))
        result.told += reply.answer is Answer.ACCEPTED
        result.by_hand += reply.answer is Answer.REFUSED
        result.unknown += reply.answer is Answer.UNKNOWN
    return result


def _begun(settings: Settings, row: Row[Any], now: int, connection: Connection) -> Cancellation | None:
    """What is to be told, with a note that somebody does; None where nothing is, or somebody else does."""
    known, lines = _known(row), dict[Place, CancelledLine]()
    for place, told in noted_of(row).items():
        if told and (line := _cancelled(connection, settings, row, place, told)):
            lines[place] = line
    new = any(line.cancelled > known.get(place, 0) for place, line in lines.items())
    if not store.recall_again(connection, row, now + _WAIT if new else 0) or not new:
        return None
    return Cancellation(row.key, row.supplier, row.made_at, row.recall_since, tuple(lines.values()))


def _cancelled(connection: Connection, settings: Settings, row: Row[Any], place: Place,
               told: int) -> CancelledLine | None:
    account_id, number, at = place
    line = next(one for one in reward_orders.lines_of(connection, account_id, number) if one.line == at)
    gone = told - (line.quantity - line.cancelled)
    if gone <= 0 or line.handover_key != row.key:
        return None
    return CancelledLine(ids.public_id(ids.REWARD_ORDER, account_id, number), at, line.variant, line.reward,
                         name_of(settings, line), told, gone)


def _known(row: Row[Any]) -> dict[Place, int]:
    """The pieces of each line that were told of before."""
    return {(account_id, number, line): pieces for account_id, number, line, pieces in json.loads(row.recalled)}


def _told(channel: object, content: Cancellation) -> Reply:
    """What the supplier says; `refused` where nobody can tell it but people."""
    if not isinstance(channel, CancellingChannel):
        return Reply(Answer.REFUSED)
    try:
        reply = channel.cancel(content)
    except ChannelUnavailable as error:
        return Reply(Answer.UNKNOWN, str(error))
    except Exception as error:
        return Reply(Answer.UNKNOWN, f"{type(error).__name__}: {error}")
    return reply if reply.answer in (Answer.ACCEPTED, Answer.REFUSED) else Reply(Answer.UNKNOWN, reply.said)


def _answered(settings: Settings, row: Row[Any], content: Cancellation, reply: Reply, now: int,
              connection: Connection) -> None:
    """Keep who knows of it; more that was called off meanwhile is told with the next run."""
    if reply.answer is Answer.UNKNOWN:
        return
    places = {(*ids.account_and_row(one.order)[1:], one.line): one for one in content.lines}
    known = _known(row)
    for order_place in sorted({place[:2] for place in places}):
        order = OpenOrder(connection, settings, *order_place, now, actor=f"supplier {row.supplier}")
        new = [one for place, one in places.items()
               if place[:2] == order_place and one.cancelled > known.get(place, 0)]
        if not new:
            continue
        order.note(TOLD if reply.answer is Answer.ACCEPTED else TO_TELL, {
            "handover": row.key, "pieces": "; ".join(f"{one.cancelled}/{one.told} × {one.name}" for one in new),
            **({"said": said} if (said := printable(reply.said)) else {})})
        order.finish()
        if reply.answer is Answer.REFUSED:
            ask_for_help(connection, order_place, row.supplier, now)
    known |= {place: one.cancelled for place, one in places.items()}
    store.know_recalled(connection, row, json.dumps([[*place, pieces] for place, pieces in sorted(known.items())]))
