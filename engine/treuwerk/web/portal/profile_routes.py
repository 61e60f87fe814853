"""The routes of the profile: oneself, the company, its people and its addresses."""

from starlette.routing import BaseRoute

from treuwerk.services.own_profile import READ, WRITE
from treuwerk.web.portal import profile
from treuwerk.web.shell.routing import DeclaredRoute

_BOTH = ("GET", "POST")


def profile_routes() -> list[BaseRoute]:
    """All of them; ways in and sessions have theirs beside those of signing in."""
    return [
        DeclaredRoute("/profile", profile.profile_page, permission=READ, name="profile"),
        DeclaredRoute("/profile/details", profile.details_page, permission=WRITE, name="own_details", methods=_BOTH),
    ]
