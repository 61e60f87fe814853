"""What a request carries from one layer to the next, with types instead of loose keys."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Scope

from treuwerk.domain.rights import PERMISSIONS, Access, Permission
from treuwerk.programme.settings import SecondFactor
from treuwerk.services.deployment import Deployment
from treuwerk.services.identity.access import Rights
from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.identity.sessions import Identity, Session
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.kept_calendars import Calendars
from treuwerk.services.operation.plugin_status import Faults
from treuwerk.services.participants.kept_counts import Counts
from treuwerk.web.shell.assets import Assets
from treuwerk.web.shell.navigation import Navigation
from treuwerk.web.shell.parts import Parts
from treuwerk.web.shell.rendering import Renderer
from treuwerk.web.shell.submitted import Submitted
from treuwerk.web.shell.troubles import Troubles

if TYPE_CHECKING:
    from treuwerk.web.shell.metrics import Metrics

SESSION_COOKIE = "__Host-sid"
LOCALE_COOKIE = "__Host-locale"
SCHEME_COOKIE = "__Host-scheme"
_KEY = "treuwerk"
Clock = Callable[[], int]
"""Now in microseconds since 1970 UTC."""


@attrs.define
class RequestState:
    """Filled layer by layer; what is not there yet has its neutral value."""

    request_id: str = ""
    source: str = ""
    """Address of the visitor, or of the proxy where none is trusted."""
    forwarded_by_a_stranger: bool = False
    """Whether X-Forwarded headers came that nobody believes."""
    route: str = ""
    """Name of the route that answers, empty where none does."""
    path: str = ""
    """Its path with names in place of values, such as ``/bookings/{id}``."""
    session: Session | None = None
    locale: str = ""
    submitted: Submitted = attrs.field(factory=Submitted)
    """What a form was sent with, once it is read."""


def state_of(scope: Scope) -> RequestState:
    """The state of a request, made on first use. Inner layers fill it, outer ones may read it afterwards."""
    state: RequestState | None = scope.get(_KEY)
    if state is None:
        state = scope[_KEY] = RequestState()
    return state


@attrs.frozen
class Shell:
    """What all requests of one application share."""

    installation: Installation
    clock: Clock
    assets: Assets
    renderer: Renderer
    deployment: Deployment
    metrics: "Metrics"
    permissions: Mapping[str, Permission] = attrs.field(factory=lambda: {one.name: one for one in PERMISSIONS})
    """What engine and plugins declare, by name."""
    parts: Parts = attrs.field(factory=lambda: Parts({}, {}))
    """What plugins bring for pages."""
    navigation: Navigation = attrs.field(factory=Navigation)
    """The main navigation of portal and service centre, with our entries and those of plugins."""
    calendars: Calendars = attrs.field(factory=Calendars)
    counts: Counts = attrs.field(factory=Counts)
    """Of saved views."""
    keys: Keyring = attrs.field(factory=Keyring)
    """By which secrets are encrypted that must be read again."""
    second_factor: SecondFactor = SecondFactor.OFFICE
    """Who needs more than a password."""
    troubles: Troubles = attrs.field(factory=Troubles)
    """What did not work a moment ago."""
    faults: Faults = attrs.field(factory=Faults)
    """The last errors of plugins on pages."""
    rights: Rights = attrs.field(init=False, default=attrs.Factory(
        lambda self: Rights(self.installation.programme.settings, self.permissions.values()), takes_self=True))
    """What roles give."""


@attrs.frozen
class Visit:
    """One request as a page sees it; `form` and `files` are filled for POST only."""

    request: Request
    shell: Shell
    now: int
    form: Submitted = attrs.field(factory=Submitted)
    signed_in_as: Access | None = None
    files: Sequence[UploadFile] = ()

    @property
    def state(self) -> RequestState:
        """What the layers around the page found out."""
        return state_of(self.request.scope)

    @property
    def locale(self) -> str:
        """The language of the answer."""
        return self.state.locale

    @property
    def identity(self) -> Identity | None:
        """Who is signed in, if anyone."""
        return self.state.session.identity if self.state.session else None

    @property
    def me(self) -> Identity:
        """Who is signed in, on pages whose permission asks for it."""
        return self.session.identity

    @property
    def session(self) -> Session:
        """The session, on pages whose permission asks for one."""
        if self.state.session is None:
            raise PermissionError("this page was routed without a permission that asks for a session")
        return self.state.session

    @property
    def access(self) -> Access:
        """Who acts and what may be done, on pages whose permission asks for a session. Services want it first."""
        if self.signed_in_as is None:
            raise PermissionError("this page was routed without a permission that asks for a session")
        return self.signed_in_as
