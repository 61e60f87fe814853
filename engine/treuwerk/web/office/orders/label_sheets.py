"""Address labels on sheets: where each stands, what stands on it, and the PDF of all."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from babel import Locale

from treuwerk.domain.postal_lines import postal_lines
from treuwerk.programme.settings import LabelSheet
from treuwerk.services.orders.labelling import Label
from treuwerk.web.office.frame import settings_of
from treuwerk.web.shell.documents import pdf
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

MOST_LABELS = 84
"""On one sheet: as many as a programme's own may have."""
_LONGEST_LINE = 120


def sheet_names(visit: Visit) -> list[tuple[str, str]]:
    """Sheets of the programme with what people see of them."""
    number = visit.shell.renderer.language(visit.locale).formats.number
    return [(name, f"{name.upper()}: {one.columns} × {one.rows}, {number(one.width)} × {number(one.height)} mm")
            for name, one in settings_of(visit).labels.known.items()]


def sheets_of(visit: Visit, labels: Sequence[Label], sheet: str, first: int) -> bytes:
    """The PDF; `first` is the place of the first label on the first sheet, from 1 on, row by row."""
    settings = settings_of(visit)
    wanted, locale = settings.labels.known[sheet], settings.programme.locales[0]
    told = [_told(visit, one, Locale.parse(locale.partition("-")[0])) for one in labels]
    return pdf("labels.typ", {
        "lang": locale[:2], "programme": settings.programme.name, "title": gettext(visit, marked("Address labels")),
        "sender": settings.labels.sender, "sheet": {"width": float(wanted.width), "height": float(wanted.height)},
        "pages": placed(told, wanted, first)})


def placed(told: Sequence[dict[str, Any]], sheet: LabelSheet, first: int) -> list[list[dict[str, Any]]]:
    """What stands on each sheet, with its place in millimetres from the left and the upper edge."""
    found = enumerate(told, start=first - 1)
    return [[one | _place(at % sheet.labels, sheet) for at, one in page]
            for _, page in groupby(found, key=lambda pair: pair[0] // sheet.labels)]


def _place(at: int, sheet: LabelSheet) -> dict[str, float]:
    row, column = divmod(at, sheet.columns)
    left, top = sheet.margins
    return {"left": float(left + column * (sheet.width + sheet.between_columns)),
            "top": float(top + row * (sheet.height + sheet.between_rows))}


def _told(visit: Visit, label: Label, locale: Locale) -> dict[str, Any]:
    """The address, and below it the order and whether it is printed again. Countries are named in our language."""
    where = label.destination
    abroad = where.country != settings_of(visit).labels.country
    country = str(locale.territories.get(where.country, where.country)) if abroad else ""
    note = gettext(visit, marked("%(order)s · printed again")) % {"order": label.order} if label.again else label.order
    return {"lines": list(_clean(postal_lines(where, country))), "note": note}


def _clean(lines: Sequence[str]) -> Iterator[str]:
    """What can be printed, and not without end: the town, which is short, is never cut."""
    for line in lines:
        text = " ".join("".join(letter if letter.isprintable() else " " for letter in line).split(" ")).strip()
        yield text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE - 1]}…"
