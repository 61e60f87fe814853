"""Looking for settings under which the books are not safe: of the database, of the machine, of what is installed."""

from treuwerk.programme.reading import LoadedProgramme
from treuwerk.services.database_findings import database_checks
from treuwerk.services.findings import Finding, examined
from treuwerk.services.host_findings import host_checks
from treuwerk.store.database import Database


def doctor(database: Database, now: int, programme: LoadedProgramme | None = None) -> list[Finding]:
    """All findings about a database, this machine and what is installed. Nothing is changed.

    Args:
        database: it may be one that does not answer or has no tables yet.
        now: the present instant in microseconds, against which bookings and zone data are held.
        programme: whose time zone and plugins are meant; without it, all plugins that are installed.
    """
    return examined({**database_checks(database, now), **host_checks(now, programme)})
