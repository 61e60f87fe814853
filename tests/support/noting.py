"""A page with a form as a developer would write it: a saved view is changed, once, with conflicts and an undo."""

from pathlib import Path

import attrs
from sqlalchemy import Connection, delete, insert, select, update
from starlette.applications import Starlette
from starlette.responses import Response

from treuwerk.store.tables import saved_view
from treuwerk.web.forms import Stale, email, taken, text, whole
from treuwerk.web.forms.pages import CONFLICT, done, empty, language_of, read, refused, refused_page, told, version_of
from treuwerk.web.shell.pages import page, see_other
from treuwerk.web.shell.routing import SIGNED_IN, DeclaredRoute
from treuwerk.web.shell.state import Visit

TEMPLATE = """{% extends "base.html" %}
{% import "ui/forms.html" as forms %}
{% block title %}{{ forms.title_mark(form) }}Note{% endblock %}
{% block content %}<h1>Note</h1>
{{ forms.summary(form) }}
{% if conflict %}{{ forms.conflict_view(conflict, "/note") }}{% endif %}
{{ forms.start(form, "/note") }}
{{ forms.text(form, "name") }}{{ forms.number(form, "position") }}{{ forms.text(form, "mail") }}
{{ forms.button("Save note", kind="main") }}</form>{% endblock %}"""


@attrs.frozen
class Note:
    """Three fields, one of them a number."""

    name: str = text("Name", longest=40)
    position: int = whole("Position", at_most=5_000)
    mail: str = email("E-mail", required=False)


def _stored(connection: Connection) -> tuple[dict[str, object], int]:
    row = connection.execute(select(saved_view).where(saved_view.c.list == "notes")).one_or_none()
    return ({}, 0) if row is None else ({"name": row.name, "position": row.position, "mail": row.query}, row.version)


def note_page(visit: Visit) -> Response:
    """The form, filled with what is stored."""
    with visit.shell.installation.database.reading() as connection:
        stored, version = _stored(connection)
    return page(visit, "note.html", form=empty(visit, Note, stored, version=version), conflict=None)


def note_form(visit: Visit) -> Response:
    """Save it: refused, in conflict, or done once."""
    result = read(visit, Note)
    if not result.ok:
        return refused_page(visit, "note.html", refused(visit, result), conflict=None)
    try:
        return done(visit, lambda connection: _save(visit, connection, result.value))
    except Stale:
        with visit.shell.installation.database.reading() as connection:
            stored, version = _stored(connection)
        form, both = taken(Note, refused(visit, result), stored, version, language_of(visit), by="Clara", at=visit.now)
        return page(visit, "note.html", CONFLICT, form=form, conflict=both)


def _save(visit: Visit, connection: Connection, note: Note) -> str:
    """Write with the version that the form was filled from as a condition."""
    version = version_of(visit)
    values = {"name": note.name, "position": note.position, "query": note.mail, "version": version + 1}
    if version == 0:
        connection.execute(insert(saved_view).values(owner_id=0, list="notes", **values))
    elif not connection.execute(update(saved_view).where(
            saved_view.c.list == "notes", saved_view.c.version == version).values(values)).rowcount:
        raise Stale
    told(visit, connection, f"Saved {note.name} <b>.", undo_path="/note/undo", undo_fields={"name": note.name})
    return "/purchases"


def undo_form(visit: Visit) -> Response:
    """Remove what was saved."""
    with visit.shell.installation.database.writing() as connection:
        connection.execute(delete(saved_view).where(saved_view.c.name == visit.form["name"]))
    return see_other("/note")


def add_noting(app: Starlette, folder: Path) -> None:
    """Route the page; its template lies in the programme's folder, from where the application was made."""
    app.router.routes.extend([
        DeclaredRoute("/note", note_page, permission=SIGNED_IN, name="note"),
        DeclaredRoute("/note", note_form, permission=SIGNED_IN, name="note_form", methods=("POST",)),
        DeclaredRoute("/note/undo", undo_form, permission=SIGNED_IN, name="note_undo", methods=("POST",))])
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / "note.html").write_text(TEMPLATE, "utf-8")
