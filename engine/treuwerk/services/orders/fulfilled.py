"""Lines that are done by themselves: donations once they cannot be cancelled any more, and seats after their date."""

import json
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from treuwerk.domain.reward_kinds import SLOT, Fulfilment
from treuwerk.domain.reward_orders import LineState, OrderAct
from treuwerk.domain.rights import OutOfScope
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.orders.changing import OpenOrder
from treuwerk.services.orders.fulfilling import fulfilment_of
from treuwerk.services.rewards.kinds import terms_by_kind
from treuwerk.services.rewards.pools import today
from treuwerk.store import reward_orders as store

_AT_ONCE = 500
_BY_ITSELF = (Fulfilment.NONE, Fulfilment.SEAT)


def fulfil_by_themselves(installation: Installation, now: int) -> int:
    """Finish what nobody delivers: donations that nobody can cancel any more, and seats whose date is over.

    The answer is how many lines. Running it again is harmless.
    """
    settings = installation.programme.settings
    kinds = [kind for kind, terms in terms_by_kind(settings).items() if terms.fulfilment in _BY_ITSELF]
    done, behind = 0, (0, 0)
    while True:
        with installation.database.reading() as connection:
            found = store.ordered_as(connection, _BY_ITSELF, kinds, now, behind, _AT_ONCE)
        done += sum(installation.database.run(partial(_finish, settings, account_id, number, now))
                    for account_id, number in found)
        if len(found) < _AT_ONCE:
            return done
        behind = found[-1]


def _finish(settings: Settings, account_id: int, number: int, now: int, connection: Connection) -> int:
    try:
        order = OpenOrder(connection, settings, account_id, number, now)
    except OutOfScope:
        return 0
    lines = [line for line, row in order.lines.items() if _is_due(order, row)]
    for line in lines:
        order.apply(line, OrderAct.DELIVER)
    order.finish()
    return len(lines)


def _is_due(order: OpenOrder, row: Row[Any]) -> bool:
    way = fulfilment_of(order.settings, row)
    if way not in _BY_ITSELF or row.state != LineState.ORDERED or order.row.cancel_until > order.now:
        return False
    slot = str(json.loads(row.details).get(SLOT, ""))
    return way is Fulfilment.NONE or slot[:10] < today(order.settings, order.now).isoformat()
