"""What was read from pages, in front of a clerk: marked, with its place, and noted beside what people made of it."""

import re
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from tests.support.clerks import looked_at
from tests.support.desk import hidden
from tests.support.page_readers import NOTE, read_portal, record, work_off
from tests.support.portal import NOW, Portal
from tests.support.reporting import handed_in
from treuwerk.services.clearing.clearing_report import ClearingReport, as_json, clearing_report
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.states import Submission
from treuwerk.store import readings
from treuwerk.store.database import Database

UNSURE = ("Sonnenlicht AG", "Lieferschein Nr. LS-47I1~41", "Kundennummer: 1001", "Lieferdatum: 05.11.2026",
          "Pos Artikel Bezeichnung Menge Einheit", "1 M400 Modul 10 Stk", "2 M4O5X Modul 4 Stk",
          "3 M405~52 Modul 6 Stk")


@pytest.fixture
def reading(tmp_path: Path, database: Database) -> Portal:
    """A portal whose pages are read; runs once per database."""
    return read_portal(tmp_path, database)


@pytest.fixture
def doubting(tmp_path: Path, sqlite_database: Database) -> Portal:
    """The same with a reader that is not sure of everything."""
    return read_portal(tmp_path, sqlite_database, UNSURE)


def read_report(portal: Portal, **told: str) -> Submission:
    """A report whose pages were read."""
    where = handed_in(portal.signed_in(), **told)
    work_off(portal)
    with portal.installation.database.reading() as connection:
        return submissions.named(connection, where.rpartition("/")[2])


