"""Saving a view of a list, and taking one away again, with an undo."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.services.saved_views import TEAM, TooManyViews, remove_view, save_view
from treuwerk.web.forms.pages import told
from treuwerk.web.lists.asking import asked, words_of
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
    if name := words_of(visit.form.get("remove", "")):
        return _removed(visit, kind, owner, name)
    name = words_of(visit.form.get("name", ""))[:60]
    if not name:
        raise HTTPException(422)
    state = asked(visit, kind, visit.form.get("query", ""))
    with visit.shell.installation.database.writing() as connection:
        try:
            save_view(connection, kind.name, owner, name, state.query)
        except TooManyViews:
            told(visit, connection, gettext(visit, _FULL), tone="bad")
        else:
            told(visit, connection, gettext(visit, marked("The view “%(name)s” is saved.")) % {"name": name})
    return see_other(state.url())


def _removed(visit: Visit, kind: ListKind, owner: int, name: str) -> Response:
    with visit.shell.installation.database.writing() as connection:
        gone = remove_view(connection, kind.name, owner, name)
        if gone is not None:
            back = {"name": name, "query": gone.query} | ({"team": "1"} if gone.of_team else {})
            told(visit, connection, gettext(visit, marked("The view “%(name)s” is removed.")) % {"name": name},
                 undo_path=visit.request.url.path, undo_fields=back)
    return see_other(kind.path)
