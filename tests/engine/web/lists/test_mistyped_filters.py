"""Filters that people type: what cannot be read is told beside its field, and never an error page or a wrong list."""

import pytest
from starlette.testclient import TestClient

from tests.engine.web.lists.test_list_pages import client, names  # noqa: F401 - the fixture
from tests.support.portal import Portal


@pytest.mark.parametrize(("query", "typed", "told"), [
    ("since=31.12.2026", "31.12.2026", "Enter a day such as 31/12/2026."),
    ("place=a+few", "a few", "Enter a whole number such as 1,250."),
    ("place=1.5", "1.5", "Enter a whole number such as 1,250."),
    ("place=" + "9" * 30, "9" * 30, "Enter a whole number such as 1,250.")])
def test_a_mistyped_filter_is_told_where_it_stands(client: TestClient, query: str, typed: str,  # noqa: F811
                                                   told: str) -> None:
    answer = client.get(f"/things?colour=blue&{query}")

    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{typed}"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "Colour: Blue" in answer.text


def test_no_row_and_no_file_is_shown_that_was_not_asked_for(client: TestClient) -> None:  # noqa: F811
    html = client.get("/things?since=soon").text

    assert names(html) == []
    assert "Nothing is shown until the filters can be read." in html
    assert "/things.csv" not in html
    assert client.get("/things.csv?since=soon").status_code == 400


def test_a_script_gets_the_part_with_the_complaint(client: TestClient) -> None:  # noqa: F811
    answer = client.get("/things?since=soon", headers={"hx-request": "true", "hx-target": "section#list-things"})

    assert (answer.status_code, answer.headers["x-fragment"]) == (422, "list-things")
    assert "Enter a day such as" in answer.text


def test_numbers_are_typed_as_the_language_writes_them(portal: Portal, client: TestClient) -> None:  # noqa: F811
    html = client.get("/things?place=30,000").text

    assert names(html) == ["30", "31", "32", "33", "34"]
    assert "From place: 30,000" in html
    assert "place=30000" in html
