"""A list as its template sees it: heads, filters, chips, pages, downloads and views, each with its address."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import attrs
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from treuwerk.services.participants.saved_views import SavedView
from treuwerk.store.keyset import Key
from treuwerk.web.lists.asking import Asked, asked
from treuwerk.web.lists.csv_files import MACHINE
from treuwerk.web.lists.kinds import COLUMN, DAY, DENSE, FLAG, FORM, LINK, SORT, VIEW, WHOLE, Column, Filter
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import frame, gettext, page
from treuwerk.web.shell.state import Visit

FRAGMENT = "list"
"""The block of a template that is the list, and nothing around it."""
COUNTED_AT_MOST = 10_000
"""Rows beyond which a list says that there are more, and counts no further."""
UNPROCESSABLE = 422
_ON = "1"
_A_DAY = date(2026, 12, 31)


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
    error: str = ""


@attrs.frozen
class ViewLink:
    """A saved view; `count` is how many rows it has, None where nobody counted.

    `stale` is one that cannot be opened any more, since what it asks for is gone: it can only be taken away.
    """

    name: str
    url: str
    query: str
    of_team: bool
    current: bool
    count: int | None
    stale: bool = False
    free: bool = True
    """Whether this visitor may take it away."""


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
    """Rows that the filters leave; beyond `COUNTED_AT_MOST` there are more than that; None where nobody counted."""
    first_url: str
    previous_url: str
    next_url: str
    reset_url: str
    dense_url: str
    csv_url: str
    machine_csv_url: str
    views_path: str
    bulk_path: str
    views: tuple[ViewLink, ...] = ()
    may_share: bool = True
    """Whether this visitor may keep views for the whole team."""
    acts: tuple[tuple[str, str], ...] = ()
    """Codes and words of what can be done with chosen rows."""

    @property
    def many(self) -> bool:
        """Whether there are more rows than anybody counts."""
        return self.count is not None and self.count > COUNTED_AT_MOST

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


Counts = Callable[[Sequence[Asked]], Sequence[int]]
"""How many rows each of several states leaves, in as few statements as can be, each up to `COUNTED_AT_MOST` + 1."""


def list_view(visit: Visit, state: Asked, *, count: int | None = None, following: Key | None = None,
              preceding: Key | None = None, views: Sequence[SavedView] = (), counts: Counts | None = None,
              may_share: bool = True, acts: Sequence[tuple[str, str]] = ()) -> ListView:
    """A list for its template.

    `count` is how many rows the filters leave, `following` the key of the last row where more follow, `preceding` that
    of the first one where others come before. `counts` counts the rows of saved views. `acts` (code and words) are
    those that this visitor may do with chosen rows.
    """
    kind = state.kind
    options = {one.name: one.options(visit) if one.options else [] for one in kind.filters}
    return ListView(
        kind.name, kind.region, kind.path, gettext(visit, kind.title), state, tuple(_heads(visit, state)),
        tuple(_field(visit, state, one, options[one.name]) for one in kind.filters if one.kind != LINK),
        tuple((_chip(visit, one, state.filters[one.name], options[one.name]), state.url(drop=[one.name]))
              for one in kind.filters if one.name in state.filters),
        tuple((one.name, gettext(visit, one.title), one in state.shown, not one.always) for one in kind.columns),
        count, state.url() if preceding is not None else "",
        state.url(before=preceding) if preceding is not None else "",
        state.url(after=following) if following is not None else "",
        state.url(drop=[one.name for one in kind.filters]), state.url(changed={DENSE: "" if state.dense else _ON}),
        state.url(kind.csv_path) if kind.csv_path else "",
        state.url(kind.csv_path, {FORM: MACHINE}) if kind.csv_path else "", kind.views_path, kind.bulk_path,
        tuple(_views(visit, state, views, counts, may_share=may_share)), may_share, tuple(acts))


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


def _field(visit: Visit, state: Asked, one: Filter, options: Sequence[tuple[str, str]]) -> FilterField:
    typed = state.mistyped.get(one.name)
    value = _typed(visit, one, state.filters.get(one.name, "")) if typed is None else typed
    return FilterField(one.name, f"{state.kind.name}-{one.name}", gettext(visit, one.title), one.kind, value,
                       tuple(options), gettext(visit, one.example) if one.example else "", one.more,
                       "" if typed is None else _mistyped(visit, one))


def _typed(visit: Visit, one: Filter, value: str) -> str:
    notation = visit.shell.renderer.language(visit.locale).notation
    if value and one.kind == DAY:
        return notation.written(date.fromisoformat(value))
    return notation.written(int(value)) if value and one.kind == WHOLE else value


def _mistyped(visit: Visit, one: Filter) -> str:
    notation = visit.shell.renderer.language(visit.locale).notation
    if one.kind == DAY:
        return gettext(visit, marked("Enter a day such as %(example)s.")) % {"example": notation.written(_A_DAY)}
    return gettext(visit, marked("Enter a whole number such as %(example)s.")) % {"example": notation.written(1_250)}


def _chip(visit: Visit, one: Filter, value: str, options: Sequence[tuple[str, str]]) -> str:
    title = gettext(visit, one.title)
    if one.kind == FLAG:
        return title
    words = one.words(visit, value) if one.words else dict(options).get(value) or _typed(visit, one, value)
    return f"{title}: {words}"


def _views(visit: Visit, state: Asked, views: Sequence[SavedView], counts: Counts | None, *,
           may_share: bool) -> list[ViewLink]:
    """Views with their counts. One whose filter the programme does not have any more must not break the page."""
    states = {one.query: _state(visit, state, one) for one in views}
    found = _counted(visit, state.kind.name, {query: one for query, one in states.items() if one}, counts)
    return [ViewLink(one.name, f"{state.kind.path}?{one.query}" if one.query else state.kind.path, one.query,
                     one.of_team, one.query == state.query, found.get(one.query), states[one.query] is None,
                     may_share or not one.of_team) for one in views]


def _counted(visit: Visit, name: str, states: Mapping[str, Asked], counts: Counts | None) -> Mapping[str, int]:
    """How many rows each view has, kept for a minute for this user."""
    if counts is None or not states:
        return {}
    user_id = visit.identity.user_id if visit.identity else 0
    keys = [(name, user_id, query) for query in states]
    found = visit.shell.counts.of(keys, visit.now, lambda missing: counts([states[key[2]] for key in missing]))
    return {query: found[name, user_id, query] for query in states}


def _state(visit: Visit, state: Asked, view: SavedView) -> Asked | None:
    try:
        return asked(visit, state.kind, view.query)
    except HTTPException:
        return None


def list_page(visit: Visit, template: str, view: ListView, **context: Any) -> Response:
    """The page, or only its list where a script asks to exchange it in a page that is there already.

    Its status is 422 where a filter was mistyped.
    """
    headers, status = visit.request.headers, UNPROCESSABLE if view.asked.mistyped else 200
    if headers.get("hx-request") != "true" or headers.get("hx-target") != f"section#{view.region}":
        return _varied(page(visit, template, status, list=view, **context))
    whole: Mapping[str, Any] = frame(visit) | {"list": view, "told": []} | context
    return _varied(HTMLResponse(visit.shell.renderer.fragment(visit.locale, template, FRAGMENT, whole), status,
                                headers={"x-fragment": view.region}))


def _varied(answer: Response) -> Response:
    """The same address answers a page and a part of it."""
    answer.headers.add_vary_header("HX-Request")
    answer.headers.add_vary_header("HX-Target")
    return answer
