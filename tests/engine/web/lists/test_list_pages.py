"""A list over the wire: filtered, sorted, paged, downloaded, kept as a view, acted on. All of it without a script."""

import re
from base64 import urlsafe_b64encode
from html import unescape

import pytest
from sqlalchemy import select, update
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.support.listing import add_listing, fill
from tests.support.portal import Portal
from treuwerk.store.tables import saved_view

BRACKETS = urlsafe_b64encode(bytes(12) + b"[" * 20_000).decode()


@pytest.fixture
def client(portal: Portal) -> TestClient:
    fill(portal.installation.database)
    return listing(portal)


def listing(portal: Portal, language: str = "en") -> TestClient:
    client = portal.signed_in(language=language)
    assert isinstance(client.app, Starlette)
    add_listing(client.app, portal.folder)
    return client


def names(html: str) -> list[str]:
    return re.findall(r'<th scope="row" class="wide">\s*<a href="/things">=?thing (\d+)</a>', html)


def link(html: str, id_: str) -> str:
    found = re.search(rf'href="([^"]+)"[^>]* id="list-things-{id_}"', html)
    assert found, id_
    return unescape(found[1])


def hidden(html: str, path: str) -> list[tuple[str, str]]:
    form = re.search(rf'<form method="post" action="{path}".*?</form>', html, re.DOTALL)
    assert form
    return [(unescape(name), unescape(value)) for name, value in
            re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0])]


def test_pages_follow_one_another_without_gap_or_repetition(client: TestClient) -> None:
    seen, url = [], "/things?sort=-place"
    while url:
        html = client.get(url).text
        seen += names(html)
        url = link(html, "next") if 'rel="next"' in html else ""

    assert seen == [f"{number:02}" for number in reversed(range(35))]


def test_what_comes_in_meanwhile_moves_nothing(portal: Portal, client: TestClient) -> None:
    first = client.get("/things?sort=-place").text
    with portal.installation.database.writing() as connection:
        connection.execute(update(saved_view).where(saved_view.c.name == "thing 00").values(position=10**6))

    assert names(client.get(link(first, "next")).text)[0] == "24"


def test_heads_sort_and_say_so(client: TestClient) -> None:
    html = client.get("/things").text
    assert re.search(r'aria-sort="ascending"><a class="sort"', html)
    assert len(re.findall("aria-sort", html)) == 1

    turned = client.get(link(html, "sort-name")).text

    assert re.search(r'<th scope="col" aria-sort="descending"><a class="sort"[^>]*>Name', turned)
    assert names(turned)[0] == "34"


def test_filters_are_chips_that_can_be_taken_away(client: TestClient) -> None:
    html = client.get("/things?colour=blue&q=thing+1&since=31%2F12%2F2026").text

    chips = re.findall(r'class="chip"[^>]*>([^<]+)<svg', html)
    assert chips == ["Colour: Blue", "Search: thing 1", "Since: 31/12/2026"]
    assert "5 entries" in html
    assert names(html) == ["11", "13", "15", "17", "19"]
    assert link(html, "chip-1") == "/things?q=thing+1&since=2026-12-31"
    assert link(html, "reset") == "/things"
    assert 'value="31/12/2026"' in html


def test_nothing_found_offers_a_way_out(client: TestClient) -> None:
    html = client.get("/things?q=nowhere").text

    assert "Nothing found" in html
    assert '<a class="button" href="/things">' in html


@pytest.mark.parametrize("query", [
    "colour=green", "sort=colour", "sort=--name", "sort=name&sort=place", "column=weight", "column=place&column=place",
    "dense=yes", "odd=0", "nonsense=1", "after=%00", "after=abc", "after=e30", "before=abc",
    "colour=red&colour=blue", "after=" + "A" * 40, f"after={BRACKETS}",
])
def test_what_the_list_does_not_know_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/things?{query}").status_code == 400


def test_a_cursor_of_another_session_begins_anew(portal: Portal, client: TestClient) -> None:
    url = link(client.get("/things").text, "next")
    assert names(client.get(url).text)[0] == "10"

    assert names(listing(portal).get(url).text) == names(client.get("/things").text)
    assert names(client.get(url.replace("/things?", "/things?sort=-name&")).text)[0] == "34"


def test_columns_and_density_are_chosen_in_the_address(client: TestClient) -> None:
    html = client.get("/things?column=size&column=name&dense=1").text

    assert re.findall(r'<td[^>]* data-label="(\w+)"', html)[:2] == ["Size", "Size"]
    assert 'class="list list-dense"' in html
    assert link(html, "density") == "/things?column=size&column=name"
    assert "column=size" in link(html, "next")


def test_exactly_what_is_filtered_is_downloaded(client: TestClient) -> None:
    html = client.get("/things?colour=blue&odd=1").text
    url = unescape(re.findall(r'href="(/things.csv[^"]*)"', html)[0])

    answer = client.get(url)

    lines = answer.content.decode("utf-8").split("\r\n")
    assert lines[:3] == ["\ufeffName,Place,Colour", "'=thing 03,3000,blue", "thing 01,1000,blue"]
    assert len(lines) == 17 + 2
    assert "attachment" in answer.headers["content-disposition"]


def test_a_spreadsheet_gets_the_form_of_its_language_and_a_program_that_of_machines(portal: Portal) -> None:
    fill(portal.installation.database)
    client = listing(portal, "de")

    assert client.get("/things.csv").content.decode("utf-8").startswith("\ufeffName;Place;Colour\r\n'=thing 03;3000;")
    assert client.get("/things.csv?form=machine").content.decode("utf-8").startswith("Name,Place,Colour\r\n'=thing")
    assert client.get("/things.csv?form=pdf").status_code == 400


