"""Light or dark: what the person chose, or nothing, which leaves it to the system."""

from starlette.types import Scope

from treuwerk.web.shell.sessions import cookie
from treuwerk.web.shell.state import SCHEME_COOKIE

SCHEMES = ("system", "light", "dark")


def scheme_of(scope: Scope) -> str:
    """``light``, ``dark`` or ``system``."""
    chosen = cookie(scope, SCHEME_COOKIE)
    return chosen if chosen in SCHEMES else "system"
