"""Saved views in a world that went on: options that are gone, names that are taken, filters that are too long."""

import pytest
from sqlalchemy import insert, select
from starlette.testclient import TestClient

from tests.engine.web.lists.test_list_pages import as_form, client, hidden  # noqa: F401 - the fixture
from tests.support.listing import LIST, USER
from tests.support.portal import Portal
from treuwerk.services.participants.saved_views import AT_MOST, save_view
from treuwerk.store.tables import saved_view


def keep(portal: Portal, name: str, query: str, owner: int = USER) -> None:
    with portal.installation.database.writing() as connection:
        connection.execute(insert(saved_view).values(owner_id=owner, list=LIST, name=name, query=query, position=1,
                                                     version=1))


def kept(portal: Portal, owner: int) -> dict[str, str]:
    with portal.installation.database.reading() as connection:
        rows = connection.execute(select(saved_view.c.name, saved_view.c.query).where(saved_view.c.owner_id == owner))
        return {row.name: row.query for row in rows}


def test_a_view_of_an_option_that_is_gone_breaks_nothing_and_can_be_removed(portal: Portal,
                                                                           client: TestClient) -> None:  # noqa: F811
    keep(portal, "Greens", "colour=green")

    html = client.get("/things").text

    assert "not possible any more" in html
    assert "colour=green" not in html
    assert "Remove view “Greens”" in html
    client.post("/things/views", data={"remove": "Greens"})
    assert "Greens" not in client.get("/things").text.replace("The view “Greens” is removed.", "")


def test_a_name_that_is_taken_is_written_over_with_an_undo(portal: Portal, client: TestClient) -> None:  # noqa: F811
    client.post("/things/views", data={"query": "colour=red", "name": "Mine", "team": "1"})

    client.post("/things/views", data={"query": "colour=blue", "name": "Mine", "team": "1"})

    assert kept(portal, 0) == {"Mine": "colour=blue"}
    html = client.get("/things").text
    html = html if "is another one now" in html else client.get("/things").text
    client.post("/things/views", data=as_form(hidden(html, "/things/views")))
    assert kept(portal, 0) == {"Mine": "colour=red"}


def test_filters_that_are_too_long_are_told(client: TestClient) -> None:  # noqa: F811
    long = "&".join(f"{name}={'%F0%9F%8C%9E' * 80}" for name in ("q", "note"))
    long += "&colour=blue&since=2026-01-01&odd=1&sort=-place&column=name&column=place&column=colour&column=size"

    answer = client.post("/things/views", data={"query": long, "name": "Long"})

    assert answer.status_code == 303
    assert "These filters are too long to be kept." in client.get("/things").text


def test_names_that_look_alike_are_one(portal: Portal, client: TestClient) -> None:  # noqa: F811
    for name in ("Mu\N{COMBINING DIAERESIS}ller", "M\N{LATIN SMALL LETTER U WITH DIAERESIS}ller"):
        client.post("/things/views", data={"query": "", "name": name, "team": "1"})

    assert list(kept(portal, 0)) == ["M\N{LATIN SMALL LETTER U WITH DIAERESIS}ller"]


def test_saving_twice_at_once_is_saving_once(portal: Portal) -> None:
    database = portal.installation.database
    with database.writing() as connection:
        save_view(connection, LIST, USER, "Mine", "colour=red")

    with database.writing() as connection:
        before = save_view(connection, LIST, USER, "Mine", "colour=blue")

    assert before is not None
    assert before.query == "colour=red"
    assert kept(portal, USER) == {"Mine": "colour=blue"}


def test_the_thirty_first_is_refused_but_the_thirtieth_can_be_changed(portal: Portal,
                                                                     client: TestClient) -> None:  # noqa: F811
    for number in range(AT_MOST):
        keep(portal, f"v{number}", "", owner=0)

    client.post("/things/views", data={"query": "colour=blue", "name": "v3", "team": "1"})
    client.post("/things/views", data={"query": "colour=blue", "name": "one more", "team": "1"})

    assert kept(portal, 0)["v3"] == "colour=blue"
    assert "one more" not in kept(portal, 0)


@pytest.mark.parametrize("form", [{"name": "x", "query": ""}, {"remove": "x"}])
def test_views_of_the_team_need_the_right(portal: Portal, client: TestClient,  # noqa: F811
                                          form: dict[str, str]) -> None:
    keep(portal, "x", "colour=red", owner=0)

    answer = client.post("/things/views/own", data=form | {"team": "1"})

    assert answer.status_code == 403
    assert kept(portal, 0) == {"x": "colour=red"}
    assert "For the whole team" not in client.get("/things/own").text
