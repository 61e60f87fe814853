"""Orders where nothing stands in the way: on PostgreSQL one statement that looks again, pays, writes and keeps.

The statement calls a function of the database (migration 0055), which pays by that of `store.redemptions`. So account,
rewards and stock are locked for as long as that takes, and not for twenty ways to the server. It writes the same rows
as the general way, or none and leaves the decision to whoever looks closer.
"""

from collections.abc import Mapping
from json import JSONEncoder
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from treuwerk.store.driver import fetched

FUNCTION = "treuwerk_order"
_UNUSUAL = "TW001"
_TYPES = {
    "account": "bigint", "group": "text", "country": "text", "rewards": "text[]", "versions": "bigint[]",
    "catalogue": "bigint", "tier_units": "text[]", "tier_versions": "bigint[]", "unit": "text", "now": "bigint",
    "day": "text", "actor": "text", "cause": "text", "keeps_until": "bigint", "bucket": "bigint", "number": "bigint",
    "keys": "text[]", "evidences": "text[]", "amounts": "bigint[]", "order": "json", "lines": "json", "event": "json",
    "entry": "json", "message_id": "bigint", "topic": "text", "message": "text", "promotions": "text[]",
    "given": "bigint[]", "variants": "text[]", "pieces": "bigint[]"}
_CALL = {"postgresql": f"SELECT {FUNCTION}({', '.join(f'%({name})s::{kind}' for name, kind in _TYPES.items())})"}
_DOCUMENTS = [name for name, kind in _TYPES.items() if kind == "json"]
_encoded = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def order_at_once(connection: Connection, values: Mapping[str, Any]) -> int | None:
    """Place an order with all that belongs to it; what could be spent before, None where nothing is written.

    Raises:
        sqlalchemy.exc.DBAPIError: see `is_unusual`; otherwise as everywhere.
    """
    told = {**values, **{name: _encoded(values[name]) for name in _DOCUMENTS}}
    before: int | None = fetched(connection, _CALL, told)[0][0]
    return before


def is_unusual(error: DBAPIError) -> bool:
    """Whether it only says that the general way has to decide; its transaction is lost, and nothing is written."""
    return getattr(error.orig, "sqlstate", None) == _UNUSUAL
