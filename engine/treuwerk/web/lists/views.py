"""Saving a view of a list, and taking one away again, with an undo."""

from unicodedata import normalize

from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.services.participants.saved_views import (
    LONGEST_NAME,
    LONGEST_QUERY,
    TEAM,
    SavedView,
    TooManyViews,
    remove_view,
    save_view,
)
from treuwerk.web.forms.pages import told
from treuwerk.web.lists.asking import Asked, asked, words_of
from treuwerk.web.lists.kinds import ListKind
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

_FULL = marked("There are thirty saved views already. Remove one first.")


def views_form(visit: Visit, kind: ListKind, user_id: int, *, may_share: bool) -> Response:
    """Keep the state of the list under a name, or remove a view. Views of the team need `may_share`.

    Raises:
        HTTPException: 403, the view is the team's and the user may not change those; 422, the view has no name.
    """
    if not user_id or (visit.form.get("team") and not may_share):
        raise HTTPException(403)
    owner = TEAM if visit.form.get("team") else user_id
    if name := _name(visit.form.get("remove", "")):
        return _removed(visit, kind, owner, name)
    name = _name(visit.form.get("name", ""))
    if not name:
        raise HTTPException(422)
    state = asked(visit, kind, visit.form.get("query", ""))
    if len(state.query) > LONGEST_QUERY:
        return _told(visit, marked("These filters are too long to be kept. Shorten the words."), state.url(), "bad")
    return _saved(visit, kind, owner, name, state)


def _name(text: str) -> str:
    """A name as it is kept: in one Unicode form, so that what looks the same is the same."""
    return normalize("NFC", words_of(text))[:LONGEST_NAME].strip()


def _saved(visit: Visit, kind: ListKind, owner: int, name: str, state: Asked) -> Response:
    try:
        with visit.shell.installation.database.writing() as connection:
            before = save_view(connection, kind.name, owner, name, state.query)
            again = before is not None and before.query != state.query
            words = marked("The view “%(name)s” is another one now.") if again else marked(
                "The view “%(name)s” is saved.")
            told(visit, connection, gettext(visit, words) % {"name": name},
                 undo_path=visit.request.url.path if again else "",
                 undo_fields=_fields(before) if before and again else {})
    except TooManyViews:
        return _told(visit, _FULL, state.url(), "bad")
    return see_other(state.url())


def _fields(view: SavedView) -> dict[str, str]:
    """What brings a view back."""
    return {"name": view.name, "query": view.query} | ({"team": "1"} if view.of_team else {})


def _told(visit: Visit, message: str, path: str, tone: str) -> Response:
    with visit.shell.installation.database.writing() as connection:
        told(visit, connection, gettext(visit, message), tone=tone)
    return see_other(path)


def _removed(visit: Visit, kind: ListKind, owner: int, name: str) -> Response:
    with visit.shell.installation.database.writing() as connection:
        gone = remove_view(connection, kind.name, owner, name)
        if gone is not None:
            told(visit, connection, gettext(visit, marked("The view “%(name)s” is removed.")) % {"name": name},
                 undo_path=visit.request.url.path if _is_possible(visit, kind, gone) else "", undo_fields=_fields(gone))
    return see_other(kind.path)


def _is_possible(visit: Visit, kind: ListKind, view: SavedView) -> bool:
    """Whether it could be kept again: the programme may have lost what it asks for."""
    try:
        asked(visit, kind, view.query)
    except HTTPException:
        return False
    return True
