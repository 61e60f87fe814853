"""Orders where nothing stands in the way: on PostgreSQL one statement that looks again, pays, writes and keeps.

The statement calls a function of the database (migration 0055), which pays by that of `store.redemptions`. So account,
rewards and stock are locked for as long as that takes, and not for twenty ways to the server. It writes the same rows
as the general way, or none and leaves the decision to whoever looks closer.
"""

from collections.abc import Mapping, Sequence
from json import JSONEncoder
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from treuwerk.store.driver import fetched, fetched_each

FUNCTION, FUNCTION_IF_FREE = "treuwerk_order", "treuwerk_order_if_free"
_UNUSUAL = "TW001"
_TYPES = {
    "account": "bigint", "group": "text", "country": "text", "rewards": "text[]", "versions": "bigint[]",
    "catalogue": "bigint", "tier_units": "text[]", "tier_versions": "bigint[]", "unit": "text", "now": "bigint",
    "day": "text", "actor": "text", "cause": "text", "keeps_until": "bigint", "bucket": "bigint", "number": "bigint",
    "keys": "text[]", "evidences": "text[]", "amounts": "bigint[]", "order": "json", "lines": "json", "event": "json",
    "entry": "json", "message_id": "bigint", "topic": "text", "message": "text", "promotions": "text[]",
    "given": "bigint[]", "variants": "text[]", "pieces": "bigint[]"}
_GIVEN = ", ".join(f"%({name})s::{kind}" for name, kind in _TYPES.items())
_CALL, _CALL_IF_FREE = ({"postgresql": f"SELECT {name}({_GIVEN})"} for name in (FUNCTION, FUNCTION_IF_FREE))
_LISTS = [name for name, kind in _TYPES.items() if kind.endswith("[]")]
_DOCUMENTS = [name for name, kind in _TYPES.items() if kind == "json"]
_encoded = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def order_at_once(connection: Connection, values: Mapping[str, Any]) -> int | None:
    """Place an order with all that belongs to it; what could be spent before, None where nothing is written.

    Raises:
        sqlalchemy.exc.DBAPIError: see `is_unusual`; otherwise as everywhere.
    """
    before: int | None = fetched(connection, _CALL, _told(values))[0][0]
    return before


def orders_if_free(connection: Connection, orders: Sequence[Mapping[str, Any]]) -> list[int | None]:
    """Place orders one behind the other in one way to the server, without waiting for anybody (migration 0064).

    Each answers as `order_at_once`, and None, too, where somebody else holds what it needs, or it is not there.

    Raises:
        sqlalchemy.exc.DBAPIError: see `is_unusual`; it is one of all of them.
    """
    told = [_told(values) for values in orders]
    if len(told) == 1:
        return [fetched(connection, _CALL_IF_FREE, told[0])[0][0]]
    return [rows[0][0] for rows in fetched_each(connection, _CALL_IF_FREE["postgresql"], told)] if told else []


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the driver gets them: documents and lists as texts, which it passes on as they are."""
    return {**values, **{name: _encoded(values[name]) for name in _DOCUMENTS},
            **{name: _listed(values[name]) for name in _LISTS}}


def _listed(values: Sequence[str | int]) -> str:
    """An array as PostgreSQL reads it."""
    return "{" + ",".join([str(one) if type(one) is int else _quoted(str(one)) for one in values]) + "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def is_unusual(error: DBAPIError) -> bool:
    """Whether it only says that the general way has to decide; its transaction is lost, and nothing is written."""
    return getattr(error.orig, "sqlstate", None) == _UNUSUAL
