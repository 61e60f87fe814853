"""Channels to suppliers that fail: counted like rules and readers, and left alone while they are paused."""

from treuwerk.domain.failures import CHANNELS, failure_of
from treuwerk.domain.pausing import is_paused
from treuwerk.programme.settings import Supplier
from treuwerk.services.clearing.plugin_failures import note_one
from treuwerk.services.installation import Installation
from treuwerk.store import plugin_failures as store


def channels_at_work(installation: Installation) -> list[Supplier]:
    """Suppliers whose channels are not paused; what is meant for the others waits, and is tried when they go on."""
    suppliers = installation.programme.settings.suppliers
    if not suppliers:
        return []
    with installation.database.reading() as connection:
        pauses = store.paused(connection)
    return [one for one in suppliers if not is_paused(pauses, _plugin(installation, one), CHANNELS, one.head.name)]


def note_channel(installation: Installation, supplier: Supplier, now: int, error: Exception) -> None:
    """Count a failure of a channel; that a supplier cannot be reached is none."""
    note_one(installation, failure_of(_plugin(installation, supplier), CHANNELS, supplier.head.name, error), now)


def _plugin(installation: Installation, supplier: Supplier) -> str:
    return installation.programme.plugin_of(CHANNELS, supplier.head.channel)
