"""The form beside a document: its head and a grid of lines, read strictly, and shown again with what was typed."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import attrs

from treuwerk.domain.documents import DocumentKind
from treuwerk.domain.entries import Entered, EnteredLine
from treuwerk.programme.settings import Settings
from treuwerk.services.submissions.deciding import REASONS
from treuwerk.web.forms import Result, Shown, area, choice, day, decimal, from_form, shown, text, whole
from treuwerk.web.forms.pages import language_of
from treuwerk.web.forms.reading import BESIDE
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.state import Visit
from treuwerk.web.shell.submitted import Submitted

KINDS = (DocumentKind.DELIVERY, DocumentKind.RECEIPT, DocumentKind.INVOICE, DocumentKind.SALES_REPORT)
MOST_LINES = 150
ACCEPT = "accept"
_ROW = re.compile(r"l([0-9]{1,3})-(.+)")
_SERIALS = re.compile(r"[\s,;|]+")
_LONGEST = 120


@attrs.frozen
class Head:
    """What stands once on a document, and what is said to the participant."""

    kind: str = choice(marked("Kind of document"), [kind.value for kind in KINDS], required=False)
    seller: str = text(marked("Seller"), required=False, longest=_LONGEST)
    number: str = text(marked("Number"), required=False, longest=_LONGEST)
    day: date | None = day(marked("Delivered on"), required=False)
    reason: str = choice(marked("Reason"), REASONS, required=False)
    words: str = area(marked("Words for the participant"), required=False, longest=2_000)
    why: str = text(marked("Why it is corrected"), required=False, longest=400)
    vat: str = text(marked("VAT id"), required=False, longest=40)
    gln: str = text(marked("GLN"), required=False, longest=40)


def features_of(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """The features of the programme with their values: those under ``[clearing.features]``, else those of its feeds."""
    if settings.clearing.features:
        return {name: tuple(one.values) for name, one in settings.clearing.features.items()}
    found: dict[str, tuple[str, ...]] = {}
    for source in settings.sources:
        for name, column in getattr(source.settings, "features", {}).items():
            found.setdefault(name, tuple(getattr(column, "values", ())))
    return {name: values for name, values in found.items() if values}


@cache
def line_form(features: tuple[tuple[str, tuple[str, ...]], ...], units: tuple[str, ...]) -> type[Any]:
    """The form of one line of a programme with these features and units."""
    fields: dict[str, Any] = {
        "id": text(marked("Position"), required=False, longest=40),
        "article": text(marked("Article"), required=False, longest=_LONGEST),
        "qty": decimal(marked("Quantity"), places=4, required=False, at_least=Decimal("0.0001"), at_most=10**9),
        "unit": choice(marked("Unit"), units, required=False),
        "serials": text(marked("Serial numbers"), required=False, longest=4_000),
        **{f"f_{name}": choice(name, values, required=False) for name, values in features},
        "decision": choice(marked("Decision"), (ACCEPT, *REASONS), required=False),
        "words": text(marked("Words for the participant"), required=False, longest=500),
        "page": whole(marked("Page"), required=False, at_least=0, at_most=9_999)}
    return attrs.make_class("Line", fields, frozen=True)


@attrs.frozen
class Row:
    """A line of the grid: its number on the page, and its form as it is shown."""

    number: int
    form: Shown


@attrs.frozen
class Typed:
    """A whole form as it came. `entered` is None where something in it cannot be read."""

    head: Result[Head]
    rows: tuple[tuple[int, Result[Any]], ...]
    entered: Entered | None

    @property
    def ok(self) -> bool:
        """Whether everything can be read."""
        return self.entered is not None

    def blamed(self, row: int, field: str, message: str, **values: Any) -> "Typed":
        """The same with a complaint about a field of a line, or with row 0 of the head."""
        if not row:
            return attrs.evolve(self, head=self.head.refused(field, message, **values))
        rows = tuple((number, result.refused(field, message, **values) if number == row else result)
                     for number, result in self.rows)
        return attrs.evolve(self, rows=rows)


def units_of(settings: Settings) -> tuple[str, ...]:
    """Units that a line can have, in the order of the programme."""
    return tuple(settings.measures)


def read_entry(visit: Visit, before: Entered, form: Submitted | None = None) -> Typed:
    """What was typed, or stands in another `form`.

    What the form does not show, such as the seller's numbers, stays as it was `before`.
    """
    settings, locale = visit.shell.installation.programme.settings, language_of(visit).formats.locale
    line = _form(settings)
    parts = _parted(visit.form if form is None else form)
    names = {field.name for field in attrs.fields(Head)} | BESIDE
    head = from_form(Head, Submitted((name, value) for name, value in parts.pop(0, []) if name in names), locale)
    known = {field.name for field in attrs.fields(line)}
    rows = []
    for number, pairs in sorted(parts.items()):
        result = from_form(line, Submitted((name, value) for name, value in pairs if name in known), locale)
        if any(any(texts) for name, texts in result.typed.items() if name in ("article", "qty", "serials", "words")):
            rows.append((number, result))
    readable = head.ok and all(result.ok for _, result in rows)
    return Typed(head, tuple(rows), _entered(head.value, rows, before) if readable else None)


def form_of_line(visit: Visit) -> type[Any]:
    """The form of one line."""
    return _form(visit.shell.installation.programme.settings)


def _form(settings: Settings) -> type[Any]:
    return line_form(tuple(features_of(settings).items()), units_of(settings))


def _parted(form: Submitted) -> dict[int, list[tuple[str, str]]]:
    """The texts of a form by line; 0 is the head."""
    parts: dict[int, list[tuple[str, str]]] = {}
    for name, value in form.pairs():
        found = _ROW.fullmatch(name)
        number, plain = (int(found[1]), found[2]) if found else (0, name)
        if number <= MOST_LINES:
            parts.setdefault(number, []).append((plain, value))
    return parts


def _entered(head: Head, rows: Sequence[tuple[int, Result[Any]]], before: Entered) -> Entered:
    lines = tuple(_line(result.value, at, before) for at, (_, result) in enumerate(rows, start=1))
    same = head.seller == before.seller_name
    return attrs.evolve(
        before, kind=DocumentKind(head.kind or before.kind), number=head.number, delivered_on=head.day,
        issued_on=before.issued_on if head.day == before.event_date else None, seller_name=head.seller,
        seller=before.seller if same else "", seller_ids=before.seller_ids if same else (), lines=lines, confirmed=True)


def _line(row: Any, at: int, before: Entered) -> EnteredLine:
    features = {name.removeprefix("f_"): value for name, value in attrs.asdict(row).items()
                if name.startswith("f_") and value}
    accepted = row.decision in ("", ACCEPT)
    old = next((line for line in before.lines if line.id == row.id), None)
    return EnteredLine(
        row.id or str(at), row.article, row.qty, row.unit, tuple(filter(None, _SERIALS.split(row.serials))), features,
        accepted, "" if accepted else row.decision, row.words, row.page or 0, old.name if old else "",
        old.gtin if old else "", old.amount if old else None)


def shown_head(visit: Visit, entered: Entered, version: int, typed: Typed | None = None) -> Shown:
    """The head of the form, filled with what is kept, or as it was typed."""
    if typed is not None:
        return shown(Head, language_of(visit), result=typed.head, version=version)
    initial = {"kind": entered.kind.value, "seller": entered.seller_name, "number": entered.number,
               "day": entered.event_date,
               **{scheme: value for scheme, value in entered.seller_ids if scheme in ("vat", "gln")}}
    return shown(Head, language_of(visit), initial=initial, version=version)


def shown_rows(visit: Visit, entered: Entered, typed: Typed | None = None, more: int = 1) -> list[Row]:
    """The lines of the form, and some empty ones behind them."""
    form = _form(visit.shell.installation.programme.settings)
    language = language_of(visit)
    if typed is not None:
        rows = [Row(at, shown(form, language, result=result, name=f"l{at}"))
                for at, (_, result) in enumerate(typed.rows, start=1)]
    else:
        rows = [Row(at, shown(form, language, initial=_initial(line), name=f"l{at}"))
                for at, line in enumerate(entered.lines, start=1)]
    empty = range(len(rows) + 1, len(rows) + 1 + more)
    above = max([0, *(int(row.form["id"].value) for row in rows if row.form["id"].value.isdecimal())])
    return rows + [Row(at, blank(visit, at, position=max(at, above + at - len(rows)))) for at in empty]


def blank(visit: Visit, at: int, like: str = "", position: int = 0) -> Shown:
    """An empty line; its position follows from its place, its unit is the programme's first one."""
    settings = visit.shell.installation.programme.settings
    initial = {"id": str(position or at), "unit": units_of(settings)[0], "decision": ACCEPT}
    return shown(_form(settings), language_of(visit), initial=initial, name=like or f"l{at}")


def _initial(line: EnteredLine) -> dict[str, object]:
    features = {f"f_{name}": value for name, value in line.features.items()}
    return {"id": line.id, "article": line.article, "qty": line.qty, "unit": line.unit,
            "serials": " ".join(line.serials), "decision": ACCEPT if line.accepted else line.reason,
            "words": line.words, "page": line.page or None, **features}

