"""Events of a calendar → one document each: when, what, by whom, and how many were invited.

An invitation is no attendance, and neither is the promise of somebody who accepted it. The reader counts both and says
so; who came stands in an attendance list.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, BinaryIO

import attrs
from attrs.validators import ge, le

from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Fault, Party, Purpose
from treuwerk.domain.reading import shortened
from treuwerk.domain.tabular import UnreadableFile

_STARTS = (b"BEGIN:VCALENDAR", b"BEGIN:VEVENT")
_MARK = b"\xef\xbb\xbf"
_ONCE = ("UID", "DTSTART", "SEQUENCE", "RECURRENCE-ID", "SUMMARY", "STATUS", "ORGANIZER")
_NO_ATTENDANCE = ("found {count} invited ({answers}); an invitation or an answer is no attendance: import the list of "
                  "those who came with treuwerk import attendance")


@attrs.frozen
class CalendarSettings:
    """Keys of a ``[[sources]]`` table with ``reader = "icalendar"``; all of them may be left out."""

    max_megabytes: int = attrs.field(default=10, validator=[ge(1), le(100)])
    """Most that a calendar may hold, which is in memory as a whole."""


class Calendar:
    """A clearing source for calendars. What it reads cannot earn."""

    def __init__(self, name: str, settings: CalendarSettings) -> None:
        self._name, self._most = name, settings.max_megabytes << 20

    def recognises(self, name: str, head: bytes) -> bool:
        """A file is ours when it begins as a calendar, or as an event without one."""
        return head.removeprefix(_MARK).lstrip().upper().startswith(_STARTS)

    def read(self, stream: BinaryIO) -> Iterator[Document]:
        """Events in the order of the file; `at` is the place of an event among them.

        Raises:
            UnreadableFile: it is no calendar, or too large.
        """
        data = stream.read(self._most + 1)
        if len(data) > self._most:
            raise UnreadableFile(f"found more than {self._most >> 20} MiB, expected a smaller calendar; send it in "
                                 "parts")
        at, known = 0, set[tuple[str, str, str]]()
        for calendar in _calendars(data.removeprefix(_MARK)):
            method = str(calendar.get("METHOD", "")).upper()
            for event in calendar.walk("VEVENT"):
                at += 1
                yield self._document(at, event, method, known)

    def _document(self, at: int, event: Any, method: str, known: set[tuple[str, str, str]]) -> Document:
        uid, summary = _text(event, "UID"), _text(event, "SUMMARY")
        start, recurrence = _moment(event, "DTSTART"), _moment(event, "RECURRENCE-ID")
        sequence = _text(event, "SEQUENCE")
        faults = list(_faults(at, event, uid, start))
        if uid and not faults:
            key = (uid, _written(recurrence), sequence)
            if key in known:
                faults.append(Fault(at, "twice", f"event {uid} stands in the file already with this sequence", uid,
                                    "warning"))
            known.add(key)
        answers = _answers(event)
        if answers:
            text = _NO_ATTENDANCE.format(count=sum(answers.values()), answers=", ".join(
                f"{count} {answer}" for answer, count in answers.items()))
            faults.append(Fault(at, "no_attendance", text, uid, "warning"))
        line = DocumentLine(at, _written(recurrence) or "1", "", Decimal(1), "", name=summary, role="info",
                            features=_features(event, start, sequence, recurrence, answers))
        errors = any(fault.severity == "error" for fault in faults)
        organizer = _text(event, "ORGANIZER")
        return Document(
            self._name, DocumentKind.EVENTS, uid, () if errors else (line,), tuple(faults), delivery_date=_day(start),
            issue_date=_day(_moment(event, "DTSTAMP")), type_code="VEVENT", function=method,
            purpose=_purpose(method, _text(event, "STATUS"), sequence), uuid=uid,
            parties=MappingProxyType({"organizer": Party("", (("mail", organizer),))} if organizer else {}))


def _calendars(data: bytes) -> Iterator[Any]:
    try:
        from icalendar import Component
    except ImportError:
        raise UnreadableFile("calendars need an extra package; pip install 'treuwerk[icalendar]'") from None
    try:
        yield from Component.from_ical(data, multiple=True)
    except (ValueError, IndexError, KeyError, AttributeError) as error:
        raise UnreadableFile(f"not a readable calendar: {shortened(str(error), 200)}; save it anew as .ics") from error


def _faults(at: int, event: Any, uid: str, start: date | None) -> Iterator[Fault]:
    for name in _ONCE:
        if isinstance(event.get(name), list):
            yield Fault(at, "doubled", f"found {name} {len(event[name])} times in one event, expected it once; ask the "
                        "sender", uid)
    if not uid:
        yield Fault(at, "no_uid", "found no UID, expected one: without it nobody knows whether an event is new, moved "
                    "or cancelled; ask the sender")
    for name, error in event.errors:
        yield Fault(at, "unreadable", f"{name}: {shortened(str(error), 200)}", uid, "error" if name == "DTSTART" else
                    "warning")
    if start is None and uid and not any(name == "DTSTART" for name, _ in event.errors):
        yield Fault(at, "no_date", "found no DTSTART, expected the day of the event", uid)


def _text(event: Any, name: str) -> str:
    value = event.get(name)
    return "" if value is None or isinstance(value, list) else str(value)


def _moment(event: Any, name: str) -> date | None:
    """A day, or a moment with its zone; nothing where it is not there or cannot be read."""
    value = event.get(name)
    moment = _attribute(value, "dt") if value is not None and not isinstance(value, list) else None
    return moment if isinstance(moment, date) else None


def _attribute(value: Any, name: str) -> Any:
    """An attribute of a property; None where it does not have it, or could not be read."""
    try:
        return getattr(value, name, None)
    except Exception:  # the library raises an error of its own here, and names in `errors` what was wrong
        return None


def _day(moment: date | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def _written(moment: date | None) -> str:
    return "" if moment is None else str(moment)


def _answers(event: Any) -> Mapping[str, int]:
    """How many were invited, by what they answered."""
    invited = event.get("ATTENDEE", [])
    people = invited if isinstance(invited, list) else [invited]
    answers = ((_attribute(person, "params") or {}).get("PARTSTAT", "NEEDS-ACTION") for person in people)
    return Counter(str(answer).upper() for answer in answers)


def _features(event: Any, start: date | None, sequence: str, recurrence: date | None,
              answers: Mapping[str, int]) -> Mapping[str, str]:
    told = {"start": _written(start), "end": _written(_moment(event, "DTEND")), "sequence": sequence,
            "recurrence": _written(recurrence), "status": _text(event, "STATUS"), "location": _text(event, "LOCATION"),
            "repeats": "yes" if event.get("RRULE") or event.get("RDATE") else ""}
    told |= {f"invited_{answer.lower().replace('-', '_')}": str(count) for answer, count in answers.items()}
    return MappingProxyType({name: value for name, value in told.items() if value})


def _purpose(method: str, status: str, sequence: str) -> Purpose:
    """A higher sequence replaces what was said before of the same event."""
    if method == "CANCEL" or status.upper() == "CANCELLED":
        return Purpose.CANCEL
    return Purpose.REPLACE if sequence.isdigit() and int(sequence) else Purpose.ORIGINAL
