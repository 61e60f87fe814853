"""Taking a booking back on the pages of the service centre, from the disputed line to the pair in the portal."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from tests.support.desk import LIMITED, NOTE, filled, hidden
from tests.support.portal import Portal, open_portal
from treuwerk.domain import ids
from treuwerk.store.database import Database
from treuwerk.store.tables import journal, purchase_line

WANTED = {"extent": "part", "share": "5", "reason": "correction", "remark": "Ticket 4711"}
BOOKER = """
[roles.booker]
name = { de = "Buchung", en = "Booker" }
audience = "office"
permissions = ["participants.read", "points.adjust", "notes.read"]
"""


@pytest.fixture
def desk(tmp_path: Path, sqlite_database: Database) -> Portal:
    """One company with 31 modules on one line, which earned 2,480 points."""
    portal = open_portal(tmp_path, sqlite_database, LIMITED)
    portal.deliver("2026-05-06", "LS-2;10;2026-05-05;1001;M400;31;PCE;SYSTEM;")
    return portal


def disputed(desk: Portal) -> str:
    """The page of the booking of that line."""
    with desk.installation.database.reading() as connection:
        account_id, number = connection.execute(select(journal.c.account_id, journal.c.id).join(
            purchase_line, purchase_line.c.id == journal.c.id)).one()
    return f"/office/bookings/{ids.public_id(ids.TRANSACTION, account_id, number)}"


def taken_back(client: TestClient, path: str, **changed: str) -> str:
    """Show the effect, then book; where it led to."""
    preview = client.post(f"{path}/reverse", data=filled(client, f"{path}/reverse", left="31", **WANTED | changed))
    assert preview.status_code == 200, preview.text
    answer = client.post(f"{path}/reverse?book=1", data=hidden(preview.text) | {"left": "31"} | WANTED | changed)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_who_may_not_write_notes_is_not_asked_to_finish_any(tmp_path: Path, sqlite_database: Database) -> None:
    desk = open_portal(tmp_path, sqlite_database, LIMITED + BOOKER)
    desk.deliver("2026-05-06", "LS-2;10;2026-05-05;1001;M400;31;PCE;SYSTEM;")
    agent, booker, path = desk.in_office("agent"), desk.in_office("booker", name="Bo Booker"), disputed(desk)
    form = f"/office/participants/{desk.account('1001')}/notes/new"
    agent.post(form, data=filled(agent, form, **NOTE | {"object": path.rpartition("/")[2]}))
    assert 'name="finish"' in agent.get(f"{path}/reverse").text

    where = taken_back(booker, path)

    assert where == path
    assert "The booking is taken back." in booker.get(path).text


def test_a_disputed_line_is_corrected_and_both_bookings_show_as_a_pair(desk: Portal) -> None:
    agent, path = desk.in_office("agent", name="Clara Weiss"), disputed(desk)
    home = f"/office/participants/{desk.account('1001')}"
    note = NOTE | {"text": "Disputes line 10", "object": path.rpartition("/")[2]}
    agent.post(f"{home}/notes/new", data=filled(agent, f"{home}/notes/new", **note))
    assert "Disputes line 10" in agent.get(path).text
    note_id = re.search(r'name="finish" value="(note_\w+)"', agent.get(f"{path}/reverse").text)
    assert note_id

    where = taken_back(agent, path, finish=note_id[1])

    assert where == path
    page = agent.get(path).text
    assert "The booking is taken back." in page
    assert "−400" in page or "-400" in page
    assert "2,080" in page  # what is left of both
    assert "Done" in agent.get(f"{home}?kind=note").text
    own = desk.signed_in().get("/account").text
    assert "taken back" in own
    assert "takes back another booking" in own
    balances = [int(text.replace(",", "")) for text in re.findall(r'data-label="Balance">([\d,]+)<', own)]
    assert balances == [2080, 2480]
    portal_page = desk.signed_in().get(path.removeprefix("/office")).text
    assert "What is left of it" in portal_page


def test_above_the_limit_the_booking_says_that_it_waits_until_another_decides(desk: Portal) -> None:
    clara, path = desk.in_office("agent", name="Clara"), disputed(desk)

    adjustment = taken_back(clara, path, extent="all", share="")

    assert adjustment.startswith("/office/adjustments/")
    assert "It waits for a second person." in clara.get(path).text
    ada = desk.in_office("admin", name="Ada")
    page = ada.get(adjustment).text
    assert "Takes back" in page
    assert "2,480" in page
    assert ada.post(f"{adjustment}/approve", data=filled(ada, adjustment)).status_code == 303
    assert "All of this booking is taken back." in clara.get(path).text


def test_who_approves_marks_the_enquiry_about_the_booking_as_done(desk: Portal) -> None:
    clara, path = desk.in_office("agent", name="Clara"), disputed(desk)
    home = f"/office/participants/{desk.account('1001')}"
    note = NOTE | {"text": "Disputes line 10", "object": path.rpartition("/")[2]}
    clara.post(f"{home}/notes/new", data=filled(clara, f"{home}/notes/new", **note))
    adjustment = taken_back(clara, path, extent="all", share="")
    assert "Correction: Ticket 4711" in clara.get(adjustment).text
    ada = desk.in_office("admin", name="Ada")
    offered = re.search(r'name="finish" value="(note_\w+)"', ada.get(adjustment).text)
    assert offered

    ada.post(f"{adjustment}/approve", data=filled(ada, adjustment, finish=offered[1]))

    assert "Done" in clara.get(f"{home}?kind=note").text


def test_a_form_that_somebody_was_faster_than_is_told_so_with_what_is_left(desk: Portal) -> None:
    clara, david, path = desk.in_office("agent", name="Clara"), desk.in_office("agent", name="David"), disputed(desk)
    old = filled(david, f"{path}/reverse", left="31", **WANTED)
    taken_back(clara, path)

    answer = david.post(f"{path}/reverse?book=1", data=old)

    assert answer.status_code == 409
    assert "This booking was taken back meanwhile" in answer.text
    assert "26 of 31 pieces can be taken back." in answer.text
    assert 'value="Ticket 4711"' in answer.text
    again = david.post(f"{path}/reverse?book=1", data=hidden(answer.text) | {"left": "26"} | WANTED | {"share": "1"})
    assert again.headers["location"] == path


def test_the_same_form_twice_leads_to_the_same_page(desk: Portal) -> None:
    agent, path = desk.in_office("agent"), disputed(desk)
    form = filled(agent, f"{path}/reverse", left="31", **WANTED)

    answers = [agent.post(f"{path}/reverse?book=1", data=form) for _ in range(2)]

    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [(303, path)] * 2
    assert "26 of 31" in agent.get(f"{path}/reverse").text


@pytest.mark.parametrize(("changed", "words"), [
    ({"share": ""}, "Enter how much of it is taken back."), ({"share": "32"}, "There are not so many pieces left."),
    ({"share": "1,5"}, "such as"), ({"remark": "Anna Berg <anna@example.org>"}, "Names and mail addresses"),
    ({"reason": "whim"}, "Choose one of the entries")])
def test_what_cannot_be_taken_back_says_why_and_keeps_what_was_typed(desk: Portal, changed: dict[str, str],
                                                                     words: str) -> None:
    agent, path = desk.in_office("agent"), disputed(desk)
    wanted = WANTED | changed

    answer = agent.post(f"{path}/reverse", data=filled(agent, f"{path}/reverse", left="31", **wanted))
    if answer.status_code == 200:
        answer = agent.post(f"{path}/reverse?book=1", data=hidden(answer.text) | {"left": "31"} | wanted)

    assert answer.status_code == 422
    assert words in answer.text
    assert "26 of 31" not in agent.get(f"{path}/reverse").text


def test_who_may_not_book_points_takes_nothing_back(desk: Portal) -> None:
    nobody, path = desk.in_office(), disputed(desk)

    assert nobody.get(f"{path}/reverse").status_code == 403
    assert nobody.post(f"{path}/reverse?book=1", data=WANTED).status_code == 403
