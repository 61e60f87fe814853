"""Who was first: a purchase is claimed by its key, and the database alone decides."""

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, text

from treuwerk.store.bulk import insert_rows
from treuwerk.store.tables import purchase_identity

Claim = tuple[str, str, int, int]
"""Key, content, account, line id."""
Taken = dict[str, str]
"""Key → content of claims that were there before."""

_TAKEN = {
    "sqlite": text("SELECT key, content FROM purchase_identity WHERE key IN (SELECT value FROM json_each(:keys))"),
    "postgresql": text("SELECT key, content FROM purchase_identity WHERE key = ANY(CAST(:keys AS text[]))"),
}
_CLAIM = text(
    "INSERT INTO purchase_identity (key, content, account_id, line_id) "
    "SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:contents AS text[]), CAST(:accounts AS bigint[]), "
    "CAST(:lines AS bigint[])) ON CONFLICT DO NOTHING RETURNING key")


def taken(connection: Connection, keys: Iterable[str]) -> Taken:
    """Which of the keys are claimed already, with their content."""
    wanted = list(keys)
    parameter = json.dumps(wanted) if connection.dialect.name == "sqlite" else wanted
    rows = connection.execute(_TAKEN[connection.dialect.name], {"keys": parameter})
    return {row[0]: row[1] for row in rows}


def claim(connection: Connection, claims: Sequence[Claim]) -> Taken:
    """Claim what is free; returns what was not, with the content of the first claim.

    Keys are claimed in their order, so that two runs over the same purchases cannot wait for each other in a circle.
    """
    ordered = sorted(claims)
    if connection.dialect.name == "sqlite":  # the write lock is held: nobody can come in between
        before = taken(connection, (row[0] for row in ordered))
        insert_rows(connection, purchase_identity, [row for row in ordered if row[0] not in before])
        return before
    keys, contents, accounts, lines = map(list, zip(*ordered, strict=True)) if ordered else ([], [], [], [])
    values = {"keys": keys, "contents": contents, "accounts": accounts, "lines": lines}
    fresh = set(connection.execute(_CLAIM, values).scalars())
    return taken(connection, (key for key in keys if key not in fresh)) if len(fresh) < len(keys) else {}
