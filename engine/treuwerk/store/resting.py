"""Connections that rested may be dead: they are asked before they are used again, busy ones are not.

Asking costs a way to the server and back, as much as a statement of a redemption. A connection that was used a moment
ago and is dead all the same says so in its first statement, and the work is begun anew on a fresh one.
"""

from time import monotonic
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

RESTED_SECONDS = 2.0
_SINCE = "treuwerk_rests_since"


def ask_rested(engine: Engine) -> None:
    """Have the pool of an engine ask connections that rested for some seconds."""
    def rests(_: Any, record: Any) -> None:
        record.info[_SINCE] = monotonic()

    def wakes(connection: Any, record: Any, _: Any) -> None:
        if monotonic() - record.info.get(_SINCE, monotonic()) > RESTED_SECONDS and not _answers(engine, connection):
            raise DisconnectionError("the connection rested and is dead; the pool makes another one")

    event.listen(engine, "checkin", rests)
    event.listen(engine, "checkout", wakes)


def _answers(engine: Engine, connection: Any) -> bool:
    base: Any = engine.dialect.loaded_dbapi.Error
    try:
        return bool(engine.dialect.do_ping(connection))
    except base:
        return False
