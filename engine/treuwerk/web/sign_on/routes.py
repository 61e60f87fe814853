"""The routes of single sign-on; a programme without identity providers has none."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from treuwerk.programme.settings import SignIn
from treuwerk.web.shell.routing import PUBLIC, DeclaredRoute
from treuwerk.web.sign_on.ending import ended_form
from treuwerk.web.sign_on.leaving import silent_page, start_form
from treuwerk.web.sign_on.returning import back_page


def sign_on_routes(providers: Sequence[SignIn]) -> list[BaseRoute]:
    """All of them."""
    if not providers:
        return []
    path = "/login/with/{provider}"
    return [
        DeclaredRoute(path, start_form, permission=PUBLIC, name="sso_start", methods=("POST",)),
        DeclaredRoute(f"{path}/silently", silent_page, permission=PUBLIC, name="sso_silent"),
        DeclaredRoute(f"{path}/back", back_page, permission=PUBLIC, name="sso_back"),
        DeclaredRoute(f"{path}/ended", ended_form, permission=PUBLIC, name="sso_ended", methods=("POST",)),
    ]


def form_targets(providers: Sequence[SignIn]) -> tuple[str, ...]:
    """Origins that forms may lead to, for the content security policy."""
    return tuple(dict.fromkeys(origin for one in providers for origin in one.provider.origins))
