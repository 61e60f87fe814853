"""What a person does about plugins that fail: acknowledge it, pause a plugin, and let it go on."""

import attrs
from sqlalchemy import Connection

from treuwerk.domain.pausing import WHOLE_PLUGIN
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.plugins import Registry
from treuwerk.services.auditing import note_act
from treuwerk.services.clearing.parked_lines import release_parked
from treuwerk.services.clearing.releasing import Released
from treuwerk.services.installation import Installation
from treuwerk.store import plugin_failures as store
from treuwerk.store import work

MANAGE = "plugins.manage"


@attrs.frozen
class Resumed:
    """What goes on, as plugin, hook and part, and what became of the lines that waited."""

    parts: tuple[tuple[str, str, str], ...]
    released: Released


def pause(access: Access, installation: Installation, plugin: str, reason: str, now: int) -> None:
    """Pause a plugin as a whole: its rules' lines, its readers' files and its channels' handovers wait.

    Raises:
        Refusal: `unknown_plugin`, `no_reason`, or `plugin_paused`: it is paused already.
    """
    access.require(MANAGE)
    _require_known(installation.programme.registry, plugin)
    if len(reason.split()) < 2:
        raise Refusal("no_reason", "found no reason, expected at least two words")

    def write(connection: Connection) -> None:
        if not store.pause(connection, (plugin, *WHOLE_PLUGIN), now, access.actor, reason[:400]):
            raise Refusal("plugin_paused", f"found that plugin {plugin!r} is paused already; look at it again")
        note_act(connection, access, "plugin.pause", 0, plugin, now=now, reason=reason)

    installation.database.run(write)


def resume(access: Access, installation: Installation, plugin: str, now: int) -> Resumed:
    """Let a plugin go on; lines that waited for its rules are booked. Where they fail again, it is paused again.

    Raises:
        Refusal: `unknown_plugin`.
    """
    access.require(MANAGE)
    _require_known(installation.programme.registry, plugin)

    def write(connection: Connection) -> tuple[tuple[str, str, str], ...]:
        parts = tuple(store.resume(connection, plugin))
        store.acknowledge(connection, plugin, now, now, access.actor)
        work.close(connection, work.PLUGIN, plugin, now)
        note_act(connection, access, "plugin.resume", 0, plugin, now=now,
                 before={"paused": [" ".join(part[1:]).strip() or plugin for part in parts]})
        return parts

    parts = installation.database.run(write)
    return Resumed(parts, release_parked(installation, now, actor=access.actor))


def acknowledge(access: Access, installation: Installation, plugin: str, now: int) -> int:
    """Note that somebody has seen the failures of a plugin; how many there were to see."""
    access.require(MANAGE)

    def write(connection: Connection) -> int:
        seen = store.acknowledge(connection, plugin, now, now, access.actor)
        if seen:
            note_act(connection, access, "plugin.acknowledge", 0, plugin, now=now, after={"failures": seen})
        return seen

    return installation.database.run(write)


def _require_known(registry: Registry, plugin: str) -> None:
    known = registry.versions()
    if plugin not in known:
        raise Refusal("unknown_plugin", f"found no plugin {plugin!r} in the programme, expected one of "
                                        f"{', '.join(known) or 'none'}")
