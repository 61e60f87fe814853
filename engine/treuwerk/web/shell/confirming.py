"""The way to a proof of who is signed in, and back to the form with what was typed."""

from collections.abc import Mapping
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from treuwerk.domain.rights import Audience
from treuwerk.services.session_data import TooMuchData, data_of, set_value
from treuwerk.services.sessions import SECOND
from treuwerk.web.shell.state import Visit

CONFIRM = {Audience.PORTAL: "/confirm", Audience.OFFICE: "/office/confirm"}
AGAIN = "again"
_TYPED = "typed"
_KEPT_SECONDS = 600
NEVER_KEPT = ("password", "code", "secret", "answer")
"""Parts of the names of fields whose values are stored nowhere and shown to nobody."""


def lead_to_confirm(visit: Visit, back: str) -> Response:
    """Keep what was typed, and go to the page that asks for the proof."""
    url = visit.request.url
    if visit.request.method == "POST":
        path = back or url.path
        wanted = f"{path}?{AGAIN}=1" if _kept(visit, path) else path
    else:
        wanted = url.path + (f"?{url.query}" if url.query else "")
    return RedirectResponse(f"{CONFIRM[visit.session.audience]}?next={quote(wanted, safe='/')}", status_code=303)


def typed_before(visit: Visit) -> Mapping[str, str]:
    """What was typed into the form of this page before the proof was asked for; empty otherwise."""
    if AGAIN not in visit.request.query_params:
        return {}
    with visit.shell.installation.database.reading() as connection:
        typed = data_of(connection, visit.session.id_hash).get(_TYPED)
    if not typed or typed["path"] != visit.request.url.path or typed["at"] < visit.now - _KEPT_SECONDS * SECOND:
        return {}
    values: dict[str, str] = typed["values"]
    return values


def _kept(visit: Visit, path: str) -> bool:
    values = {name: value for name, value in visit.form.items() if not any(word in name for word in NEVER_KEPT)}
    kept = {"path": path, "at": visit.now, "values": values}
    try:
        return visit.shell.installation.database.run(
            lambda connection: set_value(connection, visit.session.id_hash, _TYPED, kept))
    except TooMuchData:
        return False  # long texts are typed again rather than everything refused
