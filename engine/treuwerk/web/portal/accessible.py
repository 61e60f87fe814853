"""How accessible the site is, what does not work yet, and whom to tell: for everybody, also without a login."""

from starlette.responses import Response

from treuwerk.web.shell.content import localised
from treuwerk.web.shell.pages import page
from treuwerk.web.shell.state import Visit

PATH = "/accessibility"


def accessibility_page(visit: Visit) -> Response:
    """What the programme says of it, and how to reach somebody."""
    settings = visit.shell.installation.programme.settings
    said, first = settings.accessibility, settings.programme.locales[0]
    return page(visit, "accessibility.html", said=said, gaps=[localised(one, visit.locale, first) for one in said.gaps],
                authority=localised(said.authority, visit.locale, first))
