"""Messages about orders, left in the outbox in the transaction of what they tell."""

import json

from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.reward_orders import LineState
from treuwerk.store import reward_orders as store

PLACED, CHANGED = "reward_order_placed", "reward_order_changed"


def tell(connection: Connection, topic: str, account_id: int, number: int, state: LineState, now: int) -> None:
    """Leave word of an order: its public id and state, and nothing personal."""
    store.tell(connection, account_id, topic, payload_of(account_id, number, state), now)


def payload_of(account_id: int, number: int, state: LineState) -> str:
    """What such a message says."""
    return json.dumps({"order": ids.public_id(ids.REWARD_ORDER, account_id, number), "state": state.value})
