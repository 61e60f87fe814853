"""The jobs that clear what came in by itself, and that follow a decision on a file that was held.

One order is one file: its batches are the steps.

A batch and the cursor of its run are one transaction, so that a file goes on behind the last one, whoever does it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from treuwerk.domain.work import Hopeless
from treuwerk.jobs.job import Job, Order
from treuwerk.services.clearing.clearing import FileChanged, clear_file
from treuwerk.services.clearing.held_files import HeldFile, held_from, supersede
from treuwerk.services.clearing.inbox import hand_out, restore_failed, restore_held
from treuwerk.services.clearing.incoming import DecidedMeanwhile, EarlierFirst, Incoming, clear_incoming, find_incoming
from treuwerk.services.clearing.plugin_failures import PluginPaused
from treuwerk.services.clearing.shelf import shelf_of
from treuwerk.services.ordering import CLEAR_INCOMING, FOLLOW_HELD
from treuwerk.store import held, incoming
from treuwerk.store.faults import DatabaseBusy
from treuwerk.store.held import CLEARED, RELEASED
from treuwerk.store.runs import RunTaken


def _clear(order: Order) -> str:
    with order.installation.database.reading() as connection:
        found = find_incoming(connection, int(order.payload["incoming"]))
    if found is None:
        raise Hopeless("found no such file or request any more; let it be sent again")
    if found.state == incoming.FAILED:
        restore_failed(order.installation, found)
    try:
        found = clear_incoming(order.installation, found, order.clock(), order.progress)
    except FileNotFoundError:
        raise Hopeless(f"{found.name}: found nothing on the shelf; do all workers see the same folder? Set "
                       "TREUWERK_DOCUMENTS, or let it be sent again") from None
    except FileChanged as error:
        raise Hopeless(str(error)) from error
    hand_out(order.installation, found)
    if found.state == incoming.FAILED:
        raise Hopeless(found.said)
    return _in_words(found)


def _follow(order: Order) -> str:
    """What was decided on a held file is done: it is cleared, or goes back to its sender, or is held again."""
    with order.installation.database.reading() as connection:
        row = held.one(connection, int(order.payload["held"]))
        if row is None:
            raise Hopeless("found no such held file any more; let it be sent again")
        one = held_from(row)
        came = [Incoming.of(row) for row in incoming.of_file(connection, one.sha256, one.source)]
    if one.state not in (RELEASED, CLEARED):
        for found in came:
            if found.state in (incoming.HELD, incoming.FAILED):
                _handed_back(order, found)
        return f"{one.state}: {one.reason or one.in_words}"
    return "; ".join(_all_cleared(order, one, came))


def _all_cleared(order: Order, one: HeldFile, came: Sequence[Incoming]) -> list[str]:
    """What a released file came to, for each way that its bytes came by."""
    if not came:  # nothing but the file itself: a person had it cleared, and no version stands against it
        return [_in_words_of(clear_file(
            order.installation, shelf_of(order.installation.database).path(one.sha256), order.clock(),
            source=one.source, name=one.name, expected=one.sha256, actor=f"source {one.source}",
            progress=order.progress).as_json())]
    if waiting := _waiting(came):
        return [_cleared(order, found) for found in waiting]
    order.installation.database.run(lambda connection: supersede(connection, one.sha256, one.source, order.clock()))
    return [_in_words(found) for found in came]


def _waiting(came: Sequence[Incoming]) -> list[Incoming]:
    """What the release is for; only where none is held and none is booked, what was refused before is tried again."""
    held_ones = [found for found in came if found.state == incoming.HELD]
    if held_ones or any(found.state == incoming.CLEARED for found in came):
        return held_ones
    return [found for found in came if found.state == incoming.FAILED]


def _handed_back(order: Order, found: Incoming) -> None:
    """The file and its receipt, where they belong by now."""
    restore_held(order.installation, found)
    if found.state == incoming.HELD:
        restore_failed(order.installation, found)
    hand_out(order.installation, found)


def _cleared(order: Order, found: Incoming) -> str:
    restore_held(order.installation, found)
    if found.state == incoming.FAILED:
        restore_failed(order.installation, found)
    found = clear_incoming(order.installation, found, order.clock(), order.progress)
    hand_out(order.installation, found)
    return _in_words(found)


def _in_words(found: Incoming) -> str:
    if found.state == incoming.CLEARED:
        return _in_words_of(found.receipt or {})
    if not found.is_settled:
        return f"{found.name}: {found.order_key} clears it"
    return f"{'held: ' if found.state == incoming.HELD else ''}{found.said}"


def _in_words_of(receipt: Mapping[str, Any]) -> str:
    return (f"{receipt['lines']:,} lines: {receipt['booked']:,} booked, {receipt['duplicate']:,} duplicate, "
            f"{receipt['waiting']:,} waiting, {receipt['rejected']:,} rejected, {receipt['ignored']:,} ignored")


_BUSY = (RunTaken, DatabaseBusy, EarlierFirst, DecidedMeanwhile, PluginPaused)
CLEAR = Job(CLEAR_INCOMING, "Clear a file or request that came in", _clear, _BUSY, plain=False)
FOLLOW = Job(FOLLOW_HELD, "Do what was decided on a file that was held", _follow, _BUSY, plain=False)
