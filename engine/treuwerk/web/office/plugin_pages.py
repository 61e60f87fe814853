"""The plugins: what they brought, how often they failed at what, and what somebody does about it."""

from collections.abc import Callable

import attrs
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.services.operation import plugin_pausing
from treuwerk.services.operation.plugin_pausing import LONGEST_REASON, MANAGE
from treuwerk.services.operation.plugin_status import PluginStatus, plugin_states
from treuwerk.web.forms import Shown, text
from treuwerk.web.forms.pages import done, empty, read, refused, told
from treuwerk.web.office.frame import office_page, sent_back
from treuwerk.web.office.words import marked_refusal
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

HOME = "/office/plugins"


@attrs.frozen
class Pausing:
    """Why a plugin shall wait."""

    reason: str = text(marked("Reason"), longest=LONGEST_REASON)


def plugins_page(visit: Visit) -> Response:
    """All plugins with what they brought and how they do."""
    return office_page(visit, "office/plugins.html", section=HOME, plugins=_all(visit), home=HOME)


def plugin_page(visit: Visit) -> Response:
    """One plugin with what went wrong, and what can be done."""
    return _shown(visit, empty(visit, Pausing))


def pause_form(visit: Visit) -> Response:
    """Let a plugin wait."""
    result, registry = read(visit, Pausing), visit.shell.installation.programme.registry
    if not result.ok:
        return _shown(visit, refused(visit, result), 422)

    def act(connection: Connection) -> None:
        plugin_pausing.pause(visit.access, connection, registry, _name(visit), result.value.reason, visit.now)

    try:
        return _done(visit, act, marked("The plugin is paused. What it is for waits."))
    except Refusal as refusal:
        if refusal.code == "no_reason":
            return _shown(visit, refused(visit, result.refused("reason", marked_refusal(refusal))), 422)
        return sent_back(visit, refusal, _here(visit))


def resume_form(visit: Visit) -> Response:
    """Let a plugin go on."""
    registry = visit.shell.installation.programme.registry

    def act(connection: Connection) -> None:
        plugin_pausing.let_go_on(visit.access, connection, registry, _name(visit), visit.now)
        plugin_pausing.order_release(connection, _name(visit), visit.now)

    try:
        return _done(visit, act, marked("The plugin goes on. Lines that waited for it are booked now."))
    except Refusal as refusal:
        return sent_back(visit, refusal, HOME)


def acknowledge_form(visit: Visit) -> Response:
    """Note that somebody has seen what went wrong."""
    def act(connection: Connection) -> None:
        plugin_pausing.acknowledge(visit.access, connection, _name(visit), visit.now)

    return _done(visit, act, marked("The failures are acknowledged. They come back when they happen again."))


def _done(visit: Visit, act: Callable[[Connection], None], words: str) -> Response:
    def acted(connection: Connection) -> str:
        act(connection)
        told(visit, connection, gettext(visit, words))
        return _here(visit)

    return done(visit, acted)


def _name(visit: Visit) -> str:
    return str(visit.request.path_params["plugin"])


def _here(visit: Visit) -> str:
    return f"{HOME}/{_name(visit)}"


def _all(visit: Visit) -> list[PluginStatus]:
    with visit.shell.installation.database.reading() as connection:
        return plugin_states(visit.access, connection, visit.shell.installation.programme.registry, visit.shell.faults)


def _shown(visit: Visit, form: Shown, status: int = 200) -> Response:
    one = next((found for found in _all(visit) if found.name == _name(visit)), None)
    if one is None:
        raise HTTPException(404)
    return office_page(visit, "office/plugin.html", status, section=HOME, one=one, form=form, home=HOME,
                       may_manage=visit.access.may(MANAGE))
