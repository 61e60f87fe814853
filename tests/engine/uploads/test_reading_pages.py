"""Pages that are read by machine: after the upload, in a process of its own, and never in anybody's way."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.office import acting
from tests.support.page_readers import NOTE, read_portal, record, work_off
from tests.support.pictures import pages, photo
from tests.support.portal import NOW, Portal
from tests.support.reporting import begun, handed_in, send
from treuwerk.domain.rights import Access, Audience, names_for
from treuwerk.services.findings import State
from treuwerk.services.operation.doctoring import doctor
from treuwerk.services.submissions import deciding, entering, own_submissions
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.entering import Sheet
from treuwerk.services.submissions.sweeping import sweep
from treuwerk.store import readings
from treuwerk.store.database import Database

Opened = Callable[..., Portal]


@pytest.fixture
def reading(tmp_path: Path, database: Database) -> Portal:
    """A portal whose pages are read; runs once per database."""
    return read_portal(tmp_path, database)


@pytest.fixture
def misreading(tmp_path: Path, sqlite_database: Database) -> Opened:
    """A portal whose reader answers something."""
    return lambda answer: read_portal(tmp_path, sqlite_database, answer)


def on_desk(portal: Portal, where: str) -> Sheet:
    """The report as it lies before a clerk."""
    with portal.installation.database.reading() as connection:
        return entering.sheet(acting(), connection, portal.installation.programme.settings,
                              where.rpartition("/")[2], NOW)


def test_an_upload_is_read_afterwards_and_needs_no_typing(reading: Portal) -> None:
    where = handed_in(reading.signed_in())
    before = on_desk(reading, where)

    said = work_off(reading)

    entered = on_desk(reading, where).entered
    assert (before.entered.number, before.read.fields) == ("", {})
    assert said == ["1 of 1 pages read; 14 fields found"]
    assert (entered.number, str(entered.event_date), entered.seller_name) == ("LS-4711", "2026-11-05", "Sonnenlicht AG")
    assert [(line.article, str(line.qty), line.unit) for line in entered.lines] == [
        ("M400", "10", "PCE"), ("M405", "4", "PCE")]


def test_each_value_has_its_confidence_and_its_place(reading: Portal) -> None:
    where = handed_in(reading.signed_in())

    work_off(reading)

    number = on_desk(reading, where).read.fields["number"]
    assert (number.per_cent, number.page, number.picture, number.prefilled) == (95, 1, 1, True)
    left, top, right, bottom = number.box
    assert 3_000 < left < right < 6_000  # behind "Lieferschein Nr."
    assert 850 < top < bottom < 1_250  # in the second row


def test_nothing_is_booked_by_what_was_read(reading: Portal) -> None:
    where = handed_in(reading.signed_in())

    work_off(reading)

    with reading.installation.database.reading() as connection:
        found = submissions.named(connection, where.rpartition("/")[2])
    assert (found.state, found.run_id, found.entered, found.number) == ("received", None, "", "")


@pytest.mark.parametrize(("answer", "state"), [
    ("sleep", "too_slow"), ("burn", "too_slow"), ("fail", "failed"), ("die", "failed"), ("eat", "failed"),
    ("missing", "unavailable"), ({"text": "no list"}, "failed"), ([["x", 1.5, 0, 0, 9, 9]], "failed"),
    ([["x", 0.5, 0, 0, 9_999, 9]], "failed"), ([["x", 0.5, "left", 0, 9, 9]], "failed")])
def test_a_reader_that_misbehaves_leaves_the_page_unread_and_stops_nothing(misreading: Opened, answer: object,
                                                                           state: str) -> None:
    portal = misreading(answer)
    where = handed_in(portal.signed_in())

    said = work_off(portal)

    desk = on_desk(portal, where)
    assert said == ["0 of 1 pages read; 0 fields found"]
    assert (desk.read.unread, desk.read.fields, desk.entered.number) == ([(1, 1, state)], {}, "")
    assert desk.is_open
    queue = portal.in_office("agent").get("/office/queue?kind=submission").text
    assert "Not read by machine" in queue


def test_what_a_library_prints_is_no_answer(misreading: Opened) -> None:
    portal = misreading("print")
    handed_in(portal.signed_in())

    assert work_off(portal) == ["1 of 1 pages read; 0 fields found"]


def test_the_same_file_is_read_once_for_all_reports(reading: Portal, tmp_path: Path) -> None:
    handed_in(reading.signed_in("1001"), ("note.jpg", photo()))
    work_off(reading)
    record(tmp_path, "fail")

    other = handed_in(reading.signed_in("1002"), ("note.jpg", photo()))
    said = work_off(reading)

    assert said == ["1 of 1 pages read; 14 fields found"]
    assert on_desk(reading, other).entered.number == "LS-4711"


def test_a_page_that_was_turned_is_read_anew(reading: Portal) -> None:
    browser = reading.signed_in()
    where = begun(browser)
    work_off(reading)

    draft = browser.get(f"{where}/edit").text
    version = draft.partition('name="version" value="')[2].partition('"')[0]
    turned = browser.post(f"{where}/pages/1/turn", data={"version": version})
    said = work_off(reading)

    assert turned.status_code == 303
    assert said == ["1 of 1 pages read; 14 fields found"]


def test_pages_of_several_files_are_one_document(misreading: Opened) -> None:
    portal = misreading(NOTE)
    where = handed_in(portal.signed_in(), ("one.jpg", photo("one")), ("two.pdf", pages(["two", "three"])))

    work_off(portal)

    desk = on_desk(portal, where)
    assert desk.entered.number == "LS-4711"
    assert {(field.page, field.picture) for field in desk.read.fields.values()} >= {(1, 1), (2, 2)}


def test_only_so_many_pages_of_a_file_are_read(misreading: Opened) -> None:
    portal = misreading(NOTE)
    where = handed_in(portal.signed_in(), ("long.pdf", pages([str(number) for number in range(12)])))

    said = work_off(portal)

    assert said[0].startswith("10 of 12 pages read")
    assert on_desk(portal, where).read.unread == []


def test_what_comes_after_somebody_began_to_enter_is_only_offered(reading: Portal) -> None:
    where = handed_in(reading.signed_in())
    desk = on_desk(reading, where)
    reading.installation.database.run(lambda connection: deciding.save_draft(
        acting(), connection, desk.submission.public_id, desk.entered, desk.submission.version, NOW))

    work_off(reading)

    after = on_desk(reading, where)
    assert after.entered.number == ""
    assert after.read.fields["number"].value == "LS-4711"
    assert not any(field.prefilled for field in after.read.fields.values())


def test_the_participant_is_offered_what_was_read_in_time(reading: Portal) -> None:
    browser = reading.signed_in()
    where = begun(browser)

    work_off(reading)

    page = browser.get(f"{where}/edit").text
    assert 'name="number" type="text" value="LS-4711"' in page
    assert 'value="05/11/2026"' in page
    assert page.count("Read from your picture. Please check it.") == 3


def test_what_the_participant_typed_stays_and_the_clerk_sees_both(reading: Portal) -> None:
    where = handed_in(reading.signed_in(), number="LS-4771")

    work_off(reading)

    desk = on_desk(reading, where)
    assert (desk.entered.number, desk.read.fields["number"].value) == ("LS-4771", "LS-4711")


def test_unsure_values_stay_out_of_the_form(misreading: Opened) -> None:
    rows = ("Lieferschein Nr. LS-47I1~41", *NOTE[2:5], "1 M400 Modul 1O~30 Stk")
    portal = misreading(rows)
    where = handed_in(portal.signed_in())

    work_off(portal)

    desk = on_desk(portal, where)
    assert desk.entered.number == ""
    assert (desk.read.fields["number"].value, desk.read.fields["number"].per_cent) == ("LS-47I1", 41)
    assert [(line.article, line.qty) for line in desk.entered.lines] == [("M400", None)]


def test_a_portal_without_a_reader_orders_nothing(uploading: Portal) -> None:
    handed_in(uploading.signed_in())

    assert work_off(uploading) == []


def test_the_doctor_asks_the_reader(misreading: Opened) -> None:
    portal = misreading(NOTE)

    found = {one.name: one for one in doctor(portal.installation.database, NOW, portal.installation.programme, {})}

    assert (found["page_reader"].state, found["page_reader"].found) == (State.OK, "recorded in answers.json")


def test_what_was_read_is_forgotten_with_its_file(misreading: Opened) -> None:
    portal = misreading(NOTE)
    browser = portal.signed_in()
    where = handed_in(browser)
    work_off(portal)
    digest = on_desk(portal, where).pages[0].sha256
    with portal.installation.database.reading() as connection:
        before = readings.pages_of(connection, [digest])
        found = submissions.named(connection, where.rpartition("/")[2])
    portal.installation.database.run(lambda connection: own_submissions.withdraw(
        Access(found.created_by, "anna", Audience.PORTAL, names_for(Audience.PORTAL), found.account_id), connection,
        found.public_id, NOW))

    sweep(portal.installation, NOW + 400 * 86_400_000_000)

    with portal.installation.database.reading() as connection:
        assert (len(before), readings.pages_of(connection, [digest])) == (1, [])


def test_refused_files_are_never_read(misreading: Opened) -> None:
    portal = misreading(NOTE)

    send(portal.signed_in(), "/submissions/new", [("page.svg", b"<svg/>")])

    assert work_off(portal) == []
