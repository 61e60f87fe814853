"""Answers as pages: a template in the visitor's language, with what the frame around it needs."""

from typing import Any

from starlette.responses import HTMLResponse, RedirectResponse

from treuwerk.web.shell.schemes import scheme_of
from treuwerk.web.shell.state import Visit


def here(visit: Visit) -> str:
    """Path and query of this page, to come back to."""
    url = visit.request.url
    return url.path + (f"?{url.query}" if url.query else "")


def page(visit: Visit, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A rendered template."""
    access = visit.signed_in_as
    frame = {"scheme": scheme_of(visit.request.scope), "here": here(visit), "identity": visit.identity, "section": "",
             "access": access, "viewed": visit.session.viewed if access and access.viewing else ""}
    html = visit.shell.renderer.render(visit.locale, template, {**frame, **context})
    return HTMLResponse(html, status)


def gettext(visit: Visit, message: str) -> str:
    """A message in the visitor's language."""
    return visit.shell.renderer.text(visit.locale, message)


def see_other(path: str) -> RedirectResponse:
    """After a form: go on by GET, so that a reload repeats nothing."""
    return RedirectResponse(path, status_code=303)


def marked(message: str) -> str:
    """A message that is translated later; written so that the collection of texts finds it."""
    return message
