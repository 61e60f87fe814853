"""Switching the language without a script: the page stays, and what was typed into its form stays with it."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from tests.support.desk import filled
from tests.support.portal import Portal
from treuwerk.web.shell.confirming import is_secret


@pytest.fixture
def desk(sqlite_portal: Portal) -> Portal:
    return sqlite_portal


def switches(page: str) -> dict[str, str]:
    """Where the buttons lead that send the form along, by their language."""
    return {code: unescape(path) for path, code in re.findall(
        r'form="page-form" formaction="(/preferences\?locale=(\w+)[^"]*)"', page)}


def note(desk: Portal) -> tuple[TestClient, str]:
    return desk.in_office("agent"), f"/office/participants/{desk.account('1001')}/notes/new"


def test_what_was_typed_is_there_in_the_other_language(desk: Portal) -> None:
    agent, path = note(desk)
    typed = filled(agent, path, kind="letter", text="Müller & <Sons>", status="open")

    led = agent.post(switches(agent.get(path).text)["de"], data=typed).headers["location"]
    page = agent.get(led).text

    assert led == f"{path}?again=1"
    assert '<html lang="de"' in page
    assert "Müller &amp; &lt;Sons&gt;" in page
    assert re.search(r'value="letter"[^>]*(checked|selected)', page)
    assert f'value="{typed["form_id"]}"' in page
    assert agent.post(path, data=typed).status_code == 303
    assert "Müller &amp; &lt;Sons&gt;" not in agent.get(path).text


def test_the_query_of_the_page_stays_and_again_is_not_piled_up(desk: Portal) -> None:
    agent, path = note(desk)
    first = agent.post(switches(agent.get(f"{path}?block=none").text)["de"], data={"text": "one"}).headers["location"]

    second = agent.post(switches(agent.get(first).text)["fr"], data={"text": "two"}).headers["location"]

    assert second == first == f"{path}?block=none&again=1"
    assert "two" in agent.get(second).text


def test_the_buttons_stand_behind_the_form_that_enter_sends(desk: Portal) -> None:
    agent, path = note(desk)

    page = agent.get(path).text

    assert page.index('id="page-form"') < page.index('form="page-form"')
    assert page.index("<noscript>", page.index('id="page-form"')) < page.index('form="page-form"')
    assert page.count('id="page-form"') == 1
    assert 'form="page-form"' not in agent.get("/office/roles").text


def test_no_secret_is_kept_and_no_other_site_is_led_to(desk: Portal) -> None:
    agent, path = note(desk)

    led = agent.post("/preferences?locale=de&next=//evil.example", data={"text": "x"}).headers["location"]
    agent.post(f"/preferences?locale=de&next={path}", data={"text": "kept", "new_password": "never", "code": "123456"})

    assert led.startswith("/?again")
    with desk.installation.database.reading() as connection:
        stored = str(connection.exec_driver_sql("SELECT data FROM web_session").all())
    assert "kept" in stored
    assert not any(secret in stored for secret in ("never", "123456"))
    assert is_secret("password")


def test_a_visitor_who_is_not_signed_in_switches_all_the_same(sqlite_portal: Portal) -> None:
    answer = sqlite_portal.visitor().post("/preferences?locale=de&next=/login", data={"login": "anna"})

    assert answer.headers["location"] == "/login"
    assert "__Host-locale=de" in answer.headers["set-cookie"]


def test_what_is_too_long_to_keep_is_no_error(desk: Portal) -> None:
    agent, path = note(desk)

    answer = agent.post(f"/preferences?locale=de&next={path}", data={"text": "long " * 3_000})

    assert answer.headers["location"] == path


def test_several_choices_are_all_kept(desk: Portal) -> None:
    ada = desk.in_office("admin", name="Ada")
    path = "/office/users/new"

    led = ada.post(switches(ada.get(path).text)["de"], data={"name": "Eve", "roles": ["agent", "admin"]})

    page = ada.get(led.headers["location"]).text
    assert len(re.findall(r'name="roles"[^>]* checked', page)) == 2
