"""Looking for settings under which the books are not safe: of the database, of the machine, of what is installed."""

from collections.abc import Mapping
from functools import partial

from treuwerk.programme.reading import LoadedProgramme
from treuwerk.services.findings import Check, Finding, examined
from treuwerk.services.operation.database_findings import database_checks
from treuwerk.services.operation.deployment_findings import deployment_findings
from treuwerk.services.operation.host_findings import host_checks
from treuwerk.services.operation.people_findings import people_checks
from treuwerk.services.operation.secret_findings import secret_checks
from treuwerk.services.operation.upload_findings import upload_checks
from treuwerk.services.operation.work_findings import work_checks
from treuwerk.store.database import Database


def doctor(database: Database, now: int, programme: LoadedProgramme | None = None,
           environ: Mapping[str, str] | None = None) -> list[Finding]:
    """All findings about a database, this machine and what is installed. Nothing is changed.

    Args:
        database: it may be one that does not answer or has no tables yet.
        now: the present instant in microseconds, against which bookings and zone data are held.
        programme: whose time zone and plugins are meant; without it, all plugins that are installed.
        environ: variables that say how the portal is reached; without them, that is not looked at.
    """
    web: dict[str, Check] = {} if environ is None else {"web": partial(deployment_findings, environ)}
    if environ is not None:
        web |= upload_checks(database, programme, environ, now)
        web |= secret_checks(database, environ, programme.settings if programme else None)
    return examined({**database_checks(database, now), **people_checks(database, programme),
                     **work_checks(database, now, programme, environ), **host_checks(now, programme), **web})
