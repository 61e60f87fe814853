"""People of a service centre, and what they may do, for tests of its services."""

from collections.abc import Iterable

from sqlalchemy import Connection, insert

from treuwerk.domain.rights import Access, Audience, names_for
from treuwerk.store.database import Database
from treuwerk.store.tables import app_user, user_role

CLARA, DAVID, EVE = 4_611_686_018_427_387_905, 4_611_686_018_427_387_907, 4_611_686_018_427_387_909
NAMES = {CLARA: "Clara Weiß", DAVID: "David Okafor", EVE: "Eve Laurent"}


def add_clerks(database: Database, *users: int, role: str = "agent") -> None:
    """Users of the service centre with a role."""
    with database.writing() as connection:
        for user in users or NAMES:
            add_clerk(connection, user, role)


def add_clerk(connection: Connection, user: int, role: str = "agent") -> None:
    """One user of the service centre."""
    connection.execute(insert(app_user).values(user_id=user, name=NAMES[user], email="", locale="en", state="active",
                                               created_at=1, changed_at=1, version=1))
    connection.execute(insert(user_role).values(user_id=user, role=role, source="hand", granted_by="test",
                                                granted_at=1))


def acting(user: int = CLARA, permissions: Iterable[str] | None = None) -> Access:
    """A user of the service centre at work; all rights where none are named."""
    rights = names_for(Audience.OFFICE) if permissions is None else frozenset(permissions)
    return Access(user, NAMES[user], Audience.OFFICE, rights, session="s1", request_id="r1")
