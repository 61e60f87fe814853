"""What was read from pages as suggestions: in the form at once where it is sure enough, else beside an empty field.

Nothing is decided by it. What people make of each value is noted beside it, so that everybody can see whether reading
saves work.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.documents import DocumentKind
from treuwerk.domain.entries import Entered, EnteredLine
from treuwerk.domain.page_words import Box
from treuwerk.domain.participants import identifier
from treuwerk.domain.reading import plain_number
from treuwerk.services.submissions.page_recognising import READ
from treuwerk.services.submissions.states import Page, Submission
from treuwerk.store import readings
from treuwerk.store.readings import CHANGED, DROPPED, KEPT, TAKEN

_LINE = "line."


@attrs.frozen
class ReadField:
    """A value that was read from a page. `confidence` in thousandths; `page` and `picture` say of which file.

    `prefilled`: it stood in the form at once. `outcome` is what people made of it, empty as long as nobody did.
    """

    place: str
    value: str
    confidence: int
    prefilled: bool
    page: int
    picture: int
    box: Box
    reader: str
    outcome: str = ""
    entered: str = ""

    @property
    def per_cent(self) -> int:
        """The confidence in per cent."""
        return self.confidence // 10


@attrs.frozen
class ReadOff:
    """What was read from the pages of a report: fields by place, and pages that could not be read with why.

    `unread` has number of file, number of picture and a code: ``too_slow``, ``failed`` or ``unavailable``.
    """

    fields: Mapping[str, ReadField] = attrs.field(factory=dict)
    unread: Sequence[tuple[int, int, str]] = ()

    @property
    def reader(self) -> str:
        """Which reader it was; empty for none."""
        return next((field.reader for field in self.fields.values()), "")


def read_off(connection: Connection, submission: Submission, pages: Sequence[Page]) -> ReadOff:
    """What was read from pages that are still there; two statements."""
    rows = readings.fields_of(connection, submission.account_id, submission.id)
    there = {page.number for page in pages}
    fields = {row.place: ReadField(
        row.place, row.value, row.confidence, bool(row.prefilled), row.page, row.picture,
        Box(row.box_left, row.box_top, row.box_right, row.box_bottom), row.reader, row.outcome, row.entered)
        for row in rows if row.page in there}
    states = {(row.sha256, row.rotation, row.picture): row.state
              for row in readings.pages_of(connection, [page.sha256 for page in pages])}
    unread = [(page.number, picture, state) for page in pages for picture in range(1, page.pages + 1)
              if (state := states.get((page.sha256, page.rotation, picture), READ)) != READ]
    return ReadOff(fields, unread)


def prefilled(entered: Entered, read: ReadOff, sellers: Mapping[str, str], unit: str) -> Entered:
    """What a form begins with: what is known already, and in its gaps what was read and is sure enough.

    `sellers` are codes by name, `unit` stands where a line has none.
    """
    sure = {place: field.value for place, field in read.fields.items() if field.prefilled}
    if not sure:
        return entered
    name = sure.get("seller_name", "") if not entered.seller_name else ""
    no_day = entered.event_date is None
    return attrs.evolve(
        entered, reader=read.reader, confirmed=False, number=entered.number or sure.get("number", ""),
        kind=DocumentKind(sure["kind"]) if "kind" in sure else entered.kind,
        delivered_on=_day(sure.get("delivered_on")) if no_day else entered.delivered_on,
        issued_on=_day(sure.get("issued_on")) if no_day else entered.issued_on,
        seller_name=entered.seller_name or name, seller=sellers.get(name, "") if name else entered.seller,
        lines=entered.lines or tuple(_lines(read, sure, unit)))


def _lines(read: ReadOff, sure: Mapping[str, str], unit: str) -> Iterator[EnteredLine]:
    """A line for each article that is sure enough."""
    positions = positions_of({place: field.value for place, field in read.fields.items()}, sure)
    for number in line_numbers(read):
        if article := sure.get(f"{_LINE}{number}.article"):
            yield EnteredLine(positions[str(number)], article, _number(sure.get(f"{_LINE}{number}.qty", "")),
                              sure.get(f"{_LINE}{number}.unit", unit))


def positions_of(values: Mapping[str, str], sure: Collection[str]) -> Mapping[str, str]:
    """Number of a line → its position in the form: as it is printed, where that was read of all and each once.

    `sure` are the places that stood in the form at once.
    """
    numbers = [place.split(".")[1] for place in values if place.endswith(".article") and place in sure]
    printed = {number: values[f"{_LINE}{number}.id"] for number in numbers if f"{_LINE}{number}.id" in sure}
    if len(set(printed.values())) == len(numbers):
        return printed
    return {number: number for number in numbers}


def line_numbers(read: ReadOff) -> list[int]:
    """The numbers of the lines that were found."""
    return sorted(int(place.split(".")[1]) for place in read.fields if place.startswith(_LINE)
                  and place.endswith(".article"))


def offered_of(read: ReadOff) -> Mapping[str, str]:
    """What participants are offered of a document: values that are sure enough and that they did not take out."""
    fields = {place: field.value for place, field in read.fields.items()
              if place in HEAD and field.prefilled and field.outcome not in (CHANGED, DROPPED)}
    delivered = fields.pop("delivered_on", "")
    return fields if not delivered else {"issued_on": delivered, **fields}


HEAD = frozenset({"number", "issued_on", "delivered_on", "seller_name"})
"""Places that participants describe, too."""


def note_edits(connection: Connection, submission: Submission, entered: Entered, user_id: int, now: int) -> None:
    """Note beside each value that was read what became of it; nothing where that has not changed."""
    _note(connection, submission, entered, user_id, now, readings.fields_of(
        connection, submission.account_id, submission.id))


def note_head(connection: Connection, submission: Submission, entered: Entered, user_id: int, now: int) -> None:
    """The same for what participants say of a document."""
    rows = readings.fields_of(connection, submission.account_id, submission.id)
    _note(connection, submission, entered, user_id, now, [row for row in rows if row.place in HEAD])


def _note(connection: Connection, submission: Submission, entered: Entered, user_id: int, now: int,
          rows: Sequence[Row[Any]]) -> None:
    edits = []
    offered = {row.place.split(".")[1]: row.value for row in rows
               if row.place.endswith(".article") and not row.prefilled}
    positions = positions_of({row.place: row.value for row in rows}, {row.place for row in rows if row.prefilled})
    for row in rows:
        now_there = _entered_at(row.place, entered, offered, positions)
        if now_there is None:
            continue
        same = _same(row.place, row.value, now_there)
        outcome = (KEPT if same else CHANGED if now_there else DROPPED) if row.prefilled else TAKEN if same else ""
        if (outcome, now_there) != (row.outcome, row.entered):
            edits.append((row.place, outcome, now_there))
    readings.note_edits(connection, submission.account_id, submission.id, user_id, now, edits)


def _entered_at(place: str, entered: Entered, offered: Mapping[str, str],
                positions: Mapping[str, str]) -> str | None:
    """What stands in a place of a document; None where nobody enters it.

    Lines that were only `offered`, number → article, are those of this article, whatever their position.
    """
    if place.startswith(_LINE):
        _, number, name = place.split(".")
        line = next((one for one in entered.lines if (
            identifier(one.article) == identifier(offered[number]) if number in offered
            else one.id == positions.get(number, number))), None)
        if line is None:
            return ""
        return {"id": line.id, "article": line.article, "unit": line.unit,
                "qty": "" if line.qty is None else plain_number(line.qty)}[name]
    day = entered.event_date
    known = {"number": entered.number, "kind": entered.kind.value, "seller_name": entered.seller_name,
             "issued_on": day.isoformat() if day else "", "delivered_on": day.isoformat() if day else ""}
    return known.get(place)


def _same(place: str, read: str, entered: str) -> bool:
    if place.endswith((".article", "number")):
        return identifier(read) == identifier(entered)
    return read.casefold() == entered.casefold()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None
