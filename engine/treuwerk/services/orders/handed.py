"""What stands in a handover: its lines, the pieces of which its supplier was told, and how a supplier gets them."""

import json
from typing import Any

from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.handovers import HandedLine, Handover
from treuwerk.programme.settings import Settings
from treuwerk.services.orders.changing import progress_of
from treuwerk.services.orders.destinations import destination_from
from treuwerk.services.rewards.kinds import terms_by_kind
from treuwerk.store import reward_orders

LONGEST_SAID = 500
Place = tuple[int, int, int]
"""Account, order and line."""


def places_of(row: Row[Any]) -> list[Place]:
    """The lines of a handover, in their order."""
    return [(account_id, number, line) for account_id, number, line, *_ in json.loads(row.lines)]


def told_of(row: Row[Any], content: Handover) -> dict[Place, int]:
    """The pieces of each line that the supplier was told of first; what was asked for once may have arrived."""
    if row.attempts:
        return noted_of(row)
    pieces = {(one.order, one.line): one.quantity for one in content.lines}
    return {place: pieces.get((ids.public_id(ids.REWARD_ORDER, *place[:2]), place[2]), 0) for place in places_of(row)}


def noted_of(row: Row[Any]) -> dict[Place, int]:
    """The same where it was tried before."""
    return {(account_id, number, line): sum(pieces) for account_id, number, line, *pieces in json.loads(row.lines)}


def content_of(connection: Connection, settings: Settings, row: Row[Any]) -> Handover:
    """What the supplier gets, made of the lines themselves; what was cancelled, and what left, is not in it."""
    places, lines = set(places_of(row)), list[HandedLine]()
    for account_id, number in sorted({place[:2] for place in places}):
        order = reward_orders.by_id(connection, account_id, number)
        assert order is not None
        mine = [line for line in reward_orders.lines_of(connection, account_id, number)
                if (account_id, number, line.line) in places and line.handover_key == row.key]
        lines += [_handed(settings, order, line) for line in mine if progress_of(line).to_ship]
    return Handover(row.key, row.supplier, row.made_at, tuple(lines))


def name_of(settings: Settings, line: Row[Any]) -> str:
    """What a reward was called, in the first language of the programme that has a name."""
    names: dict[str, str] = json.loads(line.snapshot)["name"]
    return next((names[code] for code in (*settings.programme.locales, *names) if names.get(code)), str(line.reward))


def printable(said: str) -> str:
    """Words of a supplier as they are kept: it may say what no database keeps."""
    return "".join(filter(str.isprintable, said))[:LONGEST_SAID]


def _handed(settings: Settings, order: Row[Any], line: Row[Any]) -> HandedLine:
    terms = terms_by_kind(settings).get(line.kind)
    where = destination_from(order.destination) if terms is None or terms.needs_address else None
    return HandedLine(ids.public_id(ids.REWARD_ORDER, order.account_id, order.id), line.line, line.variant, line.reward,
                      name_of(settings, line), progress_of(line).to_ship, json.loads(line.details), where, order.note)
