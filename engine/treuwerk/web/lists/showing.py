"""A list as its template sees it: heads, filters, chips, pages, downloads and views, each with its address."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import attrs
from starlette.responses import HTMLResponse, Response

from treuwerk.services.saved_views import SavedView
from treuwerk.store.keyset import Key
from treuwerk.web.lists.asking import Asked
from treuwerk.web.lists.csv_files import MACHINE
from treuwerk.web.lists.kinds import COLUMN, DENSE, FORM, SORT, VIEW, Column, Filter
from treuwerk.web.shell.pages import frame, gettext, page
from treuwerk.web.shell.state import Visit

FRAGMENT = "list"
"""The block of a template that is the list, and nothing around it."""
_ON = "1"


@attrs.frozen
class Head:
    """The head of a column. `direction` is that of ``aria-sort``, empty for a column that nothing is sorted by now."""

    name: str
    title: str
    amount: bool
    url: str
    direction: str


@attrs.frozen
class FilterField:
    """One filter as it stands on the page; `value` is a text as the reader types it."""

    name: str
    id: str
    title: str
    kind: str
    value: str
    options: tuple[tuple[str, str], ...]
    example: str
    more: bool


@attrs.frozen
class ViewLink:
    """A saved view; `count` is how many rows it has, None where nobody counted."""

    name: str
    url: str
    query: str
    of_team: bool
    current: bool
    count: int | None


@attrs.frozen
class ListView:
    """Everything that ``ui/lists.html`` needs beside the rows."""

    name: str
    region: str
    path: str
    title: str
    asked: Asked
    heads: tuple[Head, ...]
    filters: tuple[FilterField, ...]
    chips: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str, bool, bool], ...]
    """Name, title, whether it is shown and whether it can be hidden: for the column chooser."""
    count: int | None
    first_url: str
    next_url: str
    reset_url: str
    dense_url: str
    csv_url: str
    machine_csv_url: str
    views_path: str
    bulk_path: str
    views: tuple[ViewLink, ...] = ()
    acts: tuple[tuple[str, str], ...] = ()
    """Codes and words of what can be done with chosen rows."""

    @property
    def beside_filters(self) -> list[tuple[str, str]]:
        """What the form of the filters carries along."""
        own = {one.name for one in self.filters} | {VIEW}
        return [pair for pair in self.asked.pairs() if pair[0] not in own]

    @property
    def more_filters_set(self) -> bool:
        """Whether a filter is set that stands behind "more filters", which is opened then."""
        return any(one.more and one.value for one in self.filters)

    @property
    def beside_columns(self) -> list[tuple[str, str]]:
        """What the column chooser carries along."""
        return [pair for pair in self.asked.pairs() if pair[0] not in (COLUMN, VIEW)]


def list_view(visit: Visit, state: Asked, *, count: int | None = None, following: Key | None = None,
              views: Sequence[SavedView] = (), counted: Callable[[SavedView], int] | None = None,
              acts: Sequence[tuple[str, str]] = ()) -> ListView:
    """A list for its template.

    `count` is how many rows the filters leave, `following` the key of the last row where more follow. `counted` counts
    the rows of a saved view. `acts` (code and words) are those that this visitor may do with chosen rows.
    """
    kind = state.kind
    csv_url = state.url(kind.csv_path) if kind.csv_path else ""
    return ListView(
        kind.name, kind.region, kind.path, gettext(visit, kind.title), state, tuple(_heads(visit, state)),
        tuple(_field(visit, state, one) for one in kind.filters if one.kind != "link"),
        tuple((_chip(visit, one, state.filters[one.name]), state.url(drop=[one.name])) for one in kind.filters
              if one.name in state.filters),
        tuple((one.name, gettext(visit, one.title), one in state.shown, not one.always) for one in kind.columns),
        count, state.url() if state.after is not None else "",
        state.url(after=following) if following is not None else "",
        state.url(drop=[one.name for one in kind.filters]),
        state.url(changed={DENSE: "" if state.dense else _ON}), csv_url,
        state.url(kind.csv_path, {FORM: MACHINE}) if kind.csv_path else "", kind.views_path, kind.bulk_path,
        tuple(_view(state, one, counted) for one in views), tuple(acts))


def _heads(visit: Visit, state: Asked) -> list[Head]:
    return [Head(one.name, gettext(visit, one.title), one.amount, _sort_url(state, one),
                 _direction(state) if one.sorted_by and one.sorted_by == state.sorted_by else "")
            for one in state.shown]


def _direction(state: Asked) -> str:
    return "descending" if state.descending else "ascending"


def _sort_url(state: Asked, one: Column) -> str:
    if not one.sorted_by:
        return ""
    turned = f"-{one.sorted_by}" if state.sort == one.sorted_by else one.sorted_by
    return state.url(changed={SORT: turned})


def _field(visit: Visit, state: Asked, one: Filter) -> FilterField:
    options = one.options(visit) if one.options else []
    return FilterField(one.name, f"{state.kind.name}-{one.name}", gettext(visit, one.title), one.kind,
                       _typed(visit, one, state.filters.get(one.name, "")), tuple(options),
                       gettext(visit, one.example) if one.example else "", one.more)


def _typed(visit: Visit, one: Filter, value: str) -> str:
    if one.kind != "day" or not value:
        return value
    return visit.shell.renderer.language(visit.locale).notation.written(date.fromisoformat(value))


def _chip(visit: Visit, one: Filter, value: str) -> str:
    title = gettext(visit, one.title)
    if one.kind == "flag":
        return title
    if one.words:
        return f"{title}: {one.words(visit, value)}"
    words = dict(one.options(visit)).get(value, value) if one.options else _typed(visit, one, value)
    return f"{title}: {words}"


def _view(state: Asked, one: SavedView, counted: Callable[[SavedView], int] | None) -> ViewLink:
    url = f"{state.kind.path}?{one.query}" if one.query else state.kind.path
    return ViewLink(one.name, url, one.query, one.of_team, one.query == state.query,
                    None if counted is None else counted(one))


def list_page(visit: Visit, template: str, view: ListView, **context: Any) -> Response:
    """The page, or only its list where a script asks to exchange it in a page that is there already."""
    headers = visit.request.headers
    if headers.get("hx-request") != "true" or headers.get("hx-target") != f"section#{view.region}":
        return _varied(page(visit, template, list=view, **context))
    whole: Mapping[str, Any] = frame(visit) | {"list": view, "told": []} | context
    return _varied(HTMLResponse(visit.shell.renderer.fragment(visit.locale, template, FRAGMENT, whole),
                                headers={"x-fragment": view.region}))


def _varied(answer: Response) -> Response:
    """The same address answers a page and a part of it."""
    answer.headers.add_vary_header("HX-Request")
    answer.headers.add_vary_header("HX-Target")
    return answer
