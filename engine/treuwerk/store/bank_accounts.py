"""Bank accounts that documents ask to pay into: of files, and of sellers by accepted documents."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from treuwerk.store.documents import part
from treuwerk.store.tables import page_account, seller_account


def note_of_file(connection: Connection, sha256: str, accounts: Iterable[str]) -> None:
    """Note which accounts a file names."""
    _add(connection, page_account, [{"sha256": sha256, "account": one} for one in sorted(set(accounts))])


def of_files(connection: Connection, digests: Collection[str]) -> set[str]:
    """All accounts that these files name."""
    return set(connection.execute(select(page_account.c.account).where(
        page_account.c.sha256.in_(sorted(digests)))).scalars())


def forget(connection: Connection, digests: Collection[str]) -> None:
    """Take out what files name that are removed."""
    connection.execute(delete(page_account).where(page_account.c.sha256.in_(sorted(digests))))


def note_of_sellers(connection: Connection, sellers: Iterable[str], accounts: Collection[str], now: int) -> None:
    """Note that accepted documents of sellers, as they stand in claims, name accounts."""
    _add(connection, seller_account, [{"seller": part(seller), "account": one, "noted_at": now}
                                      for seller in sorted(set(sellers)) for one in sorted(accounts)])


def of_seller(connection: Connection, seller: str) -> list[str]:
    """The accounts of a seller by its accepted documents, the oldest first."""
    noted = seller_account.c
    return list(connection.execute(select(noted.account).where(noted.seller == part(seller)).order_by(
        noted.noted_at, noted.account)).scalars())


def _add(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    if rows:
        connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)
