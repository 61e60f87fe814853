"""``treuwerk serve`` as a process of its own: what a real server does with the layers, and what it writes."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import attrs
import pytest

from tests.engine.cli.conftest import Treuwerk
from tests.support.worlds import World, make_world
from treuwerk.store.database import Database

_PATIENCE = 30.0


@attrs.frozen
class Served:
    """A running server."""

    process: subprocess.Popen[str]
    port: int

    def get(self, path: str, host: str = "", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of an answer, as they come over the wire."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        try:
            connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
            for name, value in {"Host": host or f"127.0.0.1:{self.port}", **headers}.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def stop(self) -> list[dict[str, object]]:
        """End it as an operator does; its log."""
        self.process.send_signal(signal.SIGTERM)
        _, err = self.process.communicate(timeout=_PATIENCE)
        return [json.loads(line) for line in err.splitlines() if line.startswith("{")]


@pytest.fixture
def world(tmp_path: Path, sqlite_database: Database) -> World:
    """What these tests look at does not depend on the database."""
    return make_world(tmp_path / "league", sqlite_database)


@pytest.fixture
def served(world: World, request: pytest.FixtureRequest) -> Iterator[Served]:
    """The portal of the world, served by the command; a parameter gives its environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | getattr(request, "param", {})
    process = subprocess.Popen(
        [sys.executable, "-c", "from treuwerk.cli import main; main()", "--programme", str(world.folder),
         "--database", world.database.url.render_as_string(False), "serve", "--port", str(port),
         "--log-format", "json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    with process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().startswith("Portal: ")
            yield Served(process, port)
        finally:
            process.kill()


def test_it_serves_and_writes_one_line_of_json_for_each_request(served: Served) -> None:
    status, headers, _ = served.get("/login?next=/secret")
    log = served.stop()

    assert status == 200
    assert "server" not in headers
    assert [(line["route"], line["status"], line["request_id"]) for line in log if line["message"] == "request"] == [
        ("sign_in", 200, headers["x-request-id"])]
    assert "secret" not in json.dumps(log)


@pytest.mark.parametrize("served", [{"TREUWERK_PUBLIC_URL": "https://league.example",
                                     "TREUWERK_TRUSTED_PROXIES": "127.0.0.1"}], indirect=True)
def test_behind_a_proxy_it_knows_address_and_encryption(served: Served) -> None:
    proper = served.get("/login", "league.example", X_Forwarded_Proto="https", X_Forwarded_For="203.0.113.9")
    rewritten = served.get("/login")
    log = served.stop()

    assert proper[0] == 200
    assert "strict-transport-security" in proper[1]
    assert rewritten[0] == 421
    assert any("Let the proxy hand on the Host header unchanged" in str(line["message"]) for line in log)


def test_a_request_without_host_or_with_two_of_them_is_refused(served: Served) -> None:
    for head in ("GET /login HTTP/1.0\r\n\r\n", "GET /login HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", served.port), timeout=_PATIENCE) as connection:
            connection.sendall(head.encode())
            assert connection.recv(12)[8:] == b" 400"


def test_watchers_get_their_answers(served: Served) -> None:
    assert served.get("/livez", "10.1.2.3")[0] == 200
    assert json.loads(served.get("/readyz")[2]) == {"ready": True, "reasons": [], "work": {
        "waiting": 0, "running": 0, "failed": 0, "oldest_seconds": 0, "workers": 0}}
    assert b"treuwerk_requests_total" in served.get("/metrics")[2]


def test_variables_that_cannot_be_used_stop_the_start(treuwerk: Treuwerk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREUWERK_TRUSTED_PROXIES", "my proxy")

    outcome = treuwerk("serve", "--port", "1")

    assert outcome.code == 2
    assert "TREUWERK_TRUSTED_PROXIES: found 'my proxy', expected addresses or networks" in outcome.err


def test_the_maintenance_page_is_a_file(treuwerk: Treuwerk, tmp_path: Path) -> None:
    outcome = treuwerk("maintenance", "--to", tmp_path / "down.html")

    assert (outcome.code, outcome.out) == (0, "")
    assert (tmp_path / "down.html").read_text("utf-8") == treuwerk("maintenance").out
