"""The routes of signing in and of one's own security."""

from starlette.routing import BaseRoute

from treuwerk.domain.rights import Audience
from treuwerk.web.access.viewing import end_viewing_form
from treuwerk.web.shell.routing import SIGNED_IN, DeclaredRoute


def access_routes() -> list[BaseRoute]:
    """All of them."""
    return [
        DeclaredRoute("/office/viewing/end", end_viewing_form, permission=SIGNED_IN, name="end_viewing",
                      methods=("POST",), audience=Audience.OFFICE),
    ]
