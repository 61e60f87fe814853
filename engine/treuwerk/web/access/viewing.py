"""Back from the portal of a participant to the service centre."""

from starlette.responses import Response

from treuwerk.services.identity.viewing import end_viewing
from treuwerk.web.shell.pages import see_other
from treuwerk.web.shell.state import Visit


def end_viewing_form(visit: Visit) -> Response:
    """View nobody any more."""
    end_viewing(visit.shell.installation.database, visit.access, visit.session, visit.now)
    return see_other("/office")
