"""What is written down about uploads for those who run the server: which route and how long, and no name of a file."""

import io
import json
import logging
from collections.abc import Iterator

import attrs
import pytest
from starlette.testclient import TestClient

from tests.support.pictures import photo
from tests.support.portal import DEPLOYMENT, ORIGIN, Portal
from tests.support.reporting import HERE, begun, send
from treuwerk.web.application import create_app
from treuwerk.web.shell.logs import configure_logging

NAME = "Lieferschein-Brandmaier-geheim"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream, root, requests = io.StringIO(), logging.getLogger(), logging.getLogger("treuwerk.requests")
    before = (root.handlers[:], root.level, requests.level)
    configure_logging("json", stream=stream)
    yield stream
    root.handlers[:], root.level, requests.level = before


def test_neither_log_nor_metrics_hold_names_of_files(sqlite_uploading: Portal, log: io.StringIO) -> None:
    browser = sqlite_uploading.signed_in()
    where = begun(browser, (f"{NAME}.jpg", photo()))
    send(browser, f"{HERE}/new", [(f"{NAME}.svg", b"<svg xmlns='x'/>")])
    browser.get(f"{where}/pages/1/1.jpg")
    watched = attrs.evolve(DEPLOYMENT, metrics_token="a token that nobody guesses")
    watcher = TestClient(create_app(sqlite_uploading.installation, deployment=watched), base_url=ORIGIN)

    figures = watcher.get("/metrics", headers={"authorization": "Bearer a token that nobody guesses"}).text

    assert {json.loads(line)["route"] for line in log.getvalue().splitlines()} >= {"report_begin", "own_picture"}
    assert NAME not in log.getvalue()
    assert NAME not in figures
    assert where.rpartition("/")[2] not in figures
