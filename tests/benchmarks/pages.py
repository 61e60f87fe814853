"""How fast are the portal's pages, and how heavy? Milliseconds beside a bare page of the same size, of the same run.

    python tests/benchmarks/pages.py --lines 100 1000 10000 --database sqlite postgresql --judge

One account has as many bookings as there are lines. The yardstick stands in `bare_pages`: a bare Starlette application
with Jinja2 that writes as many rows, cells and bytes from memory. Both are served by the uvicorn of `treuwerk serve` in
a process of its own, asked in turns over one connection of loopback, as a browser does. The median of each counts, and
the 95th percentile is told.
`leafing` asks for another page of the history each time, which nobody has seen before. `within` is the same without
server and network. The weight is what a browser without anything of ours loads: page, style sheets, scripts and
typeface, compressed where the server compresses.

With `--judge` the exit status is 1 where a page takes more than three times the bare one, or weighs 100 kB.
"""

import argparse
import asyncio
import multiprocessing
import re
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import uvicorn
from sqlalchemy import event, text
from starlette.types import ASGIApp, Receive, Scope, Send

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.bare_pages import bare_page
from tests.support import postgres
from tests.support.portal import HOST, NOW, Portal, open_portal
from treuwerk.services.installation import claim_database
from treuwerk.store.database import Database
from treuwerk.store.migrating import migrate

PAGES = ("/", "/account")
BARE = "/_bare"
MOST, HEAVIEST, ROUNDS = 3.0, 100_000, 80
COLUMNS = ("database", "postings", "page", "bytes", "statements", "p50 ms", "bare p50", "× bare", "p95 ms", "bare p95",
           "× bare", "within ms", "bare ms", "× bare", "weight")
Spent = tuple[list[float], list[float]]
"""Milliseconds of our page and of the bare one."""


@attrs.frozen
class Answer:
    """What an application sent."""

    status: int
    body: bytes


def main() -> int:
    """Measure all pages on the databases that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, nargs="+", default=[10_000])
    parser.add_argument("--database", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite"])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--judge", action="store_true")
    arguments = parser.parse_args()
    print("  ".join(f"{column:>10}" for column in COLUMNS))
    failed = False
    for kind in arguments.database:
        for lines in arguments.lines:
            with tempfile.TemporaryDirectory() as folder, world(kind, Path(folder), lines) as portal:
                failed |= not measure(kind, lines, portal, arguments.rounds)
    return int(failed and arguments.judge)


@contextmanager
def world(kind: str, folder: Path, lines: int) -> Iterator[Portal]:
    """A portal whose first company has many bookings."""
    with address(kind, folder) as url:
        database = Database(url)
        migrate(database)
        claim_database(database, "sunny", NOW)
        portal = open_portal(folder, database)
        portal.deliver("2026-05-06", *(f"LS-{number};10;2026-05-05;1001;M400;{number % 997 + 1};PCE;"
                                       f"{'SYSTEM' if number % 2 else 'MODULE'};" for number in range(lines)))
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))  # as the database does by itself a minute later
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


def measure(kind: str, lines: int, portal: Portal, rounds: int) -> bool:
    """One line for each page; whether all are fast and light enough."""
    client = portal.signed_in(now=NOW + 30 * 86_400_000_000)  # behind the ids of what was booked just now
    headers = {"cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)}
    bare, right = {path: bare_like(client.app, path, headers) for path in PAGES}, True
    portal.installation.database.disconnect()  # the server's process makes its own
    with served(Switch(client.app, bare)) as port:
        asked = [(path, path, in_turns(port, path, f"{BARE}{path}", headers, rounds)) for path in PAGES]
        asked.append(("/account", "leafing", leafing(port, headers, rounds)))
    for path, name, served_in in asked:
        within = asyncio.run(within_process(client.app, bare[path], path, headers, rounds))
        weight, size = weight_of(client.app, path, headers), len(asyncio.run(ask(client.app, path, headers)).body)
        right &= at(served_in[0], 50) <= MOST * at(served_in[1], 50) and weight <= HEAVIEST
        cells = [kind, f"{2 * 2 * lines:,}", name, f"{size:,}", str(queries(portal, client.app, path, headers)),
                 *beside(served_in, 50), *beside(served_in, 95), *beside(within, 50), f"{weight:,}"]
        print("  ".join(f"{cell:>10}" for cell in cells), flush=True)
    return right


def beside(spent: Spent, per_cent: int) -> list[str]:
    """Both times that so many per cent do not exceed, and how much longer ours is."""
    own, bare = (at(times, per_cent) for times in spent)
    return [f"{own:,.2f}", f"{bare:,.2f}", f"{own / bare:,.1f}"]


def at(times: Sequence[float], per_cent: int) -> float:
    """The time that so many per cent do not exceed."""
    return sorted(times)[min(len(times) * per_cent // 100, len(times) - 1)]


def bare_like(app: Any, path: str, headers: dict[str, str], at: str = "") -> ASGIApp:
    """The yardstick of a page as it was answered just now; it stands at the page's own path, or `at` another one."""
    own = path.partition("?")[0]
    at = f"{BARE}{at or own}"
    shell, seen = app.state.shell, list[dict[str, Any]]()
    render = shell.renderer.render

    def noted(locale: str, template: str, context: dict[str, Any]) -> str:
        seen.append(context)
        return str(render(locale, template, context))

    shell.renderer.render = noted
    answer = asyncio.run(ask(app, path, headers))
    shell.renderer.render = render
    assert answer.status == 200, (path, answer.status)
    made = bare_page(own, seen[-1], len(answer.body), at)
    size = len(asyncio.run(ask(made, at, {})).body)
    assert abs(size / len(answer.body) - 1) < 0.05, (path, size, len(answer.body))
    return made


