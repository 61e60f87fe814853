"""For the operator's machines: is the process alive, and can it serve?"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, PlainTextResponse, Response

from treuwerk.store.database import Database
from treuwerk.store.tables import installation, web_session
from treuwerk.web.shell.state import Visit


def livez(_: Visit) -> Response:
    """The process answers; no database is asked."""
    return PlainTextResponse("alive\n")


def readyz(visit: Visit) -> Response:
    """Whether requests can be served; reasons for a no say which check failed and what to do."""
    reasons = not_ready_because(visit.shell.installation.database)
    return JSONResponse({"ready": not reasons, "reasons": reasons}, status_code=503 if reasons else 200)


def not_ready_because(database: Database) -> list[dict[str, Any]]:
    """What stands in the way of serving; empty when nothing does. Addresses and passwords are not told."""
    try:
        with database.reading() as connection:
            connection.exec_driver_sql("SELECT 1")
    except SQLAlchemyError as error:
        return [_reason("database", f"does not answer ({type(error).__name__})", "start it, or mend TREUWERK_DATABASE")]
    try:
        with database.reading() as connection:
            for table in (installation, web_session):
                connection.execute(select(table).limit(1))
    except SQLAlchemyError:
        return [_reason("schema", "tables are missing", "run treuwerk migrate")]
    return []


def _reason(check: str, found: str, remedy: str) -> dict[str, Any]:
    return {"check": check, "found": found, "remedy": remedy}
