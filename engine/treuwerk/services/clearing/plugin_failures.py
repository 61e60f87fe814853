"""Failures of plugins, counted: whoever fails too often is paused, in the transaction that counts it.

A paused rule's lines wait unbooked, a paused reader's files wait unread, a paused channel's handovers wait unsent. A
person looks at the plugin and lets it go on; what waited is then done.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from treuwerk.domain.evaluation import ActiveRule
from treuwerk.domain.failures import READERS, Failure, shape_of
from treuwerk.domain.pausing import Pause, is_paused, without_paused
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.programme.settings import Source
from treuwerk.services.clearing.intake import ReaderFailed
from treuwerk.services.installation import Installation
from treuwerk.store import plugin_failures as store
from treuwerk.store import work

AUTOMATIC = "engine"
"""Who pauses what fails too often."""
_MINUTE = 60_000_000
_MOST_CLASSES = 50


def note_failures(connection: Connection, programme: LoadedProgramme, failures: Mapping[Failure, int],
                  now: int) -> list[Pause]:
    """Count failures with how often each was met, and pause what failed too often; the answer are those."""
    policy, parts = programme.settings.plugin_policy, Counter[Pause]()
    for one, times in failures.items():
        parts[one.plugin, one.hook, one.part] += times
    store.note(connection, dict(Counter(failures).most_common(_MOST_CLASSES)), programme.registry.versions(), now)
    if not policy.pause_after_failures:
        return []
    store.count(connection, parts, now, policy.within_minutes * _MINUTE)
    paused = store.pause_too_many(connection, parts, policy.pause_after_failures, now, AUTOMATIC, (
        f"failed {policy.pause_after_failures} times or more within {policy.within_minutes} minutes"))
    for plugin, _, part in paused:
        work.put(connection, work.PLUGIN, plugin, now, gist=f"{part}: paused, it fails too often")
    return paused


class PluginPaused(Exception):
    """A reader is paused: its files wait until somebody lets it go on."""


def require_reader(installation: Installation, source: Source) -> None:
    """Go on only with a reader that is not paused.

    Raises:
        PluginPaused: it is.
    """
    plugin = installation.programme.plugin_of(READERS, source.head.reader)
    with installation.database.reading() as connection:
        pauses = store.paused(connection)
    if is_paused(pauses, plugin, READERS, source.head.name):
        raise PluginPaused(f"source {source.head.name!r} is paused: its reader failed too often, or somebody paused "
                           f"plugin {plugin!r}. The file waits; let the plugin go on: treuwerk plugins resume {plugin}")


def note_reader(installation: Installation, source: Source, failed: ReaderFailed, now: int) -> None:
    """Count a failure of a reader, in a transaction of its own: what it read last is rolled back by then."""
    plugin = installation.programme.plugin_of(READERS, source.head.reader)
    note_one(installation, Failure(plugin, READERS, source.head.name, failed.error, shape_of(failed.said)), now)


def note_one(installation: Installation, failure: Failure, now: int) -> None:
    """Count one failure, in a transaction of its own."""
    installation.database.run(lambda connection: note_failures(connection, installation.programme, {failure: 1}, now))


def rules_now(connection: Connection, programme: LoadedProgramme, rules: Sequence[ActiveRule] = ()
              ) -> Sequence[ActiveRule]:
    """The rules of a programme as they are at this moment: of those that are paused, lines wait."""
    return without_paused(rules or programme.rules, store.paused(connection))
