"""Addresses on the pages of a company, and where the service centre sees them."""

import re

import pytest

from tests.engine.web.test_profile_page import signed_in_long_ago
from tests.support.company import ADDRESS
from tests.support.desk import filled, hidden, sent
from tests.support.portal import Portal

HERE = "/profile/addresses"


@pytest.fixture
def portal(sqlite_portal: Portal) -> Portal:
    return sqlite_portal


def page_in(html: str) -> str:
    """The page of the first address on the list."""
    found = re.search(r'href="(/profile/addresses/adr_\w+)"', html)
    assert found
    return found[1]


def test_a_first_visit_shows_the_locked_address_of_the_company_and_what_to_do(portal: Portal) -> None:
    html = portal.signed_in().get(HERE).text

    assert "Weg 1<br>10115 Berlin<br>Germany" in html
    assert "locked" in html
    assert "No further address yet" in html
    assert html.count("/profile/addresses/new") == 1


def test_an_address_is_added_with_name_and_country_of_the_company_to_begin_with(portal: Portal) -> None:
    client = portal.signed_in()
    form = client.get(f"{HERE}/new").text
    assert 'value="Müller &amp; Söhne &lt;Solar&gt;"' in form
    assert '<option value="DE" selected>Germany' in form
    assert "For example 10115" in form

    html = sent(client, f"{HERE}/new", **ADDRESS)

    assert "The address is saved." in html
    assert "Am Kesselhaus 12<br>13089 Berlin<br>Germany" in html
    assert "proposed first" in html


@pytest.mark.parametrize(("changed", "complaint"), [
    ({"postcode": "1308"}, "Enter a postcode of this country, such as 10115."),
    ({"country": "IE", "postcode": "?"}, "Enter a postcode of letters and digits, or none."),
    ({"city": ""}, "Fill in “Town”."), ({"country": "XX"}, "Choose one of the entries."),
])
def test_a_refused_address_comes_back_as_it_was_typed(portal: Portal, changed: dict[str, str],
                                                      complaint: str) -> None:
    client = portal.signed_in()

    answer = client.post(f"{HERE}/new", data=filled(client, f"{HERE}/new", **ADDRESS | changed))

    assert answer.status_code == 422
    assert answer.text.count(complaint) == 2  # in the summary, and beside the field
    assert 'value="Am Kesselhaus 12"' in answer.text


def test_the_second_saver_sees_both_versions(portal: Portal) -> None:
    client = portal.signed_in()
    path = page_in(sent(client, f"{HERE}/new", **ADDRESS))
    colleague = portal.signed_in()
    mine = filled(client, path, **ADDRESS | {"street": "Am Kesselhaus 16"})
    sent(colleague, path, **ADDRESS | {"street": "Am Kesselhaus 14"})

    answer = client.post(path, data=mine)

    assert answer.status_code == 409
    for words in ("Am Kesselhaus 14", "Am Kesselhaus 16", "Saved version", "Your version"):
        assert words in answer.text
    client.post(path, data=hidden(answer.text) | ADDRESS | {"street": "Am Kesselhaus 16"})
    assert "Am Kesselhaus 16" in client.get(HERE).text


def test_an_address_is_removed_and_given_back_by_undo(portal: Portal) -> None:
    client = portal.signed_in()
    path = page_in(sent(client, f"{HERE}/new", **ADDRESS))

    client.post(f"{path}/remove")
    html = client.get(HERE).text
    assert "The address Warehouse is removed." in html
    assert "Am Kesselhaus" not in html
    assert f'action="{path}/restore"' in html
    client.post(f"{path}/restore", data={"preferred": "1"})

    html = client.get(HERE).text
    assert "Am Kesselhaus 12" in html
    assert "proposed first" in html


def test_changes_ask_for_a_fresh_proof_and_keep_what_was_typed(portal: Portal) -> None:
    client = portal.signed_in()
    path = page_in(sent(client, f"{HERE}/new", **ADDRESS))
    new, changed = filled(client, f"{HERE}/new", **ADDRESS), filled(client, path, **ADDRESS | {"street": "Weg 99"})
    signed_in_long_ago(portal, client)

    asked = [client.post(f"{HERE}/new", data=new), client.post(f"{path}/remove"), client.post(f"{path}/prefer"),
             client.post(path, data=changed)]

    assert [answer.headers["location"].partition("?")[0] for answer in asked] == ["/confirm"] * 4
    again = client.get(f"{path}?again=1").text
    assert 'value="Weg 99"' in again
    assert '<input type="hidden" name="version" value="1">' in again
    assert "Weg 99" not in client.get(HERE).text


def test_addresses_of_others_are_not_there(portal: Portal) -> None:
    owner, client = portal.signed_in("1002"), portal.signed_in()
    path = page_in(sent(owner, f"{HERE}/new", **ADDRESS))

    asked = [client.get(path), client.post(path, data=ADDRESS),
             *(client.post(f"{path}/{act}") for act in ("prefer", "remove", "restore")), client.get(f"{HERE}/x")]

    assert [answer.status_code for answer in asked] == [404] * len(asked)
    assert "Am Kesselhaus 12" in owner.get(HERE).text


def test_a_reader_sees_addresses_and_no_button(portal: Portal) -> None:
    from tests.engine.web.test_rights_of_routes import look_at

    sent(portal.signed_in(), f"{HERE}/new", **ADDRESS)
    agent = portal.in_office("agent")
    look_at(portal, agent, "1001")

    html = agent.get(HERE).text

    assert "Am Kesselhaus 12" in html
    assert "/new" not in html
    assert "/remove" not in html


def test_the_service_centre_finds_the_company_by_it_and_shows_it(portal: Portal) -> None:
    sent(portal.signed_in(), f"{HERE}/new", **ADDRESS)
    agent = portal.in_office("agent")

    found = agent.get("/office/search?q=kesselhaus").text
    shown = agent.get(f"/office/participants/{portal.account('1001')}").text

    assert "Delivery address" in found
    assert f"/office/participants/{portal.account('1001')}" in found
    assert "Am Kesselhaus 12" in shown
    assert "Warehouse" in shown


@pytest.mark.parametrize(("language", "words"), [
    ("de", ("Firmenadresse", "Adresse hinzufügen", "Deutschland")),
    ("fr", ("Adresse de l’entreprise", "Ajouter une adresse", "Allemagne"))])
def test_addresses_speak_the_readers_language(portal: Portal, language: str, words: tuple[str, ...]) -> None:
    html = portal.signed_in(language=language).get(HERE).text

    assert [word in html for word in words] == [True] * 3


def test_the_postcode_is_not_lost_on_the_way_to_the_proof(portal: Portal) -> None:
    client = portal.signed_in()
    form = filled(client, f"{HERE}/new", **ADDRESS)
    signed_in_long_ago(portal, client)

    assert client.post(f"{HERE}/new", data=form).headers["location"].startswith("/confirm")

    assert 'value="D-13089"' in client.get(f"{HERE}/new?again=1").text
