"""What the role of the application may do, so that it can add to the books and change nothing in them.

The owner of the tables makes them and gives the rights; the application works as another role. Then not even a hole in
the application lets anybody change a posting or take the guards down.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from treuwerk.store.guards import APPEND_ONLY
from treuwerk.store.orders_at_once import FUNCTION as ORDER
from treuwerk.store.redemptions import FUNCTION as REDEEM
from treuwerk.store.tables import metadata

_CHANGING = {
    "lot": ("remaining", "open"),
    "hold": ("remaining", "open", "expires_at"),
    "balance": ("posted", "held", "pending", "deficit", "keeps_until", "version"),
    "balance_delta": ("amount",),
}
"""Columns of the guarded tables that the application changes."""
_READ_ONLY = ("installation", "alembic_version")
_ROLE = text("SELECT rolsuper, pg_has_role(oid, (SELECT relowner FROM pg_class WHERE oid = 'journal'::regclass), "
             "'MEMBER') AS owns FROM pg_roles WHERE rolname = :role")


class CannotProtect(Exception):
    """There is no such role, it cannot be held back, or this database knows no roles."""


def grant_rights(connection: Connection, role: str) -> None:
    """Give a role what the application needs, and take from it what else it had on our tables.

    Raises:
        CannotProtect: naming what was found and what to do.
    """
    if connection.dialect.name != "postgresql":
        raise CannotProtect("--role: SQLite knows no roles; its guards stand, and who may write the file can remove "
                            "them: keep an anchor outside (treuwerk anchor --file)")
    found = connection.execute(_ROLE, {"role": role}).one_or_none()
    if found is None:
        raise CannotProtect(f"--role: found no role {role!r}; make it first: CREATE ROLE {role} LOGIN PASSWORD '…'")
    if found.rolsuper or found.owns:
        what = "is a superuser" if found.rolsuper else "owns the tables"
        raise CannotProtect(f"--role: {role!r} {what} and cannot be held back; name the role of the application, "
                            "and migrate as another one")
    for statement in _statements(connection, role):
        connection.exec_driver_sql(statement)


def _statements(connection: Connection, role: str) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    name, schema = quote(role), quote(str(connection.exec_driver_sql("SELECT current_schema()").scalar_one()))
    yield f"GRANT USAGE ON SCHEMA {schema} TO {name}"
    yield f"REVOKE CREATE ON SCHEMA {schema} FROM {name}"
    for table in (*metadata.tables, "alembic_version"):
        yield f"REVOKE ALL ON {quote(table)} FROM {name}"
        yield f"GRANT {rights_on(table)} ON {quote(table)} TO {name}"
    for function in (REDEEM, ORDER):
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {name}"


def rights_on(table: str) -> str:
    """The rights of the application on a table."""
    if table in _READ_ONLY:
        return "SELECT"
    if table in APPEND_ONLY:
        return "SELECT, INSERT"
    if table in _CHANGING:
        return f"SELECT, INSERT, UPDATE ({', '.join(_CHANGING[table])})"
    return "SELECT, INSERT, UPDATE, DELETE"
