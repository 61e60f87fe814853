"""What is kept of the failures of plugins, for the command line and the service centre."""

import attrs
from sqlalchemy import Connection

from treuwerk.store import plugin_failures as store

_SHOWN = 500


@attrs.frozen
class KeptFailure:
    """One class of failures that nobody acknowledged; instants in microseconds UTC."""

    plugin: str
    version: str
    hook: str
    part: str
    error: str
    said: str
    first_at: int
    last_at: int
    times: int


@attrs.frozen
class KeptPause:
    """A part of a plugin that is paused; hook and part are empty where all of the plugin is."""

    plugin: str
    hook: str
    part: str
    paused_at: int
    paused_by: str
    reason: str

    @property
    def what(self) -> str:
        """The part, for people."""
        return self.part or "all of it"


@attrs.frozen
class PluginLedger:
    """Failures, the latest first, and what is paused."""

    failures: tuple[KeptFailure, ...] = ()
    pauses: tuple[KeptPause, ...] = ()

    def of(self, plugin: str) -> tuple[KeptFailure, ...]:
        """The failures of one plugin."""
        return tuple(one for one in self.failures if one.plugin == plugin)

    def pauses_of(self, plugin: str) -> tuple[KeptPause, ...]:
        """What of one plugin is paused."""
        return tuple(one for one in self.pauses if one.plugin == plugin)

    def is_paused(self, plugin: str) -> bool:
        """Whether anything of a plugin is paused."""
        return bool(self.pauses_of(plugin))


def ledger_of(connection: Connection) -> PluginLedger:
    """All failures that nobody acknowledged, and all that is paused."""
    return PluginLedger(
        tuple(KeptFailure(row.plugin, row.version, row.hook, row.part, row.error, row.said, row.first_at, row.last_at,
                          row.times) for row in store.failures(connection, _SHOWN)),
        tuple(KeptPause(row.plugin, row.hook, row.part, row.paused_at, row.paused_by, row.reason)
              for row in store.pauses(connection)))
