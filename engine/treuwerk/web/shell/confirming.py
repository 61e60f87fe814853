"""The way to a proof of who is signed in, and back to the form with what was typed."""

from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from treuwerk.domain.rights import Audience
from treuwerk.services.identity.session_data import TooMuchData, data_of, set_value
from treuwerk.services.identity.sessions import SECOND
from treuwerk.store.faults import DatabaseReadOnly
from treuwerk.web.shell.state import Visit
from treuwerk.web.shell.submitted import Submitted

CONFIRM = {Audience.PORTAL: "/confirm", Audience.OFFICE: "/office/confirm"}
AGAIN = "again"
_TYPED = "typed"
_KEPT_SECONDS = 600
_NEVER_KEPT = frozenset({"password", "code", "secret", "answer"})


def is_secret(name: str) -> bool:
    """Whether a field has a value that is stored nowhere and shown to nobody: a word of its name says so.

    >>> is_secret("new_password"), is_secret("postcode")
    (True, False)
    """
    return not _NEVER_KEPT.isdisjoint(name.split("_"))


def lead_to_confirm(visit: Visit, back: str) -> Response:
    """Keep what was typed, and go to the page that asks for the proof."""
    url = visit.request.url
    if visit.request.method == "POST":
        path = back or url.path
        wanted = f"{path}?{AGAIN}=1" if keep_typed(visit, path) else path
    else:
        wanted = url.path + (f"?{url.query}" if url.query else "")
    return RedirectResponse(f"{CONFIRM[visit.session.audience]}?next={quote(wanted, safe='/')}", status_code=303)


def typed_before(visit: Visit) -> Submitted:
    """What was typed into the form of this page before somebody was led away from it; empty otherwise."""
    if AGAIN not in visit.request.query_params or visit.state.session is None:
        return Submitted()
    with visit.shell.installation.database.reading() as connection:
        typed = data_of(connection, visit.session.id_hash).get(_TYPED)
    if not typed or typed["path"] != visit.request.url.path or typed["at"] < visit.now - _KEPT_SECONDS * SECOND:
        return Submitted()
    return Submitted((name, value) for name, value in typed["values"])


def keep_typed(visit: Visit, path: str) -> bool:
    """Keep what this request was sent with for the form at a path; False where that cannot be."""
    if visit.state.session is None:
        return False
    values = [pair for pair in visit.form.pairs() if not is_secret(pair[0])]
    kept = {"path": path, "at": visit.now, "values": values}
    try:
        return visit.shell.installation.database.run(
            lambda connection: set_value(connection, visit.session.id_hash, _TYPED, kept))
    except (TooMuchData, DatabaseReadOnly):
        return False  # long texts are typed again rather than everything refused
