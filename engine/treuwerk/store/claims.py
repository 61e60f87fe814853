"""Purchase lines beside their claims and accruals: what agrees is counted by the database, and only the rest is shown.

PostgreSQL hashes evidence by itself; SQLite calls a function of Python. The keys of documents with plain numbers are
compared here as well; others are for Python to judge.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from treuwerk.store.recording import rows

PARTS = 4
_AT_ONCE = 5_000
_FACTS = ("l.account_id", "l.seller", "l.document", "l.line", "l.occurred_on", "l.article_number", "l.quantity",
          "l.reported_quantity", "l.reported_unit", "COALESCE(CAST(l.net_millionths AS text), 'None')", "l.currency",
          "l.order_number", "l.features", "l.serials")
_SQLITE_FACTS = f"printf('{chr(31).join(['%s'] * len(_FACTS))}', {', '.join(_FACTS)})"
_POSTGRESQL_FACTS = f"concat_ws(chr(31), {', '.join(_FACTS)})"
_FATE = ("CASE WHEN j.id IS NULL THEN 'none' "
         "WHEN j.cause <> l.source || ':' || l.run_id || ':' || l.at_line THEN 'other' "
         "WHEN j.kind = 'accrual' AND j.business_key = i.key AND j.evidence = i.content THEN 'booked' "
         "ELSE 'unclaimed' END")
_NUMBERS = ("l.document", "l.line")
_JOINED = ("{claims} i {inner} purchase_line l ON l.account_id = i.account_id AND l.id = i.line_id "
           "LEFT JOIN journal j ON j.account_id = l.account_id AND j.id = l.id")


def _keys(kinds: list[str], dialect: str) -> str:
    """Whether a claim has the key of its line, where numbers are plain: compared as they are written."""
    if dialect == "sqlite":
        plain = " AND ".join(f"{column} GLOB '[1-9A-Z]*' AND {column} NOT GLOB '*[^-0-9A-Z]*'" for column in _NUMBERS)
        keys = [f"printf('purchase|%s|{kind}|%s|%s|%s', l.seller, l.document, substr(l.occurred_on, 1, 4), l.line)"
                for kind in kinds]
    else:
        plain = " AND ".join(f"{column} ~ '^[1-9A-Z][-0-9A-Z]*$'" for column in _NUMBERS)
        keys = [f"concat('purchase|', l.seller, '|{kind}|', l.document, '|', substr(l.occurred_on, 1, 4), '|', l.line)"
                for kind in kinds]
    position = "instr" if dialect == "sqlite" else "strpos"
    return (f"({plain} AND {position}(l.seller, '%') = 0 AND {position}(l.seller, '|') = 0 "
            f"AND ({' OR '.join(f'i.key = {key}' for key in keys)}))")


def _sound(connection: Connection, kinds: list[str]) -> str:
    """Whether a line is as it was claimed, as far as the database can tell.

    Only as the condition of a case does SQLite leave out what cannot change the answer.
    """
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.create_function("evidence_of", 1, _evidence_of, deterministic=True)
        evidence = f"evidence_of(CAST({_SQLITE_FACTS} AS BLOB))"
    else:
        evidence = f"substr(encode(sha256(convert_to({_POSTGRESQL_FACTS}, 'UTF8')), 'hex'), 1, 32)"
    return (f"CASE WHEN {evidence} = i.content AND {_keys(kinds, connection.dialect.name)} THEN 1 = 1 "
            "ELSE 1 = 0 END")


def _evidence_of(facts: bytes) -> str:
    return sha256(facts).hexdigest()[:32]


def _of_part(connection: Connection, part: int) -> str:
    """Parts follow the order of claims on SQLite, where looking them up is dear; on PostgreSQL that of accounts."""
    if connection.dialect.name == "sqlite":
        size = -(-int(connection.exec_driver_sql("SELECT COUNT(*) FROM purchase_identity").scalar_one()) // PARTS)
        claims = ("(SELECT key, content, account_id, line_id FROM purchase_identity ORDER BY key "
                  f"LIMIT {size} OFFSET {part * size})")
        return _JOINED.format(claims=claims, inner="CROSS JOIN")
    within = _accounts_of(connection, part)
    return _JOINED.format(claims="purchase_identity", inner="JOIN") + (
        f"{within.format('j')} WHERE TRUE{within.format('i')}{within.format('l')}")


def _accounts_of(connection: Connection, part: int) -> str:
    """A condition on the account of a row: parts have about the same number of accounts, and leave none out."""
    size = int(connection.exec_driver_sql("SELECT COUNT(*) FROM account").scalar_one()) // PARTS
    bounds = [int(connection.exec_driver_sql(
        f"SELECT account_id FROM account ORDER BY account_id LIMIT 1 OFFSET {size * at}").scalar() or 0)
        for at in range(1, PARTS)]
    low = f" AND {{0}}.account_id >= {bounds[part - 1]}" if part else ""
    return low + (f" AND {{0}}.account_id < {bounds[part]}" if part < PARTS - 1 else "")


def counted_claims(connection: Connection, part: int, kinds: list[str]) -> Counter[tuple[int, str, bool]]:
    """How many claimed lines of a part there are by run, fate, and whether they are as they were claimed.

    The fate is none, booked, unclaimed (the accrual rests on another claim) or other (its cause is another line).
    """
    found: Counter[tuple[int, str, bool]] = Counter()
    of, sound = _of_part(connection, part), _sound(connection, kinds)
    if connection.dialect.name == "sqlite":
        found.update(rows(connection, f"SELECT l.run_id, {_FATE}, {sound} FROM {of}"))
        return found
    with _by_hashing(connection):
        for run, fate, as_claimed, count in rows(
                connection, f"SELECT l.run_id, {_FATE}, {sound}, COUNT(*) FROM {of} GROUP BY 1, 2, 3"):
            found[run, fate, as_claimed] = count
    return found


@contextmanager
def _by_hashing(connection: Connection) -> Iterator[None]:
    """Claims and lines have nearly as many keys as rows; PostgreSQL expects far fewer, and would look up each."""
    for way in ("nestloop", "mergejoin", "sort"):
        connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    yield
    for way in ("nestloop", "mergejoin", "sort"):
        connection.exec_driver_sql(f"SET LOCAL enable_{way} = on")


def doubtful_claims(connection: Connection, part: int, kinds: list[str]) -> Iterator[tuple[Any, ...]]:
    """(key, content, facts that are hashed, fate, id) of claimed lines that the database does not find sound."""
    facts, more = (_SQLITE_FACTS, "WHERE") if connection.dialect.name == "sqlite" else (_POSTGRESQL_FACTS, "AND")
    of = _of_part(connection, part)
    yield from rows(connection, (
        f"SELECT i.key, i.content, {facts}, {_FATE}, l.id FROM {of} {more} "
        f"({_FATE} = 'other' OR NOT ({_sound(connection, kinds)}))"))
