"""Orders where nothing stands in the way: looked at without a lock, decided, and placed in one statement on PostgreSQL.

The statement looks again, behind its locks, whether all that the decision rests on is as it was. All else is left to
the general way, which tells what is wrong: so this one never refuses anything.
"""

from contextlib import nullcontext
from typing import Any

from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.ledger import bucket_of, moment
from treuwerk.domain.reward_kinds import Fulfilment
from treuwerk.domain.terms import kept_until
from treuwerk.services.ledger.order_bookings import booking_name
from treuwerk.services.ledger.redeeming import redemption_order
from treuwerk.services.orders.composing import Composition, Request, problems_of
from treuwerk.services.orders.looking_up import Placed, before_of, looked_up, offers_to
from treuwerk.services.orders.paying import Paid
from treuwerk.services.orders.telling import PLACED, payload_of
from treuwerk.store.accounts import versions_of
from treuwerk.store.faults import told_as_unknown
from treuwerk.store.order_looks import Looked
from treuwerk.store.orders_at_once import order_at_once

_POOLED = (Fulfilment.CODE, Fulfilment.SEAT)


def place_at_once(connection: Connection, request: Request, *, alone: bool) -> Placed | None:
    """The order, new or as it stood under its key before; None, with nothing written, where it is not usual.

    `alone`: its statement is a transaction by itself.

    Raises:
        KeyConflict: the key stands for another order.
        OutcomeUnknown: the connection broke while it was stored `alone`. Ask again with the same key.
        sqlalchemy.exc.DBAPIError: `is_unusual` of it: somebody was faster, and the transaction is lost.
    """
    units = list(dict.fromkeys(tier.unit for tier in request.settings.tiers if tier.unit))
    standing = versions_of(connection, request.account_id) if units else {}
    looked = looked_up(connection, request)
    if looked.before is not None:
        return before_of(request, looked)
    found = offers_to(connection, request, looked)
    if any(problems_of(request, found, looked.counted)):
        return None
    made = Composition(request, found, looked.counted)
    if made.waits or made.money or any(one.fulfilment in _POOLED for one in made.terms.values()):
        return None
    values = _values(made, looked, {unit: standing.get(unit, 0) for unit in units})
    with told_as_unknown() if alone else nullcontext():
        before = order_at_once(connection, values)
    return None if before is None else Placed(request.account_id, made.number, made.state, made.points, before,
                                              before - made.points)


def _values(made: Composition, looked: Looked, standing: dict[str, int]) -> dict[str, Any]:
    request = made.request
    now, unit, settings = request.now, request.unit, request.settings
    zone = settings.programme.time_zone
    rewards = {one.reward.number: one.version for one in looked.variants.values()}
    budgets = {code: points for code, points in sorted(made.budgets.items()) if points}
    return _bookings(made) | {
        "account": request.account_id, "group": looked.owner.group, "country": looked.country,
        "rewards": sorted(rewards), "versions": [rewards[number] for number in sorted(rewards)],
        "catalogue": looked.catalogue, "tier_units": list(standing), "tier_versions": list(standing.values()),
        "unit": unit, "now": now, "day": moment(now).astimezone(zone).date().isoformat(),
        "actor": request.access.actor, "cause": made.public_id,
        "keeps_until": kept_until(settings.units[unit].expires, now, zone), "bucket": bucket_of(request.account_id),
        "order": made.order, "lines": made.lines([Paid(one.line) for one in made.prices]), "event": made.event,
        "entry": made.entry, "message_id": next(ids.row_ids(now)), "topic": PLACED,
        "message": payload_of(request.account_id, made.number, made.state),
        "promotions": list(budgets), "given": list(budgets.values()), "variants": list(made.pieces),
        "pieces": list(made.pieces.values())}


def _bookings(made: Composition) -> dict[str, Any]:
    """The redemption of each line."""
    request = made.request
    orders = [redemption_order(request.account_id, request.unit, one.points,
                               booking_name(request.account_id, made.number, one.line), made.public_id,
                               request.access.actor) for one in made.prices]
    return {"number": next(ids.row_ids(request.now)), "keys": [one.key for one in orders],
            "evidences": [one.evidence for one in orders], "amounts": [one.points for one in made.prices]}
