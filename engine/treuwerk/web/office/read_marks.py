"""What was read from the pages, as the form beside them shows it: in words, with the place on the picture."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import attrs
from babel.numbers import format_percent

from treuwerk.domain.page_words import Box
from treuwerk.services.submissions.entering import Sheet
from treuwerk.services.submissions.prefilling import ReadField, line_numbers, positions_of
from treuwerk.web.forms import shown
from treuwerk.web.forms.pages import language_of
from treuwerk.web.office.entry_reading import Head, form_of_line, units_of
from treuwerk.web.office.frame import settings_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.state import Visit
from treuwerk.web.shell.submitted import Submitted

TAKE = "take:"
"""How the button begins that puts what was read into its field."""
UNREAD: Mapping[str, str] = {
    "too_slow": marked("it took too long"), "failed": marked("the page reader failed"),
    "unavailable": marked("the page reader is not available")}
"""Why a page was not read by machine."""
_HEAD = {"number": "number", "seller_name": "seller", "kind": "kind", "delivered_on": "day", "issued_on": "day"}
"""Places on the pages → fields of the head."""
_ARTICLE = re.compile(r"l[0-9]{1,3}-article")
_BESIDE = ("order", "customer")


@attrs.frozen
class Mark:
    """A value that was read: as it is typed in this language, how sure it is in per cent, and where it stands.

    `page` is the place of its picture among all of them, `field` the name of the field in the form, without the line.
    """

    id: str
    place: str
    field: str
    typed: str
    share: str
    prefilled: bool
    page: int
    box: Box


@attrs.frozen
class OfferedLine:
    """A line that is not sure enough to stand in the form at once."""

    number: int
    article: Mark
    qty: Mark | None


@attrs.frozen
class Marks:
    """All marks of a document: by field of the head, by place, and by picture; and the pages without any."""

    head: Mapping[str, Mark]
    places: Mapping[str, Mark]
    offered: Sequence[OfferedLine]
    beside: Sequence[Mark]
    unread: Sequence[tuple[int, str]]
    reader: str
    lines: Mapping[str, str]
    """Position of a line in the form → how its places begin."""

    def on(self, page: int) -> list[Mark]:
        """The marks on one picture."""
        return [mark for mark in self.places.values() if mark.page == page]


def marks_of(visit: Visit, sheet: Sheet) -> Marks:
    """What was read from the pages of a document."""
    numbers = _numbers(sheet)
    fields = {place: field for place, field in sheet.read.fields.items() if (field.page, field.picture) in numbers}
    places = {place: _mark(visit, field, numbers[field.page, field.picture]) for place, field in fields.items()}
    head: dict[str, Mark] = {}
    for place, name in _HEAD.items():
        if place in places and (name not in head or (places[place].prefilled and not head[name].prefilled)):
            head[name] = places[place]
    offered = [OfferedLine(number, places[f"line.{number}.article"], places.get(f"line.{number}.qty"))
               for number in line_numbers(sheet.read) if (article := places.get(f"line.{number}.article"))
               and not article.prefilled]
    unread = [(numbers[page, picture], code) for page, picture, code in sheet.read.unread if (page, picture) in numbers]
    return Marks(head, places, offered, [places[place] for place in _BESIDE if place in places], unread,
                 sheet.read.reader, _lines(sheet))


def _lines(sheet: Sheet) -> Mapping[str, str]:
    fields = sheet.read.fields
    positions = positions_of({place: field.value for place, field in fields.items()},
                             {place for place, field in fields.items() if field.prefilled})
    return {position: f"line.{number}." for number, position in positions.items()}


def _numbers(sheet: Sheet) -> Mapping[tuple[int, int], int]:
    """File and picture → its place among all that are shown, where a file without pictures counts, too."""
    found: dict[tuple[int, int], int] = {}
    number = 0
    for page in sheet.pages:
        for picture in range(1, max(page.pages, 1) + 1):
            number += 1
            if page.pages:
                found[page.number, picture] = number
    return found


def _mark(visit: Visit, field: ReadField, page: int) -> Mark:
    *_, name = field.place.split(".")
    share = format_percent(field.per_cent / 100, locale=language_of(visit).formats.locale)
    return Mark(f"read-{field.place.replace('.', '-').replace('_', '-')}", field.place, _HEAD.get(field.place, name),
                _typed(visit, field.place, name, field.value), share, field.prefilled, page, field.box)


def _typed(visit: Visit, place: str, name: str, value: str) -> str:
    """A value as it stands in its field in this language."""
    language = language_of(visit)
    if place in _HEAD:
        name = _HEAD[place]
        initial: dict[str, object] = {name: date.fromisoformat(value) if name == "day" else value}
        return shown(Head, language, initial=initial)[name].value
    if place.startswith("line."):
        form = form_of_line(visit)
        return shown(form, language, initial={name: Decimal(value) if name == "qty" else value}, name="l1")[name].value
    return value


def taken(visit: Visit, marks: Marks, place: str) -> Submitted:
    """The form as it was sent, with what was read at a place put into its field; a whole line for ``line.<n>``."""
    pairs = list(visit.form.pairs())
    if place in marks.head:
        return _with(pairs, {place: marks.head[place].typed})
    line = next((one for one in marks.offered if f"line.{one.number}" == place), None)
    if line is not None:
        rows = {int(name[1:-len("-article")]): value for name, value in pairs if _ARTICLE.fullmatch(name)}
        row = next((row for row, article in rows.items() if not article), max(rows, default=0) + 1)
        unit = marks.places.get(f"line.{line.number}.unit")
        return _with(pairs, {f"l{row}-id": str(row), f"l{row}-article": line.article.typed,
                             f"l{row}-qty": line.qty.typed if line.qty else "", f"l{row}-decision": "accept",
                             f"l{row}-page": str(line.article.page),
                             f"l{row}-unit": unit.typed if unit else units_of(settings_of(visit))[0]})
    mark = marks.places.get(place)
    row_of = next((name[:-3] for name, value in pairs if name.endswith("-id") and mark is not None
                   and place.startswith(marks.lines.get(value, "-"))), "")
    return _with(pairs, {f"{row_of}-{mark.field}": mark.typed}) if mark is not None and row_of else visit.form


def _with(pairs: Sequence[tuple[str, str]], values: Mapping[str, str]) -> Submitted:
    return Submitted([(name, value) for name, value in pairs if name not in values] + list(values.items()))
