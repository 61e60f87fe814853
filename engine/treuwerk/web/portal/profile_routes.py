"""The routes of the profile: oneself, the company, its people and its addresses."""

from collections.abc import Iterator

from starlette.routing import BaseRoute

from treuwerk.services.participants.colleagues import MANAGE
from treuwerk.services.participants.own_profile import READ, WRITE
from treuwerk.web.portal import addresses, inviting, people, profile
from treuwerk.web.shell.routing import DeclaredRoute

_FORM, _BOTH = ("POST",), ("GET", "POST")


def profile_routes() -> list[BaseRoute]:
    """All of them; ways in and sessions have theirs beside those of signing in."""
    return [
        DeclaredRoute("/profile", profile.profile_page, permission=READ, name="profile"),
        DeclaredRoute("/profile/details", profile.details_page, permission=WRITE, name="own_details", methods=_BOTH),
        *_people(),
        *_addresses(),
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


def _addresses() -> Iterator[BaseRoute]:
    here = addresses.HERE
    yield DeclaredRoute(here, addresses.addresses_page, permission=READ, name="addresses")
    for path, handler, name, methods in (
        (f"{here}/new", addresses.new_address_page, "new_address", _BOTH),
        (f"{here}/{{address}}", addresses.address_page, "address", _BOTH),
        (f"{here}/{{address}}/prefer", addresses.prefer_form, "prefer_address", _FORM),
        (f"{here}/{{address}}/remove", addresses.remove_form, "remove_address", _FORM),
        (f"{here}/{{address}}/restore", addresses.restore_form, "restore_address", _FORM),
    ):
        yield DeclaredRoute(path, handler, permission=WRITE, name=name, methods=methods)
