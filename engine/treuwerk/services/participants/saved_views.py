"""Saved views: the state of a list under a name, for oneself or for the whole team."""

import attrs
from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from treuwerk.store.tables import saved_view

TEAM = 0
LONGEST_NAME, LONGEST_QUERY = 60, 2_000
AT_MOST = 30


class TooManyViews(Exception):
    """An owner has as many views of one list as a page can show."""


@attrs.frozen
class SavedView:
    """A view; `query` is the part of an address behind the question mark. Owner 0 is the team."""

    owner_id: int
    name: str
    query: str
    position: int

    @property
    def of_team(self) -> bool:
        """Whether everybody sees it."""
        return self.owner_id == TEAM


def views_of(connection: Connection, name: str, user_id: int) -> list[SavedView]:
    """The views of a list: those of the team, then the user's own, each in their order."""
    rows = connection.execute(
        select(saved_view.c.owner_id, saved_view.c.name, saved_view.c.query, saved_view.c.position)
        .where(saved_view.c.list == name, saved_view.c.owner_id.in_({TEAM, user_id}))
        .order_by(saved_view.c.owner_id != TEAM, saved_view.c.position, saved_view.c.name)).all()
    return [SavedView(row.owner_id, row.name, row.query, row.position) for row in rows]


def save_view(connection: Connection, list_name: str, owner_id: int, name: str, query: str) -> SavedView | None:
    """Keep a state of a list under a name; the answer is what the owner had under it before, None for nothing.

    Two at the same time: the later one counts, as it would a second later.

    Raises:
        TooManyViews: the owner has thirty.
        ValueError: name or query is empty or too long.
    """
    if not 0 < len(name) <= LONGEST_NAME or len(query) > LONGEST_QUERY:
        raise ValueError(f"a name of 1 to {LONGEST_NAME} characters and a query of up to {LONGEST_QUERY}")
    known = (saved_view.c.owner_id == owner_id) & (saved_view.c.list == list_name)
    before = connection.execute(select(saved_view).where(known, saved_view.c.name == name)).one_or_none()
    count, last = connection.execute(select(func.count(), func.coalesce(func.max(saved_view.c.position), 0))
                                     .where(known)).one()
    if before is None and count >= AT_MOST:
        raise TooManyViews
    insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    connection.execute(insert(saved_view).values(
        owner_id=owner_id, list=list_name, name=name, query=query, position=last + 1, version=1).on_conflict_do_update(
        index_elements=["owner_id", "list", "name"], set_={"query": query, "version": saved_view.c.version + 1}))
    return None if before is None else SavedView(before.owner_id, before.name, before.query, before.position)


def remove_view(connection: Connection, list_name: str, owner_id: int, name: str) -> SavedView | None:
    """Take a view away; the answer is what it was, to be able to put it back. None: it was not there."""
    where = (saved_view.c.owner_id == owner_id, saved_view.c.list == list_name, saved_view.c.name == name)
    row = connection.execute(select(saved_view).where(*where)).one_or_none()
    connection.execute(delete(saved_view).where(*where))
    return None if row is None else SavedView(row.owner_id, row.name, row.query, row.position)
