"""Do lists and search of the service centre grow with the participants? Milliseconds and statements, small and large.

    python tests/benchmarks/desk.py --participants 1000 100000 --database sqlite postgresql

Each page is asked without a network, by a clerk with all rights; the median counts. `× bare` compares it with a bare
Starlette application that writes the very same page, template and values, from memory, measured in the same run by
turns; for a file it is a loop that fetches the bare rows and writes them. `growth` is the time of the largest world by
that of the smallest. The run fails where something grows that should not.
"""

import argparse
import asyncio
import csv
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import desk_world
from tests.benchmarks.desk_world import ACCOUNTS_FROM, HOT
from tests.benchmarks.pages import ask, queries, timed
from tests.support import postgres
from tests.support.portal import NOW, Portal, open_portal
from treuwerk.domain.rights import Audience
from treuwerk.services.identity.sessions import hashed, open_session
from treuwerk.services.identity.users import add_user, grant_role
from treuwerk.services.installation import claim_database
from treuwerk.store.database import Database
from treuwerk.store.migrating import migrate
from treuwerk.web.lists.cursors import cursor_text

LIST = "/office/participants"
FILE = f"{LIST}.csv"
NARROWED = ("country=IE", "status=applied", "tier=gold", "nologin=1", "q=Meier", "from=2026-01-01&until=2026-01-31",
            "least=4900", "group=partner&country=FR&tier=silver&least=2000", "country=IE&tier=gold&q=Zimm")
SORTS = ("name", "-name", "number", "city", "joined", "-joined", "balance", "-balance")
SEARCHES = {"short": "m", "two short": "m s", "street": "Bahnhofstr 17", "postcode": "10062", "mail": "info@firma-77",
            "number": "2001", "delivery note": "LS-00001", "several words": "Müller Solar Berlin",
            "person": "anna berg", "no hit": "Qwertz"}
AUDIT = ("", "user=2305843009213693953", "action=points.adjust", "action=note", "object=note_11",
         "from=2026-11-01&until=2026-11-02", f"account={ACCOUNTS_FROM + 7}")
COLUMNS = ("database", "page", "statements", "small ms", "large ms", "growth", "× bare")
MOST_GROWTH, FEW_MS = 3.0, 40.0
GROWING = (FILE, *(f"{LIST}?{query}" for query in (
    "sort=balance", "sort=-balance", "tier=gold", "least=4900", "group=partner&country=FR&tier=silver&least=2000",
    "country=IE&tier=gold&q=Zimm")))
"""What is as long as the world is large; and what looks at all balances, over which no index can lie."""


@attrs.frozen
class Desk:
    """A filled world, the application on it, and a clerk's session."""

    portal: Portal
    app: Any
    headers: dict[str, str]
    session: str


@attrs.frozen
class Figure:
    """What one page took: milliseconds, those of the bare page, and statements."""

    ms: float
    bare_ms: float
    statements: int


