"""The clerk's form beside a document: without a script, with what was typed, and with the points of the real engine."""

import re
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from tests.engine.clearing.test_deciding import points
from tests.support.clerks import SELLER, handed_in, looked_at, note, with_page
from tests.support.desk import hidden
from tests.support.office import acting, add_clerks
from tests.support.pictures import photo
from tests.support.portal import NOW, Portal
from treuwerk.domain.entries import read_entered
from treuwerk.domain.submissions import SubmissionState
from treuwerk.services.submissions import deciding
from treuwerk.services.submissions.states import Submission
from treuwerk.store.submissions import change_page

HEAD = {"seller": SELLER, "number": "LS-77", "day": "05/11/2026", "kind": "delivery"}


@pytest.fixture(autouse=True)
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where uploaded files lie, also where the database is no file."""
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))


def path(submission: Submission) -> str:
    return f"/office/submissions/{submission.public_id}"


def row(number: int, article: str, qty: str, **more: str) -> dict[str, str]:
    told = {"id": str(number), "article": article, "qty": qty, "unit": "PCE", "f_scope": "SYSTEM",
            "decision": "accept"} | more
    return {f"l{number}-{name}": value for name, value in told.items()}


def send(client: TestClient, submission: Submission, act: str, **typed: str) -> Response:
    page = client.get(path(submission) + ("?correct=1" if "correct" in typed else ""))
    assert page.status_code == 200, page.text
    version = re.search(r'id="entry-version" value="(\d+)"', page.text)
    assert version
    return client.post(path(submission), data=hidden(page.text) | {"version": version[1], "act": act} | HEAD | typed)


def test_lines_are_typed_accepted_and_the_queue_comes_next(portal: Portal) -> None:
    reported, clerk = handed_in(portal), portal.in_office("agent", name="Clara Weiß")
    with_page(portal, reported, photo())
    before = points(portal)["bonus"]

    answer = send(clerk, reported, "accept", **row(1, "M400", "10"), **row(2, "HOOK", "4", decision="not_in_programme"))

    assert (answer.status_code, answer.headers["location"]) == (303, "/office/queue")
    assert "LS-77 is accepted in part." in clerk.get("/office/queue").text
    assert points(portal)["bonus"] == before + 800
    assert looked_at(portal, reported).state is SubmissionState.PARTLY
    page = clerk.get(path(reported)).text
    assert "Not in the programme" in page
    assert 'href="/office/bookings/txn_' in page


def test_the_points_are_shown_before_anything_is_decided(portal: Portal) -> None:
    reported, clerk = handed_in(portal), portal.in_office("agent")

    page = send(clerk, reported, "look", **row(1, "M400", "10"), **row(2, "NOBODY", "4")).text

    assert ">800<" in page
    assert "This article is not in the article master." in page
    assert 'value="NOBODY"' in page
    assert looked_at(portal, reported).state is SubmissionState.RECEIVED


def test_a_refused_form_keeps_what_was_typed_and_names_line_and_cell(portal: Portal) -> None:
    reported, clerk = handed_in(portal), portal.in_office("agent")

    answer = send(clerk, reported, "accept", **row(1, "M400", "ten"), **row(2, "NOBODY", "4"))

    assert answer.status_code == 422
    text = answer.text
    assert 'href="#l1-qty">Line 1: Enter a number such as' in text
    assert 'value="ten"' in text
    assert 'value="NOBODY"' in text


def test_typing_keeps_a_draft_and_tells_what_it_brings(portal: Portal) -> None:
    reported, clerk = handed_in(portal), portal.in_office("agent", name="Clara Weiß")
    version = looked_at(portal, reported).version

    part = clerk.post(f"{path(reported)}/preview", data=HEAD | row(1, "M400", "10") | {"version": str(version)})

    assert part.headers["x-fragment"] == "entry-preview"
    assert ">800<" in part.text
    assert "Kept as a draft." in part.text
    kept = looked_at(portal, reported)
    assert kept.state is SubmissionState.IN_REVIEW
    assert f'value="{kept.version}"' in part.text
    assert read_entered(kept.entered).lines[0].article == "M400"
    other = portal.in_office("agent", name="David Okafor").get(path(reported)).text
    assert "Clara Weiß has this open since" in other


def test_case_65_who_saves_second_sees_both_versions(portal: Portal) -> None:
    reported, clerk = handed_in(portal), portal.in_office("agent", name="Clara Weiß")
    page = clerk.get(path(reported))
    add_clerks(portal.installation.database)
    with portal.installation.database.writing() as connection:
        deciding.save_draft(acting(), connection, reported.public_id, note(number="LS-99"), reported.version, NOW)

    late = portal.in_office("agent", name="Eve", now=NOW + 16 * 60 * 1_000_000)
    answer = late.post(path(reported), data=hidden(page.text) | {"version": str(reported.version), "act": "draft"}
                       | HEAD | row(1, "M405", "3"))

    assert answer.status_code == 409
    assert "LS-99" in answer.text
    assert 'value="M405"' in answer.text


def test_articles_are_found_by_number_alias_ean_and_words(portal: Portal) -> None:
    clerk = portal.in_office("agent")

    found = {typed: re.findall(r'data-value="([^"]+)"', clerk.get(f"/office/submissions/articles?q={typed}").text)
             for typed in ("m40", "hook", "sunny 405", "nothing")}

    assert found == {"m40": ["M400", "M405"], "hook": ["HOOK"], "sunny 405": ["M405"], "nothing": []}


def test_staff_enter_a_purchase_for_a_participant(portal: Portal) -> None:
    clerk = portal.in_office("agent")

    begun = clerk.post(f"/office/participants/{portal.account('1002')}/purchase", data={})
    page = clerk.get(begun.headers["location"]).text

    assert begun.status_code == 303
    assert "Other Roofs Ltd" in page
    assert "No pages" in page


def test_pages_are_shown_as_pictures_to_who_may_see_them(portal: Portal) -> None:
    reported = handed_in(portal)
    with_page(portal, reported, photo())

    picture = portal.in_office("agent").get(f"{path(reported)}/files/1/1.jpg")
    foreign = portal.signed_in().get(f"{path(reported)}/files/1/1.jpg")

    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    assert foreign.status_code == 403


def test_a_picture_has_an_address_of_its_own_for_each_way_it_is_turned(portal: Portal) -> None:
    """Browsers keep a picture for a day without asking again."""
    reported, clerk = handed_in(portal), portal.in_office("agent")
    with_page(portal, reported, photo())
    with portal.installation.database.writing() as connection:
        change_page(connection, reported.account_id, reported.id, 1, rotation=90)

    page, own = clerk.get(path(reported)).text, portal.signed_in().get(f"/submissions/{reported.public_id}").text

    address = f"{path(reported)}/files/1/1.jpg?turned=90"
    assert f'src="{address}"' in page
    assert f'href="/submissions/{reported.public_id}/pages/1/1.jpg?turned=90"' in own
    assert clerk.get(address).status_code == 200


def test_case_67_another_person_corrects_a_decision_and_both_bookings_stay(portal: Portal) -> None:
    reported, clara = handed_in(portal), portal.in_office("agent", name="Clara Weiß")
    before = points(portal)["bonus"]
    send(clara, reported, "accept", **row(1, "M400", "10"))
    david = portal.in_office("agent", name="David Okafor")

    own = clara.get(path(reported)).text
    answer = send(david, reported, "correct", correct="1", why="Counted again", **row(1, "M400", "8"))
    page = david.get(path(reported)).text

    assert "Correct the decision" not in own
    assert answer.status_code == 303, answer.text
    assert points(portal)["bonus"] == before + 640
    assert "Corrected after the decision" in page
    assert "Clara Weiß + David Okafor" in page


def test_staff_add_the_pages_that_came_by_mail(portal: Portal) -> None:
    clerk = portal.in_office("agent")
    begun = clerk.post(f"/office/participants/{portal.account('1002')}/purchase", data={}).headers["location"]

    answer = clerk.post(f"{begun}/pages", files={"files": ("letter.jpg", photo(), "image/jpeg")})
    again = clerk.post(f"{begun}/pages", files={"files": ("letter.jpg", photo(), "image/jpeg")})

    assert (answer.status_code, answer.headers["location"]) == (303, f"{begun}#pages")
    assert clerk.get(begun).text.count("letter.jpg") == 1
    assert again.headers["location"] == begun
