"""The page of a rejected line: as it came, its fields, what booking it would do, and booking or closing it."""

import re

import pytest
from starlette.testclient import TestClient

from tests.engine.clearing.test_deciding import points
from tests.engine.web.test_conflict_pages import deliver
from tests.support.desk import filled, hidden
from tests.support.portal import Portal

FIELDS = {"kind": "delivery", "movement": "DELIVER", "number": "LS-78", "line": "10", "day": "05/11/2026",
          "scheme": "customer_number", "buyer": "1001", "article": "M400", "quantity": "10", "unit": "PCE",
          "amount": "", "currency": "", "order": "", "serials": "", "features": "scope = SYSTEM",
          "reason": "Asked the sender"}
GOOD, BROKEN = "LS-77;10;2026-11-05;1001;M400;10;PCE;SYSTEM;", "LS-78;10;2026-11-05;1001;M400;1o;PCE;SYSTEM;"


@pytest.fixture
def one(empty_portal: Portal) -> tuple[Portal, TestClient, str]:
    """A portal with a feed of which one line has a letter in its quantity, a clerk, and the page of the line."""
    deliver(empty_portal, "2026-11-20", GOOD, BROKEN)
    clerk = empty_portal.in_office("agent", name="Clara Weiß")
    [item] = set(re.findall(r'href="(/office/queue/[0-9]+)"', clerk.get("/office/queue").text))
    [path] = re.findall(r'href="(/office/lines/[0-9]+-[0-9]+)"', clerk.get(item).text)
    return empty_portal, clerk, path


def form(client: TestClient, path: str, **values: str) -> dict[str, str]:
    page = client.get(path).text
    [seller] = re.findall(r'id="seller" name="seller" type="text" value="([^"]+)"', page)
    return hidden(page) | FIELDS | {"seller": seller} | values


def test_a_line_is_shown_as_it_came_previewed_and_booked(one: tuple[Portal, TestClient, str]) -> None:
    portal, clerk, path = one
    assert BROKEN in clerk.get(path).text
    data = form(clerk, path)

    seen = clerk.post(f"{path}/correct", data=data)

    assert seen.status_code == 200
    assert "It is booked." in seen.text
    assert points(portal)["bonus"] == 800

    answer = clerk.post(f"{path}/correct?book=1", data=data)

    assert answer.status_code == 303, answer.text
    assert "Asked the sender" in clerk.get(answer.headers["location"]).text
    assert points(portal)["bonus"] == 1_600


def test_what_cannot_be_booked_is_told_beside_what_was_typed(one: tuple[Portal, TestClient, str]) -> None:
    portal, clerk, path = one

    mistyped = clerk.post(f"{path}/correct", data=form(clerk, path, quantity="1o", features="SYSTEM"))
    useless = clerk.post(f"{path}/correct?book=1", data=form(clerk, path, unit="XXX"))

    assert (mistyped.status_code, useless.status_code) == (422, 422)
    assert "This line would be rejected again" in useless.text
    assert 'value="XXX"' in useless.text
    assert points(portal)["bonus"] == 800


def test_features_need_names_and_values(one: tuple[Portal, TestClient, str]) -> None:
    _, clerk, path = one

    answer = clerk.post(f"{path}/correct", data=form(clerk, path, features="SYSTEM"))

    assert answer.status_code == 422
    assert "one feature per line" in answer.text


def test_who_comes_second_sees_the_line_as_it_is(one: tuple[Portal, TestClient, str]) -> None:
    portal, clerk, path = one
    other = portal.in_office("agent", name="David Braun")
    stale = form(other, path)
    clerk.post(f"{path}/correct?book=1", data=form(clerk, path))

    answer = other.post(f"{path}/correct?book=1", data=stale)

    assert answer.status_code == 303
    assert "Somebody decided meanwhile, on this line" in other.get(answer.headers["location"]).text
    assert points(portal)["bonus"] == 1_600


def test_a_line_that_does_not_count_is_closed_and_opened_again(one: tuple[Portal, TestClient, str]) -> None:
    _, clerk, path = one
    assert clerk.post(f"{path}/close", data=filled(clerk, path, reason="no")).status_code == 422

    closed = clerk.post(f"{path}/close", data=filled(clerk, path, reason="Ordered by mistake"))

    assert closed.status_code == 303
    assert "This line is closed" in clerk.get(path).text
    [version] = re.findall(r'name="version" value="([0-9]+)"', clerk.get(path).text)
    assert clerk.post(f"{path}/reopen", data={"version": version}).status_code == 303
    assert "Correct the line" in clerk.get(path).text


@pytest.mark.parametrize("path", ["/office/lines/1-1", "/office/lines/x", "/office/lines/99999999999999999999-1"])
def test_what_is_no_line_is_not_there(empty_portal: Portal, path: str) -> None:
    assert empty_portal.in_office("agent").get(path).status_code == 404


def test_a_rejected_line_is_no_conflict(one: tuple[Portal, TestClient, str]) -> None:
    _, clerk, path = one

    assert clerk.get(path.replace("/lines/", "/conflicts/")).status_code == 404
