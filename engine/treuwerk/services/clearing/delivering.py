"""Deliveries of partners' systems: taken durably, cleared at once where they are small, answered with the receipt."""

import attrs

from treuwerk.domain.ids import account_and_row
from treuwerk.domain.rights import OutOfScope
from treuwerk.domain.source_rights import DELIVER, READ, SourceAccess
from treuwerk.domain.work import SECOND
from treuwerk.services.clearing.incoming import (
    INCOMING,
    Arrival,
    DecidedMeanwhile,
    EarlierFirst,
    Incoming,
    clear_incoming,
    find_incoming,
    receive,
)
from treuwerk.services.clearing.intake import ReaderFailed
from treuwerk.services.clearing.plugin_failures import PluginPaused
from treuwerk.services.installation import Installation
from treuwerk.store import incoming, orders
from treuwerk.store.faults import DatabaseBusy
from treuwerk.store.runs import RunTaken

_FOR_US_SECONDS = 60  # so long workers leave it to the request that brought it


@attrs.frozen
class Delivered:
    """What came of a delivery; `repeated` where the same request was there before."""

    found: Incoming
    repeated: bool


def deliver(access: SourceAccess, installation: Installation, arrival: Arrival, now: int) -> Delivered:
    """Take a delivery, which is durable when this returns; a small one is cleared, too.

    Raises:
        NotAllowed: without the right.
        OutOfScope: to a foreign source.
        OtherContent: the request key stands for other bytes.
    """
    access.require(DELIVER, arrival.source)
    at_once = arrival.kept.size <= installation.programme.settings.api[arrival.source].at_once_kibibytes * 1024
    found, new = receive(installation, arrival, now, wait_until=now + _FOR_US_SECONDS * SECOND if at_once else None)
    if new and at_once and not found.is_settled:
        found = _cleared(installation, found, now)
    return Delivered(found, repeated=not new)


def delivery(access: SourceAccess, installation: Installation, source: str, public_id: str) -> Incoming:
    """What became of a delivery.

    Raises:
        NotAllowed: without the right.
        OutOfScope: of a foreign source, or there is none.
    """
    access.require(READ, source)
    try:
        prefix, _, number = account_and_row(public_id)
    except ValueError:
        raise OutOfScope from None
    with installation.database.reading() as connection:
        found = find_incoming(connection, number) if prefix == INCOMING else None
    if found is None or found.source != source:
        raise OutOfScope
    return found


def _cleared(installation: Installation, found: Incoming, now: int) -> Incoming:
    """The delivery cleared here and now; where others are in the way, the order stands, and a worker does it."""
    try:
        settled = clear_incoming(installation, found, now)
    except (RunTaken, DatabaseBusy, EarlierFirst, DecidedMeanwhile, PluginPaused, ReaderFailed):
        return found
    installation.database.run(lambda connection: orders.settle(
        connection, settled.order_key, now, settled.said, failed=settled.state == incoming.FAILED))
    return settled

