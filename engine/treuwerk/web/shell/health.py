"""For the operator's machines: is the process alive, and can it serve?"""

from functools import cache
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, PlainTextResponse, Response

from treuwerk.services.ordering import depth
from treuwerk.store.database import Database
from treuwerk.store.migrating import newest_revision, revision_of
from treuwerk.web.shell.state import Visit


def livez(_: Visit) -> Response:
    """The process answers; no database is asked."""
    return PlainTextResponse("alive\n")


def readyz(visit: Visit) -> Response:
    """Whether requests can be served; reasons for a no say which check failed and what to do."""
    database = visit.shell.installation.database
    reasons = not_ready_because(database)
    shown = {"ready": not reasons, "reasons": reasons, **({} if reasons else {"work": _work(database, visit.now)})}
    return JSONResponse(shown, status_code=503 if reasons else 200)


def _work(database: Database, now: int) -> dict[str, int]:
    """How much durable work waits: it stops no page, so it is told and is no reason."""
    found = depth(database, now)
    return {"waiting": found.waiting, "running": found.running, "failed": found.failed,
            "oldest_seconds": found.oldest_seconds, "workers": found.workers}


def not_ready_because(database: Database) -> list[dict[str, Any]]:
    """What stands in the way of serving; empty when nothing does. Addresses and passwords are not told."""
    try:
        with database.reading() as connection:
            connection.exec_driver_sql("SELECT 1")
    except SQLAlchemyError as error:
        return [_reason("database", f"does not answer ({type(error).__name__})", "start it, or mend TREUWERK_DATABASE")]
    if (found := revision_of(database)) != _newest():
        shown = "tables are missing" if found is None else "not that of this release"
        return [_reason("schema", shown, "run treuwerk migrate")]
    return []


@cache
def _newest() -> str:
    return newest_revision()


def _reason(check: str, found: str, remedy: str) -> dict[str, Any]:
    return {"check": check, "found": found, "remedy": remedy}
