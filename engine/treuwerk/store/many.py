"""Many accounts under lock at once: their balances, the ends of their books, and which keys are taken.

Rows are locked in the order of accounts, like everywhere; who books many accounts and who books one never wait for each
other in a circle.
"""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, text

from treuwerk.domain.records import JournalRow
from treuwerk.store.accounts import Standing
from treuwerk.store.arrays import array, listed, paired

_AMONG = {"sqlite": "IN (SELECT value FROM json_each(:accounts))", "postgresql": "= ANY(CAST(:accounts AS bigint[]))"}
_STANDINGS = ("SELECT account_id, unit, posted, held, pending, deficit, keeps_until FROM balance "
              "WHERE account_id {among} ORDER BY account_id, unit{lock}")
_LAST_IDS = {
    "sqlite": "SELECT a.value, (SELECT MAX(id) FROM journal WHERE account_id = a.value) FROM json_each(:accounts) a",
    "postgresql": "SELECT a, (SELECT MAX(id) FROM journal WHERE account_id = a) "
                  "FROM unnest(CAST(:accounts AS bigint[])) AS a",
}
_BY_KEY = {
    "sqlite": "SELECT j.* FROM json_each(:pairs) p CROSS JOIN journal j "
              "ON j.account_id = json_extract(p.value, '$[0]') AND j.business_key = json_extract(p.value, '$[1]')",
    "postgresql": "SELECT j.* FROM unnest(CAST(:accounts AS bigint[]), CAST(:keys AS text[])) AS a(account_id, key) "
                  "JOIN journal j ON j.account_id = a.account_id AND j.business_key = a.key",
}


def by_index(connection: Connection) -> None:
    """Until the end of the transaction, rows are found by way of the indexes, account by account.

    PostgreSQL would guess from statistics, which are old after bulk work, and read whole tables for each batch; it
    also would compile what runs for a tenth of a second.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; "
                                   "SET LOCAL enable_mergejoin = off; SET LOCAL enable_bitmapscan = off; "
                                   "SET LOCAL jit = off")


def among(connection: Connection) -> str:
    """The end of a condition on accounts, which come as the parameter ``accounts`` (see `listed`)."""
    return _AMONG[connection.dialect.name]


def lock(connection: Connection, accounts: Collection[int]) -> dict[tuple[int, str], Standing]:
    """Standings by account and unit; nobody else changes them before this transaction ends."""
    locking = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
    statement = text(_STANDINGS.format(among=among(connection), lock=locking))
    rows = connection.execute(statement, {"accounts": listed(connection, accounts)})
    return {(account_id, unit): Standing(*parts) for account_id, unit, *parts in rows}


_IN_ORDER = text(
    "INSERT INTO balance (account_id, unit, posted, held, pending, deficit, keeps_until, version) "
    "SELECT account_id, unit, 0, 0, 0, 0, NULL, 0 FROM (SELECT * FROM unnest(CAST(:new AS bigint[]), "
    "CAST(:units AS text[])) AS new(account_id, unit) UNION SELECT account_id, unit FROM balance "
    "WHERE account_id = ANY(CAST(:accounts AS bigint[]))) AS wanted ORDER BY account_id, unit "
    "ON CONFLICT (account_id, unit) DO UPDATE SET version = balance.version")


def lock_in_order(connection: Connection, homes: Collection[tuple[int, str]], accounts: Collection[int]) -> None:
    """Lock balances by account and unit, which are made where there are none, and all balances of other accounts.

    In one statement and one order: who books many accounts and takes points back of others as well would else lock the
    latter behind the former. SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        ordered = sorted(homes)
        connection.execute(_IN_ORDER, {
            "new": array([account for account, _ in ordered]), "units": array([unit for _, unit in ordered]),
            "accounts": array(sorted({*accounts, *(account for account, _ in ordered)}))})


def last_ids(connection: Connection, accounts: Collection[int]) -> dict[int, int]:
    """The largest id of the transactions of each account, 0 without any."""
    rows = connection.execute(text(_LAST_IDS[connection.dialect.name]), {"accounts": listed(connection, accounts)})
    return {account_id: last or 0 for account_id, last in rows}


def transactions_by_key(connection: Connection, keys: Sequence[tuple[int, str]]) -> Iterator[JournalRow]:
    """Those of the (account, business key) pairs that are booked."""
    if keys:
        rows = connection.execute(text(_BY_KEY[connection.dialect.name]), paired(connection, keys, "keys"))
        yield from (JournalRow(*row) for row in rows)