@attrs.frozen
class Switch:
    """One server for ours and for the bare pages, each by its own path."""

    own: ASGIApp
    bare: dict[str, ASGIApp]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.bare.get(scope["path"].removeprefix(BARE)) if scope.get("path", "").startswith(BARE) else None
        await (app or self.own)(scope, receive, send)


@contextmanager
def served(app: ASGIApp) -> Iterator[int]:
    """Serve an application in a process of its own; its port on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, proxy_headers=False,
                                lifespan="off")
        process = multiprocessing.get_context("fork").Process(
            target=uvicorn.Server(config).run, kwargs={"sockets": [listener]}, daemon=True)
        process.start()
        try:
            yield listener.getsockname()[1]
        finally:
            process.terminate()
            process.join()


def in_turns(port: int, own: str, bare: str, headers: dict[str, str], rounds: int) -> Spent:
    """Both pages, asked by turns; the first ten do not count."""
    spent: Spent = [], []
    with socket.create_connection(("127.0.0.1", port)) as line:
        for number in range(rounds + 10):
            for path, times in zip((own, bare), spent, strict=True):
                started = time.perf_counter()
                fetched(line, path, headers)
                if number >= 10:
                    times.append((time.perf_counter() - started) * 1_000)
    return spent


def leafing(port: int, headers: dict[str, str], rounds: int) -> Spent:
    """The same for pages of the history that nobody has asked for before."""
    spent, bare, path = list[float](), list[float](), "/account"
    with socket.create_connection(("127.0.0.1", port)) as line:
        for _ in range(rounds):
            started = time.perf_counter()
            html = fetched(line, path, headers).decode()
            spent.append((time.perf_counter() - started) * 1_000)
            older = re.search(r'href="([^"]+)" rel="next"', html)
            path = older[1].replace("&amp;", "&") if older else "/account"
            started = time.perf_counter()
            fetched(line, f"{BARE}/account", {})
            bare.append((time.perf_counter() - started) * 1_000)
    return spent[1:], bare[1:]


def fetched(line: socket.socket, path: str, headers: dict[str, str]) -> bytes:
    """One GET over a connection that stays."""
    told = {"host": HOST, "sec-fetch-site": "same-origin", **headers}
    line.sendall((f"GET {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in told.items())
                  + "\r\n").encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += line.recv(262_144)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), (path, head[:200])
    length = re.search(rb"content-length: (\d+)", head)
    assert length is not None
    while len(body) < int(length[1]):
        body += line.recv(262_144)
    return body


async def within_process(app: Any, bare: Any, path: str, headers: dict[str, str], rounds: int) -> Spent:
    """Both without server and network."""
    spent: Spent = [], []
    for _ in range(rounds):
        spent[0].append(await timed(app, path, headers))
        spent[1].append(await timed(bare, f"{BARE}{path}", {}))
    return spent


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
