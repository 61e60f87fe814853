"""Deliveries of partners' systems over HTTPS: who may, what is taken, and what is answered."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from tests.support.portal import DELIVERIES, DEPLOYMENT, NOW, ORIGIN, PROGRAMME, Portal, open_portal
from treuwerk.domain.refusals import Refusal
from treuwerk.jobs.running import run_now
from treuwerk.services.clearing.source_secrets import signature
from treuwerk.store.database import Database
from treuwerk.store.tables import incoming, journal, work_item, work_order
from treuwerk.web.application import create_app

API = """
[api.deliveries]
token = { env = "ERP_TOKEN" }
signature = { env = "ERP_KEY" }
requests_per_minute = 1000
largest_mebibytes = 1

[[sources]]
name = "others"
reader = "csv_feed"
seller = "Andere AG"

[sources.columns]
number = "delivery_number"
line = "position"
date = "delivered_on"
buyer = "customer_number"
article = "article_number"
quantity = "quantity"
unit = "unit"

[api.others]
token = { env = "OTHER_TOKEN" }
requests_per_minute = 2
"""
FILES = "/api/v1/sources/deliveries/files"
TOKEN, KEY = "a-token-of-the-erp", "whsec_" + b64encode(b"a key of thirty-two bytes or more").decode()
LINE = "LS-1;10;2026-05-05;1001;M400;10;PCE;MODULE;"


@pytest.fixture
def portal(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Portal:
    for name, value in (("ERP_TOKEN", TOKEN), ("ERP_KEY", KEY), ("OTHER_TOKEN", "another"),
                        ("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))):
        monkeypatch.setenv(name, value)
    return open_portal(tmp_path, database, PROGRAMME + API)


def partner(portal: Portal, now: int = NOW) -> TestClient:
    app = create_app(portal.installation, clock=lambda: now, styleguide=False, deployment=DEPLOYMENT)
    return TestClient(app, base_url=ORIGIN)


@pytest.fixture
def client(portal: Portal) -> Iterator[TestClient]:
    with partner(portal) as client:
        yield client


def file(*lines: str) -> bytes:
    return (DELIVERIES + "".join(f"{line}\n" for line in lines)).encode()


def bearer(**headers: str) -> dict[str, str]:
    return {"authorization": f"Bearer {TOKEN}", **{name.replace("_", "-"): value for name, value in headers.items()}}


def signed(body: bytes, message: str = "msg_1", at: int = NOW // 1_000_000, key: str = KEY,
           **headers: str) -> dict[str, str]:
    return {"webhook-id": message, "webhook-timestamp": str(at), "webhook-signature": signature(key, message, at, body),
            **{name.replace("_", "-"): value for name, value in headers.items()}}


def count(portal: Portal, table: Any) -> int:
    with portal.installation.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def is_problem(answer: Any, status: int, code: str) -> bool:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    found = answer.json()
    assert (answer.status_code, found["status"], found["code"]) == (status, status, code), answer.text
    return bool(found["title"] and found["request_id"])


def test_a_small_file_is_cleared_at_once_and_answered_with_its_receipt(portal: Portal, client: TestClient) -> None:
    answer = client.post(f"{FILES}?name=may.csv", content=file(LINE), headers=bearer())

    assert answer.status_code == 200
    shown = answer.json()
    assert shown["receipt"]["booked"] == 1
    assert shown["receipt"]["file"] == shown["name"] == "may.csv"
    assert client.get(answer.headers["location"], headers=bearer()).json() == shown
    assert count(portal, journal) == 1
    with portal.installation.database.reading() as connection:
        assert connection.execute(select(work_order.c.state)).scalars().all() == ["done"]


def test_a_large_file_is_taken_and_cleared_behind_the_answer(portal: Portal, client: TestClient) -> None:
    lines = [f"LS-{number};10;2026-05-05;1001;M400;10;PCE;MODULE;SN{number:0100}" for number in range(5_000)]

    answer = client.post(FILES, content=file(*lines), headers=bearer())

    assert answer.status_code == 202
    assert answer.json()["state"] == "received"
    with portal.installation.database.reading() as connection:
        [key] = connection.execute(select(work_order.c.key)).scalars().all()
    run_now(portal.installation, key, lambda: NOW, "test")
    settled = client.get(answer.headers["location"], headers=bearer()).json()
    assert settled["state"] == "done"
    assert settled["receipt"]["lines"] == settled["receipt"]["booked"] == 5_000


def test_a_signed_file_is_taken(portal: Portal, client: TestClient) -> None:
    body = file(LINE)

    assert client.post(FILES, content=body, headers=signed(body)).json()["receipt"]["booked"] == 1


@pytest.mark.parametrize("headers", [
    {}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {TOKEN}"}, {"authorization": "Bearer another"},
    signed(b"another body"), signed(file(LINE), key="whsec_YW5vdGhlcg=="),
    signed(file(LINE), at=NOW // 1_000_000 - 301),
    signed(file(LINE), at=NOW // 1_000_000 + 301), {**signed(file(LINE)), "webhook-id": "msg_2"},
    {**signed(file(LINE)), "webhook-timestamp": "soon"}, {**signed(file(LINE)), "webhook-signature": "v1,"},
    {**signed(file(LINE)), "webhook-signature": "nonsense"},
], ids=["nothing", "wrong token", "wrong kind", "token of another source", "another body", "another key", "too old",
        "of the future", "another id", "no time", "empty", "nonsense"])
def test_case_80_what_is_not_authentic_is_refused_and_nothing_is_kept(portal: Portal, client: TestClient,
                                                                     tmp_path: Path, headers: dict[str, str]) -> None:
    answer = client.post(FILES, content=file(LINE), headers=headers)

    assert is_problem(answer, 401, "not_authentic")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert count(portal, incoming) == count(portal, journal) == 0
    assert [path for path in (tmp_path / "documents").rglob("*") if path.is_file()] == []


STRANGERS = {
    "nothing": {}, "a token": {"authorization": "Bearer wrong"}, "another kind": {"authorization": f"Basic {TOKEN}"},
    "a signature": signed(b"x", key="a key of nobody"), "an old one": signed(b"x", at=1, key="a key of nobody"),
    "one without time": {**signed(b"x"), "webhook-timestamp": "soon"},
    "both": {**signed(b"x", key="a key of nobody"), "authorization": "Bearer wrong"}}


@pytest.mark.parametrize("headers", STRANGERS.values(), ids=STRANGERS)
def test_nobody_learns_which_sources_there_are(client: TestClient, monkeypatch: pytest.MonkeyPatch,
                                               headers: dict[str, str]) -> None:
    """Neither one with both ways in, nor one with tokens only, nor one that is not set up, from one that is not."""
    content = b"x" * ((1 << 20) - 1)
    answers = [client.post(f"/api/v1/sources/{name}/files", content=content, headers=headers)
               for name in ("strange", "deliveries", "others")]
    monkeypatch.delenv("ERP_TOKEN")
    monkeypatch.delenv("ERP_KEY")
    answers.append(client.post(FILES, content=content, headers=headers))

    assert all(is_problem(answer, 401, "not_authentic") for answer in answers)
    assert len({(answer.json()["detail"], *sorted(set(answer.headers) - {"x-request-id"})) for answer in answers}) == 1


def test_who_has_the_key_is_told_that_his_clock_is_wrong(client: TestClient) -> None:
    late = client.post(FILES, content=file(LINE), headers=signed(file(LINE), at=NOW // 1_000_000 - 301))

    assert is_problem(late, 401, "not_authentic")
    assert late.json()["detail"] == "the time of the signature is more than 300 seconds from ours"


def test_what_a_source_takes_is_asked_of_its_partner_too(client: TestClient) -> None:
    large = b"x" * (1 << 20) + b"y"

    assert is_problem(client.post(FILES, content=large, headers=signed(large)), 413, "too_large")


def test_case_80_a_repeated_request_is_done_once_and_answered_alike_for_good(portal: Portal,
                                                                            client: TestClient) -> None:
    first = client.post(FILES, content=file(LINE), headers=bearer(idempotency_key="k-1"))
    with partner(portal, NOW + 400 * 86_400_000_000) as later:
        again = later.post(FILES, content=file(LINE), headers=bearer(idempotency_key="k-1"))

    assert again.status_code == first.status_code == 200
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert count(portal, incoming) == count(portal, journal) == 1


def test_case_80_a_replayed_signature_does_nothing_twice(portal: Portal, client: TestClient) -> None:
    body = file(LINE)
    answers = [client.post(FILES, content=body, headers=signed(body)) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert count(portal, incoming) == count(portal, journal) == 1


def test_a_key_with_another_content_is_refused(portal: Portal, client: TestClient) -> None:
    client.post(FILES, content=file(LINE), headers=bearer(idempotency_key="k-1"))

    answer = client.post(FILES, content=file(LINE, LINE), headers=bearer(idempotency_key="k-1"))

    assert is_problem(answer, 422, "key_used")
    assert count(portal, incoming) == 1


def test_the_same_content_without_a_key_books_nothing_twice(portal: Portal, client: TestClient) -> None:
    first, second = (client.post(FILES, content=file(LINE), headers=bearer()).json() for _ in range(2))

    assert first["receipt"]["booked"] == 1
    assert second["receipt"]["duplicate"] == 1
    assert second["receipt"]["first_receipt"]["run"] == first["receipt"]["run"]
    assert count(portal, journal) == 1


def test_a_file_that_cannot_be_read_is_kept_for_the_office_and_refused_with_the_reason(portal: Portal,
                                                                                     client: TestClient) -> None:
    answer = client.post(FILES, content=b"rubbish\n1\n", headers=bearer(idempotency_key="k-1"))
    again = client.post(FILES, content=b"rubbish\n1\n", headers=bearer(idempotency_key="k-1"))

    assert is_problem(answer, 422, "unreadable")
    assert "delivery_number" in answer.json()["detail"]
    assert again.json()["detail"] == answer.json()["detail"]
    with portal.installation.database.reading() as connection:
        [item] = connection.execute(select(work_item).where(work_item.c.kind == "work_order")).all()
    assert "delivery_number" in item.gist
    assert client.get(answer.headers["location"], headers=bearer()).json()["state"] == "failed"


@pytest.mark.parametrize(("path", "content", "status", "code"), [
    (FILES, b"", 422, "empty"), (f"{FILES}?name=../x", b"x", 400, "wrong_name"), (f"{FILES}?name=a%0Ab", b"x", 400,
                                                                                 "wrong_name"),
    (FILES, b"x" * (1 << 20) + b"y", 413, "too_large"), (f"{FILES}?name={'x' * 201}", b"x", 400, "wrong_name")])
def test_what_cannot_be_taken_is_told_as_a_problem(portal: Portal, client: TestClient, path: str, content: bytes,
                                                   status: int, code: str) -> None:
    assert is_problem(client.post(path, content=content, headers=bearer()), status, code)
    assert count(portal, incoming) == 0


def test_errors_of_the_layers_around_are_problems_too(client: TestClient) -> None:
    assert is_problem(client.get("/api/v1/nothing"), 404, "not_found")
    assert is_problem(client.put(FILES, headers=bearer()), 405, "wrong_method")
    assert is_problem(client.get(f"{FILES}/inc_0000000000000g000000000002", headers=bearer()), 404, "not_found")
    assert is_problem(client.get(f"{FILES}/txn_1", headers=bearer()), 404, "not_found")


def test_who_asks_too_often_waits(client: TestClient) -> None:
    others = "/api/v1/sources/others/files"
    answers = [client.get(f"{others}/inc_x", headers={"authorization": "Bearer another"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert int(answers[2].headers["retry-after"]) >= 1


def test_a_missing_secret_is_no_open_door(client: TestClient, monkeypatch: pytest.MonkeyPatch,
                                          caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.delenv("ERP_TOKEN")

    assert is_problem(client.post(FILES, content=file(LINE), headers=bearer()), 401, "not_authentic")
    assert "source deliveries takes nothing" in caplog.text


def test_a_session_opens_nothing_here_and_a_secret_opens_no_page(portal: Portal, client: TestClient) -> None:
    assert is_problem(portal.signed_in().post(FILES, content=file(LINE)), 401, "not_authentic")
    assert client.get("/", headers=bearer(), follow_redirects=False).headers["location"] == "/login"


def test_no_cookie_is_set(client: TestClient) -> None:
    answer = client.post(FILES, content=file(LINE), headers=bearer())

    assert "set-cookie" not in answer.headers
    assert json.loads(answer.content)


def versioned(client: TestClient, version: int, quantity: int) -> Any:
    return client.post(f"{FILES}?document=LS-1&version={version}",
                       content=file(f"LS-1;10;2026-05-05;1001;M400;{quantity};PCE;MODULE;"), headers=bearer()).json()


def test_case_80_a_version_that_comes_behind_a_newer_one_is_stored_and_books_nothing(portal: Portal,
                                                                                    client: TestClient) -> None:
    newer, older = versioned(client, 3, 12), versioned(client, 2, 10)

    assert (newer["state"], newer["receipt"]["booked"]) == ("done", 1)
    assert older["state"] == "superseded"
    assert "version 3" in older["reason"]
    assert (count(portal, incoming), count(portal, journal)) == (2, 1)


def test_case_80_a_newer_version_waits_for_an_older_one_that_is_being_cleared(portal: Portal,
                                                                             client: TestClient) -> None:
    versioned(client, 1, 10)
    with portal.installation.database.writing() as connection:  # its request died before it was cleared
        connection.execute(incoming.update().values(state="received", receipt=""))
        connection.execute(work_order.update().values(state="open"))

    waiting = versioned(client, 2, 10)

    assert waiting["state"] == "received"
    with portal.installation.database.reading() as connection:
        keys = connection.execute(select(work_order.c.key).order_by(work_order.c.key)).scalars().all()
    for key in [*keys, *keys]:  # whichever comes first: the newer one waits
        with suppress(Refusal):
            run_now(portal.installation, key, lambda: NOW, "test")
    with portal.installation.database.reading() as connection:
        found = connection.execute(select(incoming.c.version, incoming.c.state).order_by(incoming.c.version)).all()
    assert [tuple(row) for row in found] == [(1, "superseded"), (2, "done")]


@pytest.mark.parametrize("query", ["document=LS-1", "version=1", "document=LS-1&version=0", "document=LS-1&version=x",
                                   "document=LS-1&version=-1", "document=a%00b&version=1"])
def test_a_version_is_said_wholly_or_not_at_all(client: TestClient, query: str) -> None:
    assert is_problem(client.post(f"{FILES}?{query}", content=file(LINE), headers=bearer()), 400, "wrong_version")
