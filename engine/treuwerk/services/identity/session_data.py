"""What is kept with a session or with an unfinished way in: a small JSON object, changed by conditional writes.

A *flow* is what is known of somebody between two pages before there is a session: which password was right, what an
identity provider asked to keep, which challenge a passkey has to answer. It has a cookie of its own and ends after ten
minutes.
"""

import json
import secrets
from collections.abc import Callable
from typing import Any

import attrs
from sqlalchemy import Connection, delete, insert, select, update

from treuwerk.services.identity.sessions import SECOND, hashed
from treuwerk.store.tables import web_session

MOST_BYTES = 8 * 1024
FLOW_SECONDS = 600
_FLOW = "flow"
_TRIES = 5
Data = dict[str, Any]


class TooMuchData(ValueError):
    """More than 8 kB should be kept with a session."""


@attrs.frozen
class Flow:
    """A way in that is not finished; `key` is the hash of its token."""

    key: str
    data: Data


def data_of(connection: Connection, key: str) -> Data:
    """What is kept with a session, by its `id_hash`; empty where it ended."""
    text = connection.execute(select(web_session.c.data).where(web_session.c.id_hash == key)).scalar()
    found: Data = json.loads(text) if text else {}
    return found


def change_data(connection: Connection, key: str, change: Callable[[Data], Data]) -> bool:
    """Replace what is kept by what `change` makes of it; False where the session ended.

    `change` may be called again where somebody else wrote in between, so that nobody's values are lost.

    Raises:
        TooMuchData: more than 8 kB.
    """
    for _ in range(_TRIES):
        before = connection.execute(select(web_session.c.data).where(web_session.c.id_hash == key)).scalar()
        if before is None:
            return False
        after = _text(change(json.loads(before)))
        if connection.execute(update(web_session).where(
                web_session.c.id_hash == key, web_session.c.data == before).values(data=after)).rowcount == 1:
            return True
    return False


def set_value(connection: Connection, key: str, name: str, value: Any) -> bool:
    """Keep one value with a session; None takes it out."""
    return change_data(connection, key, lambda data: {
        other: kept for other, kept in {**data, name: value}.items() if kept is not None})


def take_value(connection: Connection, key: str, name: str) -> Any:
    """One value of a session, which is not kept any longer; None where there is none, or somebody else took it."""
    taken: list[Any] = []

    def change(data: Data) -> Data:
        taken[:] = [data.get(name)]
        return {other: kept for other, kept in data.items() if other != name}

    return taken[0] if change_data(connection, key, change) else None


def begin_flow(connection: Connection, data: Data, now: int) -> str:
    """Keep something for somebody without a session; the answer is the token for the cookie."""
    token = secrets.token_urlsafe(32)
    connection.execute(insert(web_session).values(
        id_hash=hashed(token), user_id=0, audience=_FLOW, account_id=0, person_id=0, viewing_account=0, created_at=now,
        seen_at=now, authenticated_at=0, method="", provider="", idp_session="", id_token="", source="", agent="",
        data=_text(data)))
    return token


def flow_of(connection: Connection, token: str, now: int) -> Flow | None:
    """The unfinished way in of a token; None where it is over."""
    row = connection.execute(select(web_session.c.id_hash, web_session.c.data).where(
        web_session.c.id_hash == hashed(token), web_session.c.audience == _FLOW,
        web_session.c.created_at > now - FLOW_SECONDS * SECOND)).one_or_none()
    return Flow(row.id_hash, json.loads(row.data)) if row else None


def end_flow(connection: Connection, token: str) -> bool:
    """Finish a way in; False where somebody else finished it already, so that each leads to one session."""
    return connection.execute(delete(web_session).where(
        web_session.c.id_hash == hashed(token), web_session.c.audience == _FLOW)).rowcount == 1


def _text(data: Data) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > MOST_BYTES:
        raise TooMuchData(f"found {len(text.encode())} bytes for a session, expected {MOST_BYTES} at most")
    return text
