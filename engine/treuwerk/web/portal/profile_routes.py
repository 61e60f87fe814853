"""The routes of the profile: oneself, the company, its people and its addresses."""

from collections.abc import Iterator

from starlette.routing import BaseRoute

from treuwerk.services.colleagues import MANAGE
from treuwerk.services.own_profile import READ, WRITE
from treuwerk.web.portal import inviting, people, profile
from treuwerk.web.shell.routing import DeclaredRoute

_FORM, _BOTH = ("POST",), ("GET", "POST")


def profile_routes() -> list[BaseRoute]:
    """All of them; ways in and sessions have theirs beside those of signing in."""
    return [
        DeclaredRoute("/profile", profile.profile_page, permission=READ, name="profile"),
        DeclaredRoute("/profile/details", profile.details_page, permission=WRITE, name="own_details", methods=_BOTH),
        *_people(),
    ]


def _people() -> Iterator[BaseRoute]:
    here = people.HERE
    yield DeclaredRoute(here, people.people_page, permission=READ, name="people")
    for path, handler, name, methods in (
        (f"{here}/invite", inviting.invite_page, "invite", _BOTH),
        (inviting.INVITED, inviting.invited_page, "invited", ("GET",)),
        (f"{here}/codes/withdraw", inviting.withdraw_form, "withdraw_code", _FORM),
        (f"{here}/codes/give-back", inviting.give_back_form, "give_back_code", _FORM),
        (f"{here}/{{user}}", people.person_page, "person", _BOTH),
        (f"{here}/{{user}}/end", people.end_form, "end_access", _FORM),
        (f"{here}/{{user}}/restore", people.restore_form, "restore_access", _FORM),
    ):
        yield DeclaredRoute(path, handler, permission=MANAGE, name=name, methods=methods)
