"""Calendars: a list of events, and never an attendance. Cases 75 and 76 of clearing, as far as a calendar goes."""

from contextlib import suppress
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.samples import expected_facts, samples_folder
from treuwerk.domain.documents import Document, DocumentKind, Purpose
from treuwerk.domain.tabular import UnreadableFile
from treuwerk_icalendar.reader import Calendar, CalendarSettings

CALENDAR = Calendar("seminars", CalendarSettings())
FILES = ("event_with_rsvp.ics", "rfc5545_sec4_2.ics", "calconnect4.ics")
ROOF = ("UID:roof-1@maker", "DTSTAMP:20260401T080000Z", "DTSTART;VALUE=DATE:20260504", "SUMMARY:Roofs")


def event(*lines: str) -> str:
    """An event with these lines."""
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT"))


def read(*events: str, method: str = "") -> list[Document]:
    """The documents of a calendar with these events."""
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", *((f"METHOD:{method}",) if method else ()), *events, "END:VCALENDAR")
    return list(CALENDAR.read(BytesIO("\r\n".join(lines).encode())))


@pytest.mark.parametrize("name", FILES)
def test_a_real_calendar_is_what_others_read_in_it(name: str) -> None:
    path = samples_folder("clearing/seminar-ics") / name
    [calendar] = expected_facts("clearing/seminar-ics")[name]["facts"]["calendars"]

    with path.open("rb") as stream:
        documents = list(CALENDAR.read(stream))

    assert CALENDAR.recognises(name, path.read_bytes()[:4096])
    assert len(documents) == calendar["vevent_count"]
    for document, fact in zip(documents, calendar["events"], strict=True):
        assert (document.kind, document.number, document.function) == (
            DocumentKind.EVENTS, fact.get("uid", ""), calendar.get("method", ""))
        codes = {fault.code: fault.text for fault in document.faults}
        assert f"found {fact['attendee_count']} invited" in codes["no_attendance"]
        assert all(f"{count} {answer}" in codes["no_attendance"] for answer, count in fact["partstat"].items())
        assert ("no_uid" in codes) is ("uid" not in fact)
        for line in document.lines:
            assert (line.name, line.features.get("start"), line.features.get("end"), line.features.get("sequence")) == (
                fact["summary"], fact["start"], fact["end"], fact.get("sequence"))
            assert document.parties["organizer"].ids == (("mail", fact["organizer"]),)


def test_case_75_an_invitation_or_a_promise_is_no_attendance_and_the_calendar_says_so() -> None:
    people = ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@a.example", "ATTENDEE;PARTSTAT=DECLINED:mailto:bo@a.example",
              "ATTENDEE:mailto:cy@a.example")

    [document] = read(event(*ROOF, *people), method="REQUEST")

    assert [(fault.severity, fault.text) for fault in document.faults] == [("warning", (
        "found 3 invited (1 ACCEPTED, 1 DECLINED, 1 NEEDS-ACTION); an invitation or an answer is no attendance: import "
        "the list of those who came with treuwerk import attendance"))]
    assert document.lines[0].role == "info"


def test_case_76_a_moved_event_and_one_moved_day_of_a_series_keep_the_number_of_the_event() -> None:
    first, moved, day = read(
        event(*ROOF, "SEQUENCE:0", "RRULE:FREQ=WEEKLY;COUNT=3"),
        event(ROOF[0], "SEQUENCE:1", "DTSTART;VALUE=DATE:20260511", "RRULE:FREQ=WEEKLY;COUNT=3"),
        event(ROOF[0], "SEQUENCE:1", "RECURRENCE-ID;VALUE=DATE:20260518", "DTSTART;VALUE=DATE:20260520"))

    assert {document.number for document in (first, moved, day)} == {"roof-1@maker"}
    assert [(document.purpose, document.delivery_date, document.lines[0].id) for document in (first, moved, day)] == [
        (Purpose.ORIGINAL, date(2026, 5, 4), "1"), (Purpose.REPLACE, date(2026, 5, 11), "1"),
        (Purpose.REPLACE, date(2026, 5, 20), "2026-05-18")]


@pytest.mark.parametrize(("method", "status"), [("CANCEL", "CONFIRMED"), ("PUBLISH", "CANCELLED")])
def test_a_cancelled_event_says_so(method: str, status: str) -> None:
    [document] = read(event(*ROOF, f"STATUS:{status}"), method=method)

    assert document.purpose is Purpose.CANCEL


@pytest.mark.parametrize(("lines", "code", "says"), [
    (ROOF[1:], "no_uid", "found no UID, expected one"),
    ((*ROOF, "UID:roof-2"), "doubled", "found UID 2 times in one event, expected it once"),
    ((ROOF[0], "DTSTART:2026"), "unreadable", "DTSTART: "), ((ROOF[0], "SUMMARY:x"), "no_date", "found no DTSTART"),
], ids=["no UID", "two UIDs", "odd start", "no start"])
def test_an_event_that_cannot_be_known_is_a_fault_and_the_others_are_kept(lines: tuple[str, ...], code: str,
                                                                          says: str) -> None:
    bad, good = read(event(*lines), event(*ROOF))

    assert (bad.lines, bad.faults[0].code, bad.faults[0].severity) == ((), code, "error")
    assert bad.faults[0].text.startswith(says)
    assert good.lines[0].name == "Roofs"


def test_the_same_event_twice_is_told() -> None:
    _, again = read(event(*ROOF), event(*ROOF))

    assert [(fault.code, fault.severity) for fault in again.faults] == [("twice", "warning")]


@pytest.mark.parametrize("data", [b"BEGIN:VCALENDAR\r\nhello\r\nEND:VCALENDAR", b"hello"])
def test_what_is_no_calendar_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"not a readable calendar: .*save it anew as \.ics"):
        list(CALENDAR.read(BytesIO(data)))


def test_a_calendar_that_is_too_large_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="found more than 1 MiB"):
        list(Calendar("seminars", CalendarSettings(max_megabytes=1)).read(BytesIO(b"X" * 1_100_000)))


@given(st.lists(st.sampled_from([
    *ROOF, "UID:2", "SEQUENCE:x", "DTSTART:x", "RRULE:x", "ATTENDEE:", "BEGIN:VALARM", "END:VALARM", "ORGANIZER;CN=:",
    "DTSTART;TZID=Nowhere:20260504T080000", "RECURRENCE-ID:20260504"]), max_size=9))
def test_odd_events_make_faults_and_never_raise_anything_else(lines: list[str]) -> None:
    documents = list[Document]()

    with suppress(UnreadableFile):
        documents = read(event(*lines))

    assert all(document.kind is DocumentKind.EVENTS for document in documents)
