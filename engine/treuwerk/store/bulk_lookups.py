"""Looking up many rows of the books at once."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, text

# SQLite takes a CROSS JOIN in the order in which it stands there: each key is looked up in the index of the journal.
_SQLITE = text(
    "SELECT j.account_id, j.business_key, j.evidence FROM json_each(:keys) k CROSS JOIN journal j "
    "ON j.account_id = json_extract(k.value, '$[0]') AND j.business_key = json_extract(k.value, '$[1]')")
_POSTGRESQL = text(
    "SELECT j.account_id, j.business_key, j.evidence FROM unnest(CAST(:accounts AS bigint[]), CAST(:keys AS text[])) "
    "AS k(account_id, business_key) JOIN journal j ON j.account_id = k.account_id AND j.business_key = k.business_key")


def evidence_by_key(connection: Connection, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """The evidence of transactions by (account, business key); keys that nothing is booked under are left out."""
    if not keys:
        return {}
    if connection.dialect.name == "sqlite":
        rows = connection.execute(_SQLITE, {"keys": json.dumps(keys)})
    else:
        accounts, wanted = zip(*keys, strict=True)
        rows = connection.execute(_POSTGRESQL, {"accounts": list(accounts), "keys": list(wanted)})
    return {(account_id, key): evidence for account_id, key, evidence in rows}
