"""The plugins of a programme as operators see them: where they come from, what they brought, what went wrong last."""

from collections.abc import Mapping, Sequence
from threading import Lock

import attrs
from sqlalchemy import Connection

from treuwerk.domain.rights import Access
from treuwerk.plugins import Registry
from treuwerk.services.operation.plugin_ledger import KeptFailure, KeptPause, ledger_of

READ = "plugins.read"
_LONGEST = 500


@attrs.frozen
class Fault:
    """The last error of a plugin in this process: where, what, and when in microseconds UTC."""

    place: str
    words: str
    at: int


@attrs.define
class Faults:
    """The last error of each plugin. Whoever calls a plugin on a page notes here what it raised."""

    _last: dict[str, Fault] = attrs.field(factory=dict)
    _lock: Lock = attrs.field(factory=Lock)

    def note(self, plugin: str, place: str, error: Exception, now: int) -> None:
        """Keep an error of a plugin in place of the one before."""
        words = f"{type(error).__name__}: {error}"[:_LONGEST]
        with self._lock:
            self._last[plugin] = Fault(place, words, now)

    def of(self, plugin: str) -> Fault | None:
        """The last error of a plugin."""
        with self._lock:
            return self._last.get(plugin)


@attrs.frozen
class PluginStatus:
    """One plugin; `brought` are names by hook, such as the rights and the pages that it offers."""

    name: str
    distribution: str
    version: str
    state: str
    brought: Mapping[str, Sequence[str]]
    permissions: Sequence[str]
    pages: Sequence[str]
    error: str
    fault: Fault | None
    failures: Sequence[KeptFailure] = ()
    pauses: Sequence[KeptPause] = ()


def plugin_states(access: Access, connection: Connection, registry: Registry, faults: Faults) -> list[PluginStatus]:
    """All plugins in the order of the programme file."""
    access.require(READ)
    ledger = ledger_of(connection)
    offered = registry.offered()
    found = []
    for info in registry.describe():
        brought = {hook: offered.get(info.name, {}).get(hook, ()) for hook in info.hooks}
        part = next((one for name, one in registry.web_parts_by_plugin() if name == info.name), None)
        found.append(PluginStatus(info.name, info.distribution, info.version, info.state, brought,
                                  tuple(brought.get("permissions", ())),
                                  tuple(page.path for page in part.pages) if part else (), info.error,
                                  faults.of(info.name), ledger.of(info.name), ledger.pauses_of(info.name)))
    return found
