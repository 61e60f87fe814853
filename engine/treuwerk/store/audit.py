"""Entries of the audit, written by the statement that goes to the driver as it is: every act leaves one."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from treuwerk.store.driver import adding, executed
from treuwerk.store.tables import audit_entry

_ADD = adding(audit_entry)


def add(connection: Connection, entry: Mapping[str, Any]) -> None:
    """Write an entry with all of its columns."""
    executed(connection, _ADD[connection.dialect.name], entry)
