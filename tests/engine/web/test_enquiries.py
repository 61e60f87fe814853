"""Journey 3: why these points, something wrong, and the enquiry in the queue with the booking attached."""

import re

import pytest
from starlette.testclient import TestClient

from tests.engine.web.test_account_page import Words, words
from tests.support.portal import Portal


def booking_of(client: TestClient, query: str = "LS-2") -> str:
    found = re.search(r'href="(/bookings/txn_\w+)"', client.get(f"/account?q={query}").text)
    assert found
    return found[1]


def hidden(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html.partition("data-guard")[2]))


def test_a_booking_is_asked_about_and_found_in_the_queue(portal: Portal) -> None:
    client = portal.signed_in()
    booking = booking_of(client)
    form = client.get(f"{booking}/enquiry").text

    answer = client.post(f"{booking}/enquiry", data={**hidden(form), "text": "There were 32 modules."})

    assert (answer.status_code, answer.headers["location"]) == (303, booking)
    assert "Your enquiry is with the service centre" in words(client, booking)
    assert "Received asked on 21 Nov 2026 There were 32 modules." in words(client, booking)
    assert "Ask about this booking" not in words(client, booking)
    assert "delivery note LS-2, line 10" in words(client, "/enquiries")
    office = portal.in_office("agent")
    queue = office.get("/office/queue?view=unassigned").text
    assert "There were 32 modules." in Words(queue).text
    item = re.findall(r'href="(/office/queue/\d+)"', queue)[0]
    note = re.findall(r'href="(/office/participants/\d+/notes/note_\w+)"', office.get(item).text)[0]
    assert f"/office{booking}" in office.get(note).text


def test_the_same_form_sent_twice_asks_once(portal: Portal) -> None:
    client = portal.signed_in()
    booking = booking_of(client)
    data = {**hidden(client.get(f"{booking}/enquiry").text), "text": "There were 32 modules."}

    answers = [client.post(f"{booking}/enquiry", data=data) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert words(client, "/enquiries").count("There were 32 modules.") == 1


def test_an_empty_enquiry_is_told_at_its_field(portal: Portal) -> None:
    client = portal.signed_in()
    booking = booking_of(client)

    answer = client.post(f"{booking}/enquiry", data={"text": " "})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_a_second_enquiry_about_the_same_booking_says_that_one_is_open(portal: Portal) -> None:
    client = portal.signed_in()
    booking = booking_of(client)
    client.post(f"{booking}/enquiry", data={"text": "First."})

    answer = client.post(f"{booking}/enquiry", data={"text": "Second."})

    assert answer.status_code == 422
    assert "You have asked about this booking already" in Words(answer.text).text
    assert "Second." in answer.text


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_booking_of_somebody_else_is_not_there(portal: Portal, method: str) -> None:
    booking = booking_of(portal.signed_in("1002"), "LS-3")

    answer = portal.signed_in("1001").request(method.upper(), f"{booking}/enquiry", data={"text": "Why?"}
                                                     if method == "post" else None)

    assert answer.status_code == 404


def test_who_only_views_cannot_ask(portal: Portal) -> None:
    office = portal.in_office("admin")
    account = portal.account("1001")
    form = hidden(office.get(f"/office/participants/{account}/view-as").text)
    office.post(f"/office/participants/{account}/view-as", data={**form, "reason": "asks on the phone"})
    booking = booking_of(office)

    page = office.get(booking)

    assert page.status_code == 200
    assert "Something wrong?" not in page.text
    assert office.post(f"{booking}/enquiry", data={"text": "Why?"}).status_code == 403


def test_without_enquiries_the_page_says_how_to_make_one(sqlite_portal: Portal) -> None:
    assert "No enquiries yet" in words(sqlite_portal.signed_in(), "/enquiries")


@pytest.mark.parametrize("before", ["x", "-1", "99999999999999999999"])
def test_addresses_that_nobody_wrote_are_refused(sqlite_portal: Portal, before: str) -> None:
    assert sqlite_portal.signed_in().get(f"/enquiries?before={before}").status_code == 400
