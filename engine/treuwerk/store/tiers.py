"""How participants stand between the tiers, how that came about, and what was given by hand."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text, update

from treuwerk.store.bulk import insert_rows
from treuwerk.store.tables import account, participant, tier_change, tier_grant, tier_standing

_AT_ONCE = 500


def people(connection: Connection, accounts: Sequence[int]) -> dict[int, tuple[str, int]]:
    """By account: the ISO day of joining, empty where only the second tells it, when the account was opened."""
    rows = connection.execute(select(participant.c.account_id, participant.c.joined_on, account.c.opened_at).join(
        account, account.c.account_id == participant.c.account_id).where(participant.c.account_id.in_(accounts)))
    return {row.account_id: (row.joined_on, row.opened_at) for row in rows}


def accounts_behind(connection: Connection, behind: int) -> list[int]:
    """The next accounts of participants in their order."""
    return list(connection.execute(select(participant.c.account_id).where(participant.c.account_id > behind).order_by(
        participant.c.account_id).limit(_AT_ONCE)).scalars())


def standings(connection: Connection, accounts: Sequence[int]) -> dict[int, Row[Any]]:
    """Stored standings by account."""
    rows = connection.execute(select(tier_standing).where(tier_standing.c.account_id.in_(accounts)))
    return {row.account_id: row for row in rows}


def changes(connection: Connection, accounts: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """Stored changes by account, oldest first."""
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(select(tier_change).where(tier_change.c.account_id.in_(accounts)).order_by(
            tier_change.c.account_id, tier_change.c.id)):
        found.setdefault(row.account_id, []).append(row)
    return found


def put(connection: Connection, account_id: int, values: Mapping[str, Any], version: int) -> bool:
    """Store a standing over the one of this version (0: there is none yet); False where somebody was faster."""
    if version:
        return connection.execute(update(tier_standing).where(
            tier_standing.c.account_id == account_id, tier_standing.c.version == version).values(
            **values, version=version + 1)).rowcount == 1
    names = ["account_id", *values, "version"]
    return connection.execute(text(
        f"INSERT INTO tier_standing ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)}) "
        "ON CONFLICT (account_id) DO NOTHING"), {"account_id": account_id, **values, "version": 1}).rowcount == 1


def last_change(connection: Connection, account_id: int) -> int:
    """The largest id of changes of an account, 0 without any."""
    return connection.execute(select(tier_change.c.id).where(tier_change.c.account_id == account_id).order_by(
        tier_change.c.id.desc()).limit(1)).scalar() or 0


def add_changes(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Append changes; values in the order of the columns."""
    insert_rows(connection, tier_change, rows)


def grants(connection: Connection, accounts: Iterable[int]) -> dict[int, list[Row[Any]]]:
    """All tiers by hand of these accounts, oldest first."""
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(select(tier_grant).where(tier_grant.c.account_id.in_(list(accounts))).order_by(
            tier_grant.c.account_id, tier_grant.c.id)):
        found.setdefault(row.account_id, []).append(row)
    return found


def grant(connection: Connection, account_id: int, number: int) -> Row[Any] | None:
    """One tier by hand."""
    return connection.execute(select(tier_grant).where(
        tier_grant.c.account_id == account_id, tier_grant.c.id == number)).one_or_none()


def add_grant(connection: Connection, values: Mapping[str, Any]) -> None:
    """Keep a tier by hand, whether it counts or waits."""
    connection.execute(insert(tier_grant).values(**values))


def change_grant(connection: Connection, account_id: int, number: int, version: int,
                 values: Mapping[str, Any]) -> bool:
    """Change a tier by hand in this version; False where somebody was faster."""
    return connection.execute(update(tier_grant).where(
        tier_grant.c.account_id == account_id, tier_grant.c.id == number, tier_grant.c.version == version).values(
        **values, version=version + 1)).rowcount == 1


def counts(connection: Connection) -> dict[str, int]:
    """How many participants hold each tier, by the last run; empty for none."""
    rows = connection.execute(text("SELECT tier, COUNT(*) AS number FROM tier_standing GROUP BY tier"))
    return {row.tier: int(row.number) for row in rows}
