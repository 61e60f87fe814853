"""How fast are the portal's pages, and how heavy? Milliseconds beside a bare page of the same size, of the same run.

    python tests/benchmarks/pages.py --lines 10000 --database sqlite postgresql

One account has as many bookings as there are lines. The floor is a Starlette application with Jinja2 and nothing else:
no layers, no session, no database. It writes the very same page, template and values, from memory. All are asked
without a network, in turns, and the median of each counts. `loop` is told for comparison: as many bytes as the page
has, written by a template that is a single loop over texts, without macros, languages and formats. `first` is the
first answer of the application, which compiles templates and reads the expiry calendar. The weight is what a browser
without anything of ours loads: page, style sheets, scripts and typeface, compressed where the server compresses.
"""

import argparse
import asyncio
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
from jinja2 import Environment
from sqlalchemy import event
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support import postgres
from tests.support.portal import HOST, NOW, Portal, open_portal
from treuwerk.services.installation import claim_database
from treuwerk.store.database import Database
from treuwerk.store.migrating import migrate

PAGES = ("/", "/account")
MOST, HEAVIEST, ROUNDS = 3.0, 100_000, 60
COLUMNS = ("database", "page", "bytes", "queries", "first ms", "ms", "bare ms", "× bare", "loop ms", "weight")
_ROW = """<tr><td><time datetime="{{ row.day }}">{{ row.day }}</time></td><td class="wide">
<p class="title">{{ row.what }}</p><p class="small soft">{{ row.note }}</p></td>
<td class="amount">{{ row.points }}</td><td class="amount">{{ row.balance }}</td></tr>
"""
_BARE = f"""<!doctype html><html lang="en"><head><title>{{{{ title }}}}</title></head><body><h1>{{{{ title }}}}</h1>
<table>{{% for row in rows %}}{_ROW}{{% endfor %}}</table></body></html>"""


@attrs.frozen
class Answer:
    """What an application sent."""

    status: int
    body: bytes


def main() -> int:
    """Measure all pages on the databases that were asked for; 1 where one is too slow or too heavy."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--database", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite"])
    arguments = parser.parse_args()
    print("  ".join(f"{column:>10}" for column in COLUMNS))
    failed = False
    for kind in arguments.database:
        with tempfile.TemporaryDirectory() as folder, world(kind, Path(folder), arguments.lines) as portal:
            failed |= not measure(kind, portal)
    return int(failed)


@contextmanager
def world(kind: str, folder: Path, lines: int) -> Iterator[Portal]:
    """A portal whose first company has many bookings."""
    with address(kind, folder) as url:
        database = Database(url)
        migrate(database)
        claim_database(database, "sunny", NOW)
        portal = open_portal(folder, database)
        portal.deliver("2026-05-06", *(f"LS-{number};10;2026-05-05;1001;M400;{number % 9 + 1};PCE;"
                                       f"{'SYSTEM' if number % 2 else 'MODULE'};" for number in range(lines)))
        yield portal
        database.close()


@contextmanager
def address(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'pages.db'}"
        return
    with postgres.running(durable=True) as server:
        yield server.url_of(server.create())


def measure(kind: str, portal: Portal) -> bool:
    """One line for each page; whether all are fast and light enough."""
    client = portal.signed_in(now=NOW + 30 * 86_400_000_000)  # behind the ids of what was booked just now
    headers = {"cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)}
    right = True
    for path in PAGES:
        started = time.perf_counter()
        first = asyncio.run(ask(client.app, path, headers))
        first_ms = (time.perf_counter() - started) * 1_000
        assert first.status == 200, (path, first.status)
        own_ms, bare_ms, loop_ms = in_turns(client.app, path, headers, same_page(client.app, path, headers),
                                            loop_page(len(first.body)))
        weight = weight_of(client.app, path, headers)
        right &= own_ms <= MOST * bare_ms and weight <= HEAVIEST
        asked = queries(portal, client.app, path, headers)
        cells = [kind, path, f"{len(first.body):,}", str(asked), f"{first_ms:,.1f}",
                 f"{own_ms:,.2f}", f"{bare_ms:,.2f}", f"{own_ms / bare_ms:,.1f}", f"{loop_ms:,.2f}", f"{weight:,}"]
        print("  ".join(f"{cell:>10}" for cell in cells), flush=True)
    return right


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


def loop_page(size: int) -> Starlette:
    """An application whose only page has about this many bytes."""
    template = Environment(autoescape=True).from_string(_BARE)
    row = {"day": "2026-05-05", "what": "Sunny 400 <black>", "note": "Delivery note LS-1234, line 10",
           "points": "+1,240", "balance": "8,248,120"}
    bytes_of_a_row = len(Environment(autoescape=True).from_string(_ROW).render(row=row))
    rows = [dict(row) for _ in range(round(size / bytes_of_a_row))]

    def page(_: Request) -> HTMLResponse:
        return HTMLResponse(template.render(title="Points account", rows=rows))

    return Starlette(routes=[Route("/", page)])


def in_turns(app: Any, path: str, headers: dict[str, str], *floors: Starlette) -> list[float]:
    """Median milliseconds of our page and of the others, asked by turns in one loop."""
    async def run() -> list[float]:
        spent: list[list[float]] = [[] for _ in range(len(floors) + 1)]
        for _ in range(ROUNDS):
            spent[0].append(await timed(app, path, headers))
            for place, floor in enumerate(floors, 1):
                spent[place].append(await timed(floor, "/", {}))
        return [statistics.median(one) for one in spent]

    return asyncio.run(run())


async def timed(app: Any, path: str, headers: dict[str, str]) -> float:
    """Milliseconds of one answer."""
    started = time.perf_counter()
    await ask(app, path, headers)
    return (time.perf_counter() - started) * 1_000


async def ask(app: Any, path: str, headers: dict[str, str]) -> Answer:
    """One GET without a network."""
    sent: list[dict[str, Any]] = []
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if not asked:
            await asyncio.Event().wait()  # the visitor stays on the line
        return asked.pop()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    everything = {"host": HOST, "sec-fetch-site": "same-origin", **headers}
    path, _, query = path.partition("?")
    await app({"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
               "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
               "client": ("127.0.0.1", 1), "server": (HOST, 443),
               "headers": [(name.encode(), value.encode()) for name, value in everything.items()]}, receive, send)
    return Answer(sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]))


def weight_of(app: Any, path: str, headers: dict[str, str]) -> int:
    """Bytes of the page and of everything that it loads, but pictures."""
    packed = {**headers, "accept-encoding": "gzip"}
    page = asyncio.run(ask(app, path, headers)).body.decode()
    loaded = {name for name in re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
              if name.endswith((".css", ".js", ".woff2"))}
    return sum(len(asyncio.run(ask(app, name, packed)).body) for name in (path, *sorted(loaded)))


def queries(portal: Portal, app: Any, path: str, headers: dict[str, str]) -> int:
    """Statements that one page sends to the database."""
    counted: list[str] = []
    engine = portal.installation.database.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        counted.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    asyncio.run(ask(app, path, headers))
    event.remove(engine, "before_cursor_execute", note)
    return len(counted)


if __name__ == "__main__":
    sys.exit(main())
