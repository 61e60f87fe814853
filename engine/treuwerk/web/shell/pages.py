"""Answers as pages: a template in the visitor's language, with what the frame around it needs."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from starlette.responses import HTMLResponse, RedirectResponse

from treuwerk.services.identity.session_keeping import seconds_left
from treuwerk.services.identity.sessions import SECOND
from treuwerk.services.telling import hear
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.naming import Naming
from treuwerk.web.shell.navigation import Group
from treuwerk.web.shell.schemes import scheme_of
from treuwerk.web.shell.state import Visit
from treuwerk.web.shell.troubles import STORING

__all__ = ["frame", "gettext", "here", "marked", "naming_of", "page", "page_with", "see_other"]


def here(visit: Visit) -> str:
    """Path and query of this page, to come back to."""
    url = visit.request.url
    return url.path + (f"?{url.query}" if url.query else "")


def page(visit: Visit, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A rendered template."""
    return page_with(visit, template, status, context)


def page_with(visit: Visit, template: str, status: int, values: Mapping[str, Any]) -> HTMLResponse:
    """A rendered template whose values may have any names."""
    session = visit.state.session
    waiting = hear(visit.shell.installation.database, session.id_hash) if session and session.notes else []
    html = visit.shell.renderer.render(visit.locale, template, {**frame(visit), "told": waiting, **values})
    return HTMLResponse(html, status)


def frame(visit: Visit) -> dict[str, Any]:
    """What the frame around every page needs; `session_seconds` until the session ends by itself, 0 for none."""
    session, access = visit.state.session, visit.signed_in_as
    return {"scheme": scheme_of(visit.request.scope), "here": here(visit), "identity": visit.identity, "section": "",
            "access": access, "viewing": _viewing(visit) if access and access.viewing else None,
            "navigation": _navigation(visit),
            "read_only": visit.shell.troubles.has(STORING),
            "session_seconds": seconds_left(session, visit.now) if session else 0}


@attrs.frozen
class Viewing:
    """Whom the service centre looks at, and until when: an instant in microseconds UTC, and the seconds until then."""

    name: str
    account_id: int
    until: int
    seconds: int


def _viewing(visit: Visit) -> Viewing:
    session = visit.session
    return Viewing(session.viewed, session.viewing_account, session.viewing_until,
                   max((session.viewing_until - visit.now) // SECOND, 0))


def _navigation(visit: Visit) -> Sequence[Group]:
    access = visit.signed_in_as
    return visit.shell.navigation.groups(access, visit.locale) if access else ()


def gettext(visit: Visit, message: str) -> str:
    """A message in the visitor's language."""
    return visit.shell.renderer.text(visit.locale, message)


def naming_of(visit: Visit) -> Naming:
    """The programme's names in the visitor's language."""
    naming: Naming = visit.shell.renderer.environment(visit.locale).globals["naming"]  # type: ignore[assignment]
    return naming


def see_other(path: str) -> RedirectResponse:
    """After a form: go on by GET, so that a reload repeats nothing."""
    return RedirectResponse(path, status_code=303)
