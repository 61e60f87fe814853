"""Pages of a list in both directions, and what a page is when rows went away."""

import re
from html import unescape

import pytest
from sqlalchemy import delete
from starlette.testclient import TestClient

from tests.engine.web.lists.test_list_pages import client, names  # noqa: F401 - the fixture
from tests.support.portal import Portal
from treuwerk.store.tables import saved_view


def link(html: str, id_: str) -> str:
    found = re.search(rf'href="([^"]+)"[^>]* id="list-things-{id_}"', html)
    return unescape(found[1]) if found else ""


@pytest.mark.parametrize("query", ["", "?sort=-place", "?sort=place&colour=blue"])
def test_going_back_shows_the_same_pages_in_reverse(client: TestClient, query: str) -> None:  # noqa: F811
    forth, back, url, html = list[list[str]](), list[list[str]](), f"/things{query}", ""
    while url:
        html = client.get(url).text
        forth.append(names(html))
        url = link(html, "next")

    while True:
        back.append(names(html))
        if not (url := link(html, "previous")):
            break
        html = client.get(url).text

    assert back == forth[::-1]
    assert len(forth) == (2 if "blue" in query else 4)
    assert link(html, "first") == ""


def test_the_first_page_is_full_also_when_it_is_reached_from_behind(portal: Portal, client: TestClient) -> None:  # noqa: F811
    second = client.get(link(client.get("/things").text, "next")).text
    gone(portal, "thing 00", "thing 01", "thing 02")

    first = client.get(link(second, "previous")).text

    assert len(names(first)) == 10
    assert link(first, "previous") == ""


def test_where_everything_behind_is_gone_the_last_page_is_shown(portal: Portal, client: TestClient) -> None:  # noqa: F811
    url = link(client.get("/things?colour=red").text, "next")
    gone(portal, *(f"thing {number:02}" for number in range(20, 35)))

    html = client.get(url).text

    assert names(html)[-1] == "18"
    assert "Nothing found" not in html


def test_a_page_has_one_place(client: TestClient) -> None:  # noqa: F811
    html = client.get("/things").text
    second = client.get(link(html, "next")).text
    cursor = link(html, "next").partition("?")[2]

    assert client.get(f"{link(second, 'previous')}&{cursor}").status_code == 400


def gone(portal: Portal, *lost: str) -> None:
    with portal.installation.database.writing() as connection:
        connection.execute(delete(saved_view).where(saved_view.c.name.in_(lost)))
