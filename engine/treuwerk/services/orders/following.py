"""Asking suppliers what they sent, of handovers that they have; and writing it as parcels."""

from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from treuwerk.domain.handovers import ChannelUnavailable, Handover, SentParcel
from treuwerk.hookspecs import FollowedChannel
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.orders.handed import content_of, printable
from treuwerk.services.orders.reported import Reported, next_look, note_reported
from treuwerk.store import handovers as store

_AT_ONCE = 100


def follow(installation: Installation, now: int) -> Reported:
    """Ask the suppliers that can be asked, where it is time to. Twice at once is harmless."""
    settings = installation.programme.settings
    channels = {one.head.name: one.channel for one in settings.suppliers if isinstance(one.channel, FollowedChannel)}
    if not channels:
        return Reported()
    with installation.database.reading() as connection:
        due = store.followed(connection, channels, now, _AT_ONCE)
    found = [_followed(installation, channels[row.supplier], row, now) for row in due]
    return Reported(sum(one.noted for one in found), sum(one.parked for one in found))


def _followed(installation: Installation, channel: FollowedChannel, row: Row[Any], now: int) -> Reported:
    settings = installation.programme.settings
    content = installation.database.run(partial(_begun, settings, row, now))
    if content is None or not content.lines:
        return Reported()
    parcels, said = _asked(channel, content)
    return installation.database.run(partial(_noted, settings, row, parcels, said, now))


def _begun(settings: Settings, row: Row[Any], now: int, connection: Connection) -> Handover | None:
    """Note when it is asked next, never where nothing is left to be sent; None where somebody else asks."""
    content = content_of(connection, settings, row)
    at = next_look(row, now) if content.lines else 0
    return content if store.follow_again(connection, row, at) else None


def _asked(channel: FollowedChannel, content: Handover) -> tuple[tuple[SentParcel, ...], str]:
    """The parcels, and why nobody can tell; whatever a channel raises is told and asked again later."""
    try:
        return tuple(channel.sent(content)), ""
    except ChannelUnavailable as error:
        return (), printable(str(error))
    except Exception as error:
        return (), printable(f"{type(error).__name__}: {error}")


def _noted(settings: Settings, row: Row[Any], parcels: tuple[SentParcel, ...], said: str, now: int,
           connection: Connection) -> Reported:
    if said:
        store.say(connection, row.key, said, now)
    return note_reported(connection, settings, row, parcels, now)
