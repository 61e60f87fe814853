"""Who was first: a purchase is claimed by its key, and the database alone decides."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from treuwerk.store.bulk import insert_rows
from treuwerk.store.tables import purchase_identity

Claim = tuple[str, str, int, int]
"""Key, content, account, line id."""
Taken = dict[str, str]
"""Key → content of claims that were there before."""

_TAKEN = {
    "sqlite": text("SELECT key, content, line_id FROM purchase_identity "
                   "WHERE key IN (SELECT value FROM json_each(:keys))"),
    "postgresql": text("SELECT key, content, line_id FROM purchase_identity WHERE key = ANY(CAST(:keys AS text[]))"),
}
_CLAIM = {
    "sqlite": "INSERT OR IGNORE INTO purchase_identity (key, content, account_id, line_id) VALUES (?, ?, ?, ?)",
    "postgresql": text(
        "INSERT INTO purchase_identity (key, content, account_id, line_id) "
        "SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:contents AS text[]), CAST(:accounts AS bigint[]), "
        "CAST(:lines AS bigint[])) ON CONFLICT DO NOTHING"),
}


def taken(connection: Connection, keys: Iterable[str]) -> Taken:
    """Which of the keys are claimed already, with their content."""
    return {row.key: row.content for row in _found(connection, keys)}


def lines_of(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """The lines of those of the keys that are claimed."""
    return {row.key: row.line_id for row in _found(connection, keys)}


def claim(connection: Connection, claims: Sequence[Claim]) -> Taken:
    """Claim what is free; returns what was not, with the content of the first claim.

    Keys are claimed in their order, so that two runs over the same purchases cannot wait for each other in a circle.
    """
    if not claims:
        return {}
    ordered = sorted(claims)
    if _insert(connection, ordered) == len(ordered):
        return {}
    own = {key: line_id for key, _, _, line_id in ordered}
    return {row.key: row.content for row in _found(connection, own) if row.line_id != own[row.key]}


_ANEW = {
    "sqlite": "SELECT k.value, i.content FROM json_each(:keys) k CROSS JOIN purchase_identity i "
              "WHERE i.key >= k.value || '|n' AND i.key < k.value || '|o'",
    "postgresql": "SELECT k.value, i.content FROM unnest(CAST(:keys AS text[])) AS k(value) "
                  "CROSS JOIN purchase_identity i WHERE i.key >= k.value || '|n' AND i.key < k.value || '|o'",
}


def booked_anew(connection: Connection, keys: Sequence[str]) -> dict[str, set[str]]:
    """What is booked besides under keys of their own of the purchases that these keys name, by key."""
    parameter = json.dumps(keys) if connection.dialect.name == "sqlite" else list(keys)
    found: dict[str, set[str]] = {}
    for key, content in connection.execute(text(_ANEW[connection.dialect.name]), {"keys": parameter}):
        found.setdefault(key, set()).add(content)
    return found


def _insert(connection: Connection, ordered: list[Claim]) -> int:
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(str(_CLAIM["sqlite"]), ordered).rowcount
    # Nearly all files are new: COPY takes a quarter of the time, and gives up at the first key that is not free.
    with suppress(IntegrityError), connection.begin_nested():
        insert_rows(connection, purchase_identity, ordered)
        return len(ordered)
    keys, contents, accounts, lines = map(list, zip(*ordered, strict=True))
    values = {"keys": keys, "contents": contents, "accounts": accounts, "lines": lines}
    return connection.execute(_CLAIM["postgresql"], values).rowcount  # type: ignore[call-overload, no-any-return]


def _found(connection: Connection, keys: Iterable[str]) -> Iterator[Any]:
    wanted = list(keys)
    parameter = json.dumps(wanted) if connection.dialect.name == "sqlite" else wanted
    yield from connection.execute(_TAKEN[connection.dialect.name], {"keys": parameter})
