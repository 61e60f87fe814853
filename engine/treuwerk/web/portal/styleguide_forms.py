"""Forms and lists of the style guide: every kind of field, empty, filled and refused. What is sent goes nowhere."""

from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from treuwerk.services.participants.saved_views import SavedView
from treuwerk.services.telling import Told
from treuwerk.web.forms import area, choice, day, decimal, email, from_form, secret, several, shown, text, whole, yes
from treuwerk.web.forms.conflicts import taken
from treuwerk.web.lists import Asked, Column, Filter, ListKind, ListView, Preview, RowReport, list_view
from treuwerk.web.shell.state import Visit
from treuwerk.web.shell.submitted import Submitted


@attrs.frozen
class Sample:
    """One field of each kind; its words are English like the rest of the style guide."""

    note: str = text("Delivery note", longest=40)
    mail: str = email("E-mail", required=False)
    points: int = whole("Points", at_least=-5_000, at_most=5_000)
    price: Decimal | None = decimal("Price", places=2, required=False)
    delivered: date | None = day("Delivered on")
    seller: str = text("Wholesaler", required=False)
    status: str = choice("Status", ["open", "waiting", "done"])
    channel: str = choice("By way of", ["call", "mail", "letter"], required=False)
    topics: tuple[str, ...] = several("Topics", ["news", "seminars", "offers"])
    remark: str = area("Remark", required=False, longest=500)
    password: str = secret("Password", shortest=12)
    agreed: bool = yes("I have read the terms", required=True)


_FILLED = {"note": "80012345", "mail": "name@example.org", "points": -1_250, "price": Decimal("1250.50"),
           "delivered": date(2026, 11, 20), "seller": "Nordlicht", "status": "waiting", "channel": "mail",
           "topics": ("news", "offers"), "remark": "Two lines\nof text", "agreed": True}
_WRONG = Submitted([("note", "8" * 60), ("mail", "name@"), ("points", "1_000"), ("price", "1,2,3"),
                    ("delivered", "31.02.2026"), ("status", "gone"), ("topics", "news"), ("topics", "news"),
                    ("password", "short")])


def form_samples(visit: Visit) -> dict[str, Any]:
    """What the templates of the style guide show."""
    language = visit.shell.renderer.language(visit.locale)
    result = from_form(Sample, _WRONG, language.formats.locale)
    mine = shown(Sample, language, initial=_FILLED | {"status": "open"}, name="mine", version=3)
    _, both = taken(Sample, mine, _FILLED, 4, language, by="Clara Berg", at=visit.now)
    return {
        "sample_forms": [("empty", shown(Sample, language, name="empty")),
                         ("filled", shown(Sample, language, initial=_FILLED, name="filled")),
                         ("refused", shown(Sample, language, result=result, name="refused"))],
        "sample_list": _sample_list(visit),
        "sample_rows": [{"id": "1", "name": "Kranichdach Solartechnik GmbH", "town": "Kiel", "points": 213_612},
                        {"id": "2", "name": "Moorblick GmbH", "town": "Worpswede", "points": 0}],
        "sample_preview": Preview("Assign work", "Assign entries", _REPORT, 3, 2, 1, "/_styleguide", "#content"),
        "sample_conflict": both,
        "sample_told": [Told("The address is saved.", undo_path="/_styleguide", undo_fields={"id": "1"}),
                        Told("The reader is busy. It is tried again.", "warn"), Told("The mail came back.", "bad"),
                        Told("There are three new entries.", "info")],
    }


_KIND = ListKind(
    "samples", "/_styleguide", "Participants",
    (Column("name", "Participant", "name", always=True), Column("town", "Town", "town"),
     Column("points", "Points", "points", amount=True)),
    (Filter("town", "Town", options=lambda _: [("kiel", "Kiel"), ("worpswede", "Worpswede")]),
     Filter("q", "Search", "words", example="Name or number"), Filter("since", "Member since", "day"),
     Filter("open", "Only with open work", "flag")),
    sort="name", csv_path="/_styleguide", views_path="/_styleguide", bulk_path="/_styleguide")
_REPORT = (RowReport("3", "Elektro Wendelglanz GmbH", "is assigned to Clara already", willing=False),
           RowReport("1", "Kranichdach Solartechnik GmbH", "goes to you"),
           RowReport("2", "Moorblick GmbH", "goes to you"))


def _sample_list(visit: Visit) -> ListView:
    state = Asked(_KIND, {"town": "kiel", "q": "dach", "open": "1"}, "-points")
    views = [SavedView(0, "All with open work", "open=1", 1), SavedView(1, "Kiel", state.query, 1)]
    return list_view(visit, state, count=1_240, following=("x", 1), preceding=("a", 1),
                     views=views, counts=lambda states: [12 + place for place in range(len(states))],
                     acts=[("assign", "Assign to me")])