def test_a_state_is_kept_as_a_view_with_its_count(client: TestClient) -> None:
    state = {"query": "colour=blue&sort=-place", "name": "Blue <ones>"}
    answer = client.post("/things/views", data=state | {"team": "1"})
    assert answer.headers["location"] == "/things?colour=blue&sort=-place"

    html = client.get(answer.headers["location"]).text

    assert re.search(r'aria-current="true"[^>]*>Blue &lt;ones&gt;<span class="unseen"> \(team\)</span>'
                     r'<span class="count">17</span>', html)
    assert "The view “Blue &lt;ones&gt;” is saved." in html


def test_a_view_is_removed_and_put_back(client: TestClient) -> None:
    client.post("/things/views", data={"query": "colour=red", "name": "Red"})
    client.get("/things")

    client.post("/things/views", data={"remove": "Red"})
    html = client.get("/things").text

    assert "The view “Red” is removed." in html
    assert ">Red<span" not in html
    client.post("/things/views", data=dict(hidden(html, "/things/views")))
    assert ">Red<span" in client.get("/things").text


@pytest.mark.parametrize(("form", "status"), [
    ({"name": "", "query": ""}, 422), ({"name": "x", "query": "colour=green"}, 400),
    ({"name": "x", "query": "bad=1"}, 400),
])
def test_a_view_that_nobody_could_open_is_not_kept(client: TestClient, form: dict[str, str], status: int) -> None:
    assert client.post("/things/views", data=form).status_code == status


def test_an_act_on_chosen_rows_is_previewed_done_once_and_reported(portal: Portal, client: TestClient) -> None:
    chosen = {"act": "paint", "query": "q=thing", "row": ["thing 00", "thing 01", "thing 02"]}
    preview = client.post("/things/bulk", data=chosen).text
    assert "It would be done for 2 rows." in preview
    assert "1 row stays as it is." in preview
    assert re.search(r"thing 01</th>\s*<td>.*?is not red.*?thing 00</th>", preview, re.DOTALL)
    assert green(portal) == set()
    sure = as_form(hidden(preview, "/things/bulk"))

    report = client.post("/things/bulk", data=sure)

    assert "Done for 2 rows." in report.text
    assert green(portal) == {"thing 00", "thing 02"}
    again = client.post("/things/bulk", data=sure)
    assert (again.status_code, again.headers["location"]) == (303, "/things?q=thing")


def test_all_results_are_more_than_the_page(portal: Portal, client: TestClient) -> None:
    assert 'name="all" value="1">Preview for all 18 results</button>' in client.get("/things?colour=red").text

    preview = client.post("/things/bulk", data={"act": "paint", "query": "colour=red", "all": "1"}).text
    client.post("/things/bulk", data=as_form(hidden(preview, "/things/bulk")))

    assert len(green(portal)) == 18


def test_rows_that_changed_since_the_preview_are_shown_again(portal: Portal, client: TestClient) -> None:
    preview = client.post("/things/bulk", data={"act": "paint", "query": "colour=red", "all": "1"}).text
    with portal.installation.database.writing() as connection:
        connection.execute(update(saved_view).where(saved_view.c.name == "thing 00").values(query="blue"))

    again = client.post("/things/bulk", data=as_form(hidden(preview, "/things/bulk"))).text

    assert "It would be done for 17 rows." in again
    assert green(portal) == set()


def test_as_many_others_are_not_those_that_were_previewed(portal: Portal, client: TestClient) -> None:
    preview = client.post("/things/bulk", data={"act": "paint", "query": "colour=red", "all": "1"}).text
    with portal.installation.database.writing() as connection:
        connection.execute(update(saved_view).where(saved_view.c.name == "thing 00").values(query="blue"))
        connection.execute(update(saved_view).where(saved_view.c.name == "thing 01").values(query="red"))

    again = client.post("/things/bulk", data=as_form(hidden(preview, "/things/bulk"))).text

    assert "It would be done for 18 rows." in again
    assert green(portal) == set()


@pytest.mark.parametrize(("form", "status"), [
    ({"act": "burn", "row": "thing 00"}, 400), ({"act": "paint"}, 422), ({"act": "paint", "query": "bad=1"}, 400),
    ({"act": "paint", "row": ["thing 00", "thing 00"]}, 422),
])
def test_an_act_that_makes_no_sense_is_refused(client: TestClient, form: dict[str, object], status: int) -> None:
    assert client.post("/things/bulk", data=form).status_code == status


def test_a_script_gets_the_list_alone_and_a_page_everything(client: TestClient) -> None:
    asks = {"hx-request": "true", "hx-target": "section#list-things"}

    part, whole = client.get("/things?colour=red", headers=asks), client.get("/things?colour=red")

    assert part.text.strip().startswith('<section class="list"')
    assert "<html" not in part.text
    assert "x-fragment" not in whole.headers
    assert "<html" in client.get("/things", headers=asks | {"hx-target": "div#other"}).text
    assert {"HX-Request", "HX-Target"} <= {name.strip() for name in part.headers["vary"].split(",")}
    assert names(part.text) == names(whole.text)


def as_form(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    return {name: [value for key, value in pairs if key == name] for name, _ in pairs}


def green(portal: Portal) -> set[str]:
    with portal.installation.database.reading() as connection:
        return set(connection.execute(select(saved_view.c.name).where(saved_view.c.query == "green")).scalars())


