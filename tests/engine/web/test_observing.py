"""What the operator sees of requests: lines of log and figures. Never what a visitor typed."""

import io
import json
import logging
import re
from collections.abc import Iterator

import attrs
import pytest
from starlette.testclient import TestClient

from tests.support.portal import DEPLOYMENT, ORIGIN, Portal
from treuwerk.services.deployment import LOOPBACK
from treuwerk.web.application import create_app, system_clock
from treuwerk.web.shell.logs import configure_logging

TOKEN = "a token that nobody guesses"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the server writes, as JSON."""
    stream, root, requests = io.StringIO(), logging.getLogger(), logging.getLogger("treuwerk.requests")
    before = (root.handlers[:], root.level, requests.level)
    configure_logging("json", stream=stream)
    yield stream
    root.handlers[:], root.level, requests.level = before


def lines(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def figures(portal: Portal, client: TestClient | None = None) -> str:
    watcher = client or TestClient(create_app(portal.installation, deployment=attrs.evolve(
        DEPLOYMENT, metrics_token=TOKEN)), base_url=ORIGIN)
    answer = watcher.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return answer.text


def test_each_request_is_one_line(portal: Portal, log: io.StringIO) -> None:
    answer = portal.signed_in().get("/bookings/txn_secret?q=Müller")

    [line] = lines(log)
    assert {name: line[name] for name in ("request_id", "method", "route", "status", "level")} == {
        "request_id": answer.headers["x-request-id"], "method": "GET", "route": "booking", "status": 404,
        "level": "info"}
    assert 0 <= float(str(line["ms"])) < 60_000


def test_nothing_that_a_visitor_typed_is_logged(sqlite_portal: Portal, log: io.StringIO) -> None:
    visitor = sqlite_portal.visitor()

    visitor.get("/anna@private.example?q=anna@private.example", headers={"referer": "https://x/anna@private.example"})
    visitor.post("/login", data={"login": "anna@private.example", "password": "hunter2 hunter2"})

    assert len(lines(log)) == 2
    assert "anna" not in log.getvalue()
    assert "hunter2" not in log.getvalue()


def test_a_failure_keeps_its_traceback_in_one_line(sqlite_portal: Portal, log: io.StringIO,
                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("treuwerk.services.account.statements.statement", broken)

    answer = sqlite_portal.signed_in().get("/account?q=Anna")

    failure, request = lines(log)
    assert failure["request_id"] == request["request_id"] == answer.headers["x-request-id"]
    assert "ZeroDivisionError" in str(failure["exception"])
    assert (request["status"], request["route"]) == (500, "account")
    assert "Anna" not in log.getvalue()


def test_errors_of_the_database_do_not_show_values(sqlite_portal: Portal) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import OperationalError

    with sqlite_portal.installation.database.reading() as connection:
        with pytest.raises(OperationalError) as caught:
            connection.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": "Anna"})

    assert "nowhere" in str(caught.value)
    assert "Anna" not in str(caught.value)


def test_text_is_for_people(sqlite_portal: Portal, log: io.StringIO) -> None:
    configure_logging("text", stream=log)

    sqlite_portal.visitor().get("/login")

    assert re.search(r"INFO request request_id=\w{10} method=GET route=sign_in status=200 ms=[\d.]+\n$", log.getvalue())


def test_a_demo_writes_no_line_for_each_request(sqlite_portal: Portal, log: io.StringIO) -> None:
    configure_logging("text", requests=False, stream=log)

    sqlite_portal.visitor().get("/login")

    assert log.getvalue() == ""


def test_requests_are_counted_by_route_and_status(portal: Portal) -> None:
    app = create_app(portal.installation, deployment=attrs.evolve(DEPLOYMENT, metrics_token=TOKEN))
    client = TestClient(app, base_url=ORIGIN)
    for path in ("/login", "/login", "/nowhere", "/nowhere/else", "/static/x.css"):
        client.get(path)
    client.request("BREW", "/login")

    text = figures(portal, client)

    assert 'treuwerk_requests_total{method="GET",route="/login",status="200"} 2.0' in text
    assert 'treuwerk_requests_total{method="GET",route="(none)",status="404"} 2.0' in text
    assert 'treuwerk_requests_total{method="GET",route="/static/{name:path}",status="404"} 1.0' in text
    assert 'treuwerk_requests_total{method="other",route="/login",status="405"} 1.0' in text
    assert 'treuwerk_request_seconds_count{route="/login"} 3.0' in text


def test_sessions_connections_and_build_are_told(portal: Portal) -> None:
    portal.signed_in(now=system_clock())

    text = figures(portal)

    assert "treuwerk_sessions 1.0" in text
    assert "treuwerk_database_up 1.0" in text
    assert 'treuwerk_database_connections{state="in_use"}' in text
    assert re.search(r'treuwerk_build_info\{database="\w+",python="[\d.]+",version="[\d.]+"\} 1.0', text)


def test_figures_come_while_the_database_is_away(sqlite_portal: Portal) -> None:
    with sqlite_portal.installation.database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE web_session")

    text = figures(sqlite_portal)

    assert "treuwerk_database_up 0.0" in text
    assert "treuwerk_sessions" not in text


@pytest.mark.parametrize(("headers", "peer", "status"), [
    ({}, "127.0.0.1", 200), ({}, "192.0.2.1", 403), ({"x-forwarded-for": "127.0.0.1"}, "127.0.0.1", 403),
    ({"authorization": f"Bearer {TOKEN}"}, "192.0.2.1", 200), ({"authorization": "Bearer wrong"}, "127.0.0.1", 403),
    ({"authorization": f"Basic {TOKEN}"}, "192.0.2.1", 403),
])
def test_figures_are_for_whom_the_operator_named(sqlite_portal: Portal, headers: dict[str, str], peer: str,
                                                 status: int) -> None:
    deployment = attrs.evolve(DEPLOYMENT, metrics_token=TOKEN, metrics_from=LOOPBACK)
    app = create_app(sqlite_portal.installation, deployment=deployment)
    client = TestClient(app, base_url=ORIGIN, client=(peer, 1))

    assert client.get("/metrics", headers=headers).status_code == status


def test_without_a_token_none_opens(sqlite_portal: Portal) -> None:
    client = TestClient(create_app(sqlite_portal.installation, deployment=DEPLOYMENT), base_url=ORIGIN)

    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 403
