"""An account to which everything happened, for asking about its past."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from sqlalchemy import select

from tests.support.books import Books, live_through
from tests.support.portal import NOW, USUAL, Portal, at
from treuwerk.services.account.statements import statement
from treuwerk.services.ledger.balances import holdings_as_of, open_lots_as_of
from treuwerk.services.ledger.closing import Closing, closed, end_of_day
from treuwerk.services.ledger.liability import as_json, liability
from treuwerk.store.database import Database
from treuwerk.store.tables import journal

BERLIN = ZoneInfo("Europe/Berlin")
UNITS = ["bonus", "status"]


@attrs.frozen
class Life:
    """An account to which everything happened, and another one."""

    portal: Portal
    books: Books
    other: Books
    done: dict[str, int]

    @property
    def database(self) -> Database:
        return self.portal.installation.database

    def closing(self, day: str, now: int = NOW) -> Closing:
        return closed(self.database, end_of_day(date.fromisoformat(day), BERLIN, now), now)

    def report(self, day: str, since: str | None = None) -> dict[str, Any]:
        closing = self.closing(day)
        with self.database.reading() as connection:
            return as_json(liability(connection, date.fromisoformat(day), closing, BERLIN,
                                     date.fromisoformat(since) if since else None))

    def told(self, day: str) -> str:
        """Everything that is said of a day, as text."""
        closing = self.closing(day)
        with self.database.reading() as connection:
            return repr([self.report(day), *(
                (holdings_as_of(connection, UNITS, one.account, closing),
                 open_lots_as_of(connection, one.account, closing),
                 statement(connection, one.account, "bonus", limit=500, closing=closing))
                for one in (self.books, self.other))])


def lived(portal: Portal) -> Life:
    for day, lines in USUAL.items():
        portal.deliver(day, *lines)
    database, account = portal.installation.database, portal.account("1001")
    books, other = Books(database, account), Books(database, portal.account("1002"))
    with database.reading() as connection:
        ids = connection.execute(select(journal.c.id).where(
            journal.c.account_id == account, journal.c.kind == "accrual").order_by(journal.c.id)).scalars().all()
    return Life(portal, books, other, live_through(books, other, ids[0], ids[1], at))
