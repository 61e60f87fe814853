"""What a person does about plugins that fail: acknowledge it, pause a plugin, and let it go on."""

import attrs
from sqlalchemy import Connection

from treuwerk.domain.pausing import WHOLE_PLUGIN, Pause
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.plugins import Registry
from treuwerk.services.auditing import note_act
from treuwerk.services.clearing.parked_lines import release_parked
from treuwerk.services.clearing.releasing import Released
from treuwerk.services.installation import Installation
from treuwerk.store import orders, work
from treuwerk.store import plugin_failures as store

MANAGE = "plugins.manage"
RELEASE = "release"
"""The job that books lines that waited."""
LONGEST_REASON = 400


@attrs.frozen
class Resumed:
    """What goes on, as plugin, hook and part, and what became of the lines that waited."""

    parts: tuple[Pause, ...]
    released: Released


def pause(access: Access, connection: Connection, registry: Registry, plugin: str, reason: str, now: int) -> None:
    """Pause a plugin as a whole: its rules' lines, its readers' files and its channels' handovers wait.

    Raises:
        Refusal: `unknown_plugin`, `no_reason`, or `plugin_paused`: it is paused already.
    """
    access.require(MANAGE)
    require_known(registry, plugin)
    if len(reason.split()) < 2:
        raise Refusal("no_reason", "found no reason, expected at least two words")
    if not store.pause(connection, (plugin, *WHOLE_PLUGIN), now, access.actor, reason[:LONGEST_REASON]):
        raise Refusal("plugin_paused", f"found that plugin {plugin!r} is paused already; look at it again")
    note_act(connection, access, "plugin.pause", 0, plugin, now=now, reason=reason)


def let_go_on(access: Access, connection: Connection, registry: Registry, plugin: str,
              now: int) -> tuple[Pause, ...]:
    """Let a plugin go on; the answer is what was paused.

    Lines that waited are booked behind it: by `resume` at once, or by a worker, whom `order_release` asks for it.

    Raises:
        Refusal: `unknown_plugin`.
    """
    access.require(MANAGE)
    require_known(registry, plugin)
    parts = tuple(store.resume(connection, plugin))
    store.acknowledge(connection, plugin, now, now, access.actor)
    work.close(connection, work.PLUGIN, plugin, now)
    note_act(connection, access, "plugin.resume", 0, plugin, now=now,
             before={"paused": [" ".join(part[1:]).strip() or plugin for part in parts]})
    return parts


def order_release(connection: Connection, plugin: str, now: int) -> None:
    """Let a worker book the lines that waited for the rules of a plugin."""
    orders.submit(connection, f"{RELEASE}:{plugin}:{now}", RELEASE, {"plugin": plugin}, now)


def resume(access: Access, installation: Installation, plugin: str, now: int) -> Resumed:
    """Let a plugin go on; lines that waited for its rules are booked. Where they fail again, it is paused again.

    Raises:
        Refusal: `unknown_plugin`.
    """
    registry = installation.programme.registry
    parts = installation.database.run(lambda connection: let_go_on(access, connection, registry, plugin, now))
    return Resumed(parts, release_parked(installation, now, actor=access.actor))


def acknowledge(access: Access, connection: Connection, plugin: str, now: int) -> int:
    """Note that somebody has seen the failures of a plugin; how many there were to see."""
    access.require(MANAGE)
    seen = store.acknowledge(connection, plugin, now, now, access.actor)
    if seen:
        note_act(connection, access, "plugin.acknowledge", 0, plugin, now=now, after={"failures": seen})
    return seen


def require_known(registry: Registry, plugin: str) -> None:
    """Go on only with a plugin that the programme names.

    Raises:
        Refusal: `unknown_plugin`.
    """
    known = registry.versions()
    if plugin not in known:
        raise Refusal("unknown_plugin", f"found no plugin {plugin!r} in the programme, expected one of "
                                        f"{', '.join(known) or 'none'}")
