"""When, how and from where a user signed in, as the user sees it, and what was tried in vain."""

import attrs
from sqlalchemy import Connection, delete, exists, insert, select

from treuwerk.domain import ids
from treuwerk.services.identity.sessions import SECOND, Origin
from treuwerk.store.tables import sign_in_event

SIGNED_IN, REFUSED, CONFIRMED, CHANGED, ATTEMPT = "signed_in", "refused", "confirmed", "changed", "attempt"
KEPT_DAYS = 180
_MOST_SHOWN = 50


@attrs.frozen
class Event:
    """One line of the history; `method` is how it was done, or what was changed."""

    happened_at: int
    outcome: str
    method: str
    source: str
    agent: str


def note_event(connection: Connection, user_id: int, outcome: str, method: str, now: int,
               origin: Origin | None = None) -> None:
    """Add a line to the history of a user."""
    origin = origin or Origin()
    connection.execute(insert(sign_in_event).values(
        user_id=user_id, id=next(ids.row_ids(now)), happened_at=now, outcome=outcome, method=method,
        source=origin.source, agent=origin.agent[:200]))


def history_of(connection: Connection, user_id: int, limit: int = _MOST_SHOWN) -> list[Event]:
    """What happened with a user's login, newest first."""
    columns = [sign_in_event.c[field.name] for field in attrs.fields(Event)]
    rows = connection.execute(select(*columns).where(sign_in_event.c.user_id == user_id)
                              .order_by(sign_in_event.c.id.desc()).limit(limit))
    return [Event(**row._mapping) for row in rows]


def was_here(connection: Connection, user_id: int, source: str) -> bool:
    """Whether a user signed in from this network before."""
    known = exists().where(sign_in_event.c.user_id == user_id, sign_in_event.c.outcome == SIGNED_IN,
                           sign_in_event.c.source == source)
    return bool(connection.execute(select(known)).scalar_one())


def sweep_history(connection: Connection, now: int) -> None:
    """Delete what is older than half a year."""
    connection.execute(delete(sign_in_event).where(
        sign_in_event.c.user_id > 0, sign_in_event.c.happened_at < now - KEPT_DAYS * 86_400 * SECOND))