def path(submission: Submission) -> str:
    return f"/office/submissions/{submission.public_id}"


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of the form as it stands there."""
    main = page.partition('id="page-form"')[2].partition("<template")[0]
    typed = dict(re.findall(r'name="([\w-]+)" type="text" value="([^"]*)"', main))
    for name, options in re.findall(r'<select [^>]*name="([\w-]+)"[^>]*>(.*?)</select>', main, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        typed[name] = chosen[1] if chosen else ""
    version = re.search(r'id="entry-version" value="(\d+)"', page)
    return hidden(page) | typed | ({"version": version[1]} if version else {})


def send(client: TestClient, submission: Submission, act: str, **typed: str) -> Response:
    filled = form_of(client.get(path(submission)).text)
    return client.post(path(submission), data=filled | typed | {"act": act})


def outcomes(portal: Portal, submission: Submission) -> dict[str, tuple[str, str]]:
    with portal.installation.database.reading() as connection:
        rows = readings.fields_of(connection, submission.account_id, submission.id)
    return {row.place: (row.outcome, row.entered) for row in rows}


def report(portal: Portal) -> ClearingReport:
    with portal.installation.database.reading() as connection:
        return clearing_report(connection, 0, NOW + 1, NOW)


def test_prefilled_values_are_shown_as_read_and_lead_to_their_place(reading: Portal) -> None:
    submission = read_report(reading)

    page = reading.in_office("agent").get(path(submission)).text

    form = form_of(page)
    assert (form["number"], form["day"], form["seller"]) == ("LS-4711", "05/11/2026", "Sonnenlicht AG")
    assert (form["l1-article"], form["l1-qty"], form["l2-article"], form["l2-qty"]) == ("M400", "10", "M405", "4")
    assert page.count("Read from page 1") >= 7
    assert "95% sure" in page
    for place in ("read-number", "read-line-1-article", "read-line-2-qty"):
        assert f'href="#{place}"' in page
        assert re.search(rf'<rect id="{place}" [^>]*x="\d+" y="\d+" width="\d+" height="\d+"', page)


def test_no_style_and_no_script_stand_in_the_page(reading: Portal) -> None:
    submission = read_report(reading)

    page = reading.in_office("agent").get(path(submission)).text

    assert "style=" not in page
    assert "<script>" not in page


def test_positions_are_those_of_the_page_and_an_empty_line_has_another(doubting: Portal) -> None:
    record(doubting.folder, (*UNSURE[:5], "10 M400 Modul 10 Stk", "20 HOOK Haken 4 Stk"))
    submission = read_report(doubting)
    agent = doubting.in_office("agent")

    form = form_of(agent.get(path(submission)).text)
    send(agent, submission, "draft", **{"l2-qty": "5"})

    assert [form[f"l{row}-id"] for row in (1, 2, 3)] == ["10", "20", "21"]
    made = outcomes(doubting, submission)
    assert (made["line.1.qty"], made["line.2.qty"]) == (("kept", "10"), ("changed", "5"))


def test_what_is_unsure_is_offered_below_an_empty_field_and_taken_without_a_script(doubting: Portal) -> None:
    submission = read_report(doubting)
    agent = doubting.in_office("agent")
    page = agent.get(path(submission)).text
    form = form_of(page)
    assert (form["number"], form["l1-article"]) == ("", "M400")
    assert "Read: LS-47I1" in page
    assert "Also found on the pages, less sure" in page

    number = form_of(send(agent, submission, "take:number").text)
    line = form_of(send(agent, submission, "take:line.2").text)

    assert number["number"] == "LS-47I1"
    assert (line["l2-id"], line["l2-article"], line["l2-qty"]) == ("2", "M405", "6")
    assert outcomes(doubting, submission)["number"] == ("", "")  # looking keeps nothing


def test_case_62_an_unreadable_photo_says_so_and_the_participant_is_asked_again(
        tmp_path: Path, sqlite_database: Database) -> None:
    portal = read_portal(tmp_path, sqlite_database, "missing")
    submission = read_report(portal)

    page = portal.in_office("agent").get(path(submission)).text

    assert "Page 1 was not read by machine: the page reader is not available. Please read it yourself." in page
    assert form_of(page)["number"] == ""

    asked = send(portal.in_office("agent"), submission, "ask", words="Please send a sharper photo.")

    assert asked.status_code == 303
    where = f"/submissions/{submission.public_id}"
    assert "Please send a sharper photo." in portal.signed_in().get(where).text


def test_case_62_a_photo_is_prefilled_accepting_needs_no_typing_and_is_noted_as_kept(reading: Portal) -> None:
    submission = read_report(reading)

    answer = send(reading.in_office("agent"), submission, "accept", **{"l1-f_scope": "SYSTEM", "l2-f_scope": "SYSTEM"})

    decided = looked_at(reading, submission)
    assert (answer.status_code, decided.state, decided.number) == (303, "accepted", "LS-4711")
    made = outcomes(reading, submission)
    assert made["number"] == ("kept", "LS-4711")
    assert made["line.2.qty"] == ("kept", "4")
    assert made["customer"] == ("", "")


def test_what_a_clerk_changes_stands_beside_what_was_read(reading: Portal) -> None:
    submission = read_report(reading)
    agent = reading.in_office("agent")

    send(agent, submission, "draft", number="LS-4717", **{"l2-article": "", "l2-qty": ""})

    made = outcomes(reading, submission)
    assert made["number"] == ("changed", "LS-4717")
    assert made["delivered_on"] == ("kept", "2026-11-05")
    assert made["line.2.article"] == ("dropped", "")
    with reading.installation.database.reading() as connection:
        row = next(one for one in readings.fields_of(connection, submission.account_id, submission.id)
                   if one.place == "number")
    assert (row.value, row.confidence, row.edited_by > 0, row.edited_at) == ("LS-4711", 950, True, NOW)


def test_the_report_of_touches_tells_what_reading_saved(reading: Portal) -> None:
    submission = read_report(reading)
    agent = reading.in_office("agent")
    features = {"l1-f_scope": "SYSTEM", "l2-f_scope": "SYSTEM"}
    undecided = as_json(report(reading))["page_reading"]

    send(agent, submission, "accept", number="LS-4717", **features)

    told = as_json(report(reading))
    rows = {row["field"]: row for row in told["page_reading"]}
    assert undecided == []
    assert (rows["number"]["prefilled"], rows["number"]["kept"], rows["number"]["changed"]) == (1, 0, 1)
    assert (rows["line.qty"]["prefilled"], rows["line.qty"]["kept"], rows["line.qty"]["kept_share"]) == (2, 2, "1.0000")
    total = told["page_reading_total"]
    assert (total["prefilled"], total["changed"], total["typing_saved"]) == (10, 1, 9)


def test_the_customer_number_on_the_page_is_compared_with_the_participant(reading: Portal) -> None:
    own = read_report(reading)

    page = reading.in_office("agent").get(path(own)).text

    assert re.search(r"Customer number</dt><dd><a [^>]*>.*?1001</a>.*?This participant", page, re.DOTALL)


def test_what_the_participant_typed_is_not_overwritten(reading: Portal) -> None:
    submission = read_report(reading, number="LS-4771")

    page = reading.in_office("agent").get(path(submission)).text

    assert form_of(page)["number"] == "LS-4771"
    assert "Read: LS-4711" in page
    assert NOTE[1].endswith("LS-4711")
