"""A page with a list as a developer would write it, over rows that tests put into the table of saved views."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update
from starlette.applications import Starlette
from starlette.responses import Response

from treuwerk.services.participants.saved_views import views_of
from treuwerk.store.database import Database
from treuwerk.store.keyset import sliced
from treuwerk.store.tables import saved_view
from treuwerk.web.lists import (
    Act,
    Asked,
    Cell,
    Column,
    Filter,
    ListKind,
    RowReport,
    asked,
    bulk_form,
    csv_answer,
    list_page,
    list_view,
    views_form,
)
from treuwerk.web.shell.routing import SIGNED_IN, DeclaredRoute
from treuwerk.web.shell.state import Visit

LIST = "things"
USER = 7
KIND = ListKind(
    "things", "/things", "Things",
    (Column("name", "Name", "name", always=True), Column("place", "Place", "place", amount=True),
     Column("colour", "Colour"), Column("size", "Size", shown=False)),
    (Filter("colour", "Colour", options=lambda _: [("red", "Red"), ("blue", "Blue")]),
     Filter("q", "Search", "words", example="Name"), Filter("since", "Since", "day"),
     Filter("odd", "Only odd", "flag"), Filter("place", "From place", "whole"), Filter("note", "Note", "words"),
     Filter("one", "One", "link")),
    sort="name", rows=10, csv_path="/things.csv", views_path="/things/views", bulk_path="/things/bulk")
TEMPLATES = {"things.html": """{% extends "base.html" %}
{% block title %}Things{% endblock %}
{% block scripts %}{% include "ui/list_scripts.html" %}{% endblock %}
{% block content %}<h1>Things</h1>
{% block list %}{% import "ui/lists.html" as lists %}
{% call(row, column) lists.region(list, rows, key="name") %}
{%- if column == "name" %}<a href="/things">{{ row.name }}</a>
{%- elif column == "place" %}{{ row.position|number }}
{%- elif column == "colour" %}{{ row.query }}{% else %}large{% endif %}{% endcall %}
{% endblock %}{% endblock %}""", "bulk.html": """{% extends "base.html" %}
{% import "ui/lists.html" as lists %}
{% block title %}Paint{% endblock %}
{% block content %}<h1>Paint</h1>
{% if preview %}{{ lists.preview(preview) }}{% else %}{{ lists.report(report) }}{% endif %}{% endblock %}"""}


def fill(database: Database, count: int = 35) -> None:
    """So many things, red and blue in turn; one has a name that a spreadsheet would calculate."""
    with database.writing() as connection:
        connection.execute(insert(saved_view), [
            {"owner_id": -1, "list": LIST, "name": f"{'=' if number == 3 else ''}thing {number:02}",
             "query": ("red", "blue")[number % 2], "position": 1_000 * number, "version": 1}
            for number in range(count)])


def _found(state: Asked) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(saved_view.c.name, saved_view.c.position, saved_view.c.query).where(
        saved_view.c.owner_id == -1, saved_view.c.list == LIST)
    if colour := state.filters.get("colour"):
        query = query.where(saved_view.c.query == colour)
    if words := state.filters.get("q"):
        query = query.where(saved_view.c.name.icontains(words, autoescape=True))
    if (place := state.number("place")) is not None:
        query = query.where(saved_view.c.position >= place)
    return query.where(saved_view.c.position % 2_000 != 0) if "odd" in state.filters else query


def _order(state: Asked) -> list[Any]:
    return [saved_view.c.position, saved_view.c.name] if state.sorted_by == "place" else [saved_view.c.name]


def _count(connection: Connection, state: Asked) -> int:
    return int(connection.execute(select(func.count()).select_from(_found(state).subquery())).scalar_one())


def things_page(visit: Visit, *, may_share: bool = True) -> Response:
    """One page of the list."""
    state = asked(visit, KIND)
    with visit.shell.installation.database.reading() as connection:
        found = sliced(connection, _found(state), _order(state), limit=KIND.rows, descending=state.descending,
                       after=state.after, before=state.before)
        view = list_view(visit, state, count=_count(connection, state), following=found.next, preceding=found.previous,
                         views=views_of(connection, KIND.name, USER), acts=[("paint", "Paint green")],
                         counts=lambda states: [_count(connection, one) for one in states], may_share=may_share)
    return list_page(visit, "things.html", view, rows=[row._mapping for row in found.rows])


def things_csv(visit: Visit) -> Response:
    """Everything that the filters leave."""
    state = asked(visit, KIND)
    with visit.shell.installation.database.reading() as connection:
        rows = connection.execute(_found(state).order_by(*_order(state))).all()
    return csv_answer(visit, "things.csv", _lines(rows))


def _lines(rows: Sequence[Any]) -> Iterator[list[Cell]]:
    yield ["Name", "Place", "Colour"]
    for row in rows:
        yield [row.name, row.position, row.query]


def _keys(connection: Connection, state: Asked, limit: int) -> list[str]:
    return list(connection.execute(_found(state).limit(limit)).scalars())


def _look(_: Visit, connection: Connection, keys: Sequence[str]) -> list[RowReport]:
    rows = connection.execute(select(saved_view.c.name, saved_view.c.query).where(saved_view.c.name.in_(keys))).all()
    return [RowReport(row.name, row.name, "becomes green" if row.query == "red" else "is not red", row.query == "red")
            for row in rows]


def _paint(visit: Visit, connection: Connection, keys: Sequence[str]) -> list[RowReport]:
    reports = _look(visit, connection, keys)
    connection.execute(update(saved_view).where(saved_view.c.name.in_([one.key for one in reports if one.willing]))
                       .values(query="green", version=saved_view.c.version + 1))
    return reports


PAINT = Act("paint", "Paint things green", "Paint things", _look, _paint)


def add_listing(app: Starlette, folder: Path) -> None:
    """Route the list; its templates lie in the programme's folder."""
    def bulk(visit: Visit) -> Response:
        return bulk_form(visit, KIND, [PAINT], _keys, "bulk.html")

    def views(visit: Visit) -> Response:
        return views_form(visit, KIND, USER, may_share=True)

    def own_views(visit: Visit) -> Response:
        return views_form(visit, KIND, USER, may_share=False)

    def own(visit: Visit) -> Response:
        return things_page(visit, may_share=False)

    for path, handler, method in (("/things", things_page, "GET"), ("/things.csv", things_csv, "GET"),
                                  ("/things/bulk", bulk, "POST"), ("/things/views", views, "POST"),
                                  ("/things/own", own, "GET"), ("/things/views/own", own_views, "POST")):
        app.router.routes.append(DeclaredRoute(path, handler, permission=SIGNED_IN, name=path, methods=(method,)))
    (folder / "templates").mkdir(exist_ok=True)
    for name, content in TEMPLATES.items():
        (folder / "templates" / name).write_text(content, "utf-8")
