"""Messages that wait in the session for the next page: what was done, and how to undo it.

They lie in the session's `data`, beside what other parts keep there, and are gone once they were shown.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import attrs
from attrs.validators import in_
from sqlalchemy import Connection, select, update

from treuwerk.store.database import Database
from treuwerk.store.faults import DatabaseReadOnly
from treuwerk.store.tables import web_session

_KEY = "told"
_AT_MOST = 5
_LONGEST = 500
_TRIES = 5
TONES = ("good", "info", "warn", "bad")


@attrs.frozen
class Told:
    """One message in the reader's words; `undo_path` is where a POST of `undo_fields` undoes it, "" for nowhere.

    `link` is the path of what it is about, "" for none.
    """

    words: str
    tone: str = attrs.field(default="good", validator=in_(TONES))
    undo_path: str = ""
    undo_fields: Mapping[str, str] = attrs.field(factory=dict)
    link: str = ""


def tell(connection: Connection, session: str, told: Told) -> None:
    """Leave a message for the next page of a session (the hash of its id); the oldest of more than five goes."""
    kept = attrs.asdict(attrs.evolve(told, words=told.words[:_LONGEST]))
    _change(connection, session, lambda data: data | {_KEY: [*data.get(_KEY, []), kept][-_AT_MOST:]})


def hear(database: Database, session: str) -> list[Told]:
    """The messages of a session, each told once: who reads them takes them away."""
    with database.reading() as connection:
        if not _told(_data(connection, session)):
            return []
    try:
        with database.writing() as connection:
            before = _change(connection, session, lambda data: {key: data[key] for key in data if key != _KEY})
    except DatabaseReadOnly:
        return []  # told once something can be stored again
    return _told(before)


def _told(data: Mapping[str, Any]) -> list[Told]:
    return [Told(**one) for one in data.get(_KEY, [])]


def _data(connection: Connection, session: str) -> dict[str, Any]:
    text = connection.execute(select(web_session.c.data).where(web_session.c.id_hash == session)).scalar()
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def _change(connection: Connection, session: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Change the data unless somebody else did in between; then look again. The answer is what was there before."""
    for _ in range(_TRIES):
        text = connection.execute(select(web_session.c.data).where(web_session.c.id_hash == session)).scalar()
        if text is None:
            return {}
        before: dict[str, Any] = json.loads(text)
        changed = json.dumps(change(before), ensure_ascii=False, separators=(",", ":"))
        if connection.execute(update(web_session).where(web_session.c.id_hash == session, web_session.c.data == text)
                              .values(data=changed)).rowcount:
            return before
    return {}