def main() -> int:
    """Measure all pages in all worlds; 1 where something grows that should not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--participants", type=int, nargs=2, default=[1_000, 100_000])
    parser.add_argument("--database", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite"])
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    right = True
    print(_line(COLUMNS))
    for kind in arguments.database:
        small, large = arguments.participants
        with world(kind, small) as first, world(kind, large) as second:
            right &= compare(kind, first, second, arguments.rounds)
    return int(not right)


@contextmanager
def world(kind: str, participants: int) -> Iterator[Desk]:
    """A service centre with so many participants."""
    with tempfile.TemporaryDirectory() as folder, address(kind, Path(folder)) as url:
        database = Database(url)
        yield filled(database, Path(folder), participants)
        database.close()


@contextmanager
def address(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'desk.db'}"
        return
    with postgres.running(durable=True) as server:
        yield server.url_of(server.create())


def filled(database: Database, folder: Path, participants: int) -> Desk:
    """The world in a database, which may hold it already, and a clerk who is signed in."""
    migrate(database)
    claim_database(database, "sunny", NOW)
    portal = open_portal(folder, database)
    with database.reading() as connection:
        there = connection.execute(text("SELECT COUNT(*) FROM participant")).scalar_one()
    if there < participants:
        desk_world.fill(database, participants, NOW)
    with database.writing() as connection:
        user = add_user(connection, f"Olga Office {time.time_ns()}", NOW)
        grant_role(connection, user, "admin", NOW, granted_by="the benchmark")
        token = open_session(connection, user, NOW, audience=Audience.OFFICE, method="passkey")
    app = portal.visitor().app
    return Desk(portal, app, {"cookie": f"__Host-sid={token}; __Host-locale=en"}, hashed(token))


def compare(kind: str, small: Desk, large: Desk, rounds: int) -> bool:
    """A line for each page; whether nothing grows that should not."""
    right = True
    for name, path in pages():
        first, second = (figure(desk, path, rounds) for desk in (small, large))
        growth = second.ms / first.ms
        fine = path in GROWING or growth <= MOST_GROWTH or second.ms <= FEW_MS
        right &= fine
        print(_line([kind, name, str(second.statements), f"{first.ms:,.1f}", f"{second.ms:,.1f}", f"{growth:,.1f}",
                     f"{second.ms / second.bare_ms:,.1f}" + ("" if fine else "  grows")]), flush=True)
    return right


def pages() -> Iterator[tuple[str, str]]:
    """Name and address of everything that is measured; ``{deep}`` stands for a cursor."""
    yield "participants", LIST
    yield from ((f"by {sort}", f"{LIST}?sort={sort}") for sort in SORTS)
    yield "deep page", f"{LIST}?after={{deep}}"
    yield from (("only " + query.replace("&", " "), f"{LIST}?{query}") for query in NARROWED)
    yield "file of all", FILE
    yield from ((f"search {name}", f"/office/search?q={query.replace(' ', '+')}") for name, query in SEARCHES.items())
    yield "queue", "/office/queue"
    yield from ((f"audit {query[:20]}", f"/office/audit?{query}") for query in AUDIT)
    yield "participant", f"{LIST}/{ACCOUNTS_FROM + 5}"
    yield "long stream", f"{LIST}/{HOT}"
    yield "long stream, purchases", f"{LIST}/{HOT}?kind=purchase"
    yield "long stream, changes", f"{LIST}/{HOT}?kind=change"


def figure(desk: Desk, path: str, rounds: int) -> Figure:
    """What a page takes in a world; the first answer warms up and does not count."""
    path = path.replace("{deep}", _deep(desk))
    asyncio.run(checked(desk, path))
    if path == FILE:
        return Figure(asyncio.run(timed(desk.app, path, desk.headers)), _bare_file(desk),
                      queries(desk.portal, desk.app, path, desk.headers))
    bare = same_page(desk.app, path, desk.headers)

    async def run() -> tuple[float, float]:
        spent = [(await timed(desk.app, path, desk.headers), await timed(bare, "/", {})) for _ in range(rounds)]
        return statistics.median(own for own, _ in spent), statistics.median(floor for _, floor in spent)

    return Figure(*asyncio.run(run()), queries(desk.portal, desk.app, path, desk.headers))


async def checked(desk: Desk, path: str) -> None:
    """Ask once, and be sure that it is a page."""
    answer = await ask(desk.app, path, desk.headers)
    if answer.status != 200:
        raise AssertionError((path, answer.status))



def same_page(app: Any, path: str, headers: dict[str, str]) -> Starlette:
    """An application whose only page is the one at `path`, as it was answered just now."""
    shell, asked = app.state.shell, list[tuple[str, str, dict[str, Any]]]()
    render = shell.renderer.render

    def noted(locale: str, template: str, context: dict[str, Any]) -> str:
        asked.append((locale, template, context))
        return str(render(locale, template, context))

    shell.renderer.render = noted
    asyncio.run(ask(app, path, headers))
    shell.renderer.render = render
    locale, template, context = asked[-1]
    environment = shell.renderer.environment(locale)

    def page(_: Request) -> HTMLResponse:
        return HTMLResponse(environment.get_template(template).render(context))

    return Starlette(routes=[Route("/", page)])


def _deep(desk: Desk) -> str:
    """The cursor of a row behind nine tenths of the list."""
    with desk.portal.installation.database.reading() as connection:
        count = connection.execute(text("SELECT COUNT(*) FROM directory")).scalar_one()
        row = connection.execute(text("SELECT name, account_id FROM directory ORDER BY name, account_id "
                                      "LIMIT 1 OFFSET :skipped"), {"skipped": count * 9 // 10}).one()
    return cursor_text(tuple(row), "participants name", desk.session)


def _bare_file(desk: Desk) -> float:
    """Milliseconds of a loop that fetches all participants with their balances, and writes them."""
    started = time.perf_counter()
    with desk.portal.installation.database.reading() as connection:
        writer = csv.writer(StringIO())
        writer.writerows(connection.exec_driver_sql(
            "SELECT p.*, b.posted, s.posted FROM participant p LEFT JOIN balance b ON b.account_id = p.account_id "
            "AND b.unit = 'bonus' LEFT JOIN balance s ON s.account_id = p.account_id AND s.unit = 'status'"))
    return (time.perf_counter() - started) * 1_000


def _line(cells: Any) -> str:
    return "  ".join(f"{cell:>{44 if place == 1 else 10}}" for place, cell in enumerate(cells))


if __name__ == "__main__":
    sys.exit(main())
