"""A plugin that brings a page, an entry of the navigation, a panel, a right, texts, a picture and a style guide."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from treuwerk.domain.pages import NavigationEntry, Page, PageAnswer, PageRequest, Panel, WebPart
from treuwerk.domain.rights import Audience, Permission
from treuwerk.hookspecs import hookimpl

BOOK = "sample.book"


def seminars(request: PageRequest) -> PageAnswer:
    """The page: what there is to spend, and after the form a way back."""
    if request.form or request.query.get("done"):
        return PageAnswer(go_to=request.query.get("done", "/seminars?wanted=roof"))
    return PageAnswer("seminars.html", {"points": request.holdings["bonus"].available,
                                        "wanted": request.query.get("wanted", "")})


def seats(request: PageRequest) -> Mapping[str, Any] | None:
    """The panel; it is left out for companies without points, and breaks in 2030."""
    if request.now.year >= 2030:
        raise ZeroDivisionError
    points = request.holdings["bonus"].available
    return {"seats": f"<{points}>"} if points else None


class SamplePlugin:
    """As a module would be, with its hooks."""

    @hookimpl
    def permissions(self) -> Sequence[Permission]:
        """A right of the portal."""
        return [Permission(BOOK, "Book seminars", Audience.PORTAL)]

    @hookimpl
    def web_parts(self) -> Sequence[WebPart]:
        """One of everything."""
        page = Page("/seminars", "seminars", Audience.PORTAL, BOOK, seminars, ("GET", "POST"))
        entry = NavigationEntry("seminars", {"de": "Seminare", "en": "Seminars", "fr": "Formations"},
                                "graduation-cap", 250)
        panel = Panel("seats", Audience.PORTAL, BOOK, "panel.html", seats)
        return [WebPart("sample", Path(__file__).parent / "sample_part", (page,), (entry,), (panel,))]
