"""The wish list of a person, and the rewards that a person looked at last."""

from collections.abc import Sequence

from sqlalchemy import Connection

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.programme.settings import Settings
from treuwerk.services.shop.visible import visible_variants
from treuwerk.store import wishes as store

READ, WRITE = "own.rewards.read", "own.wishes.write"
MOST_WISHES = 100
MOST_SEEN = 12
"""What a page has room for, and what nobody needs to know for longer."""


def wishes(access: Access, connection: Connection) -> Sequence[str]:
    """Numbers of the rewards on the own wish list, the newest first."""
    access.require(READ)
    return store.wishes(connection, access.account_id, access.user_id)


def wish(access: Access, connection: Connection, settings: Settings, reward: str, now: int) -> bool:
    """Put a reward on the own wish list; False where it stands there already.

    Raises:
        NotAllowed: without the right to keep a wish list.
        Refusal: `unknown_reward`: none of this number is shown to whoever asks; `too_many_wishes`: there are a
            hundred already.
    """
    access.require(WRITE)
    if not visible_variants(connection, settings, access.account_id, reward, now):
        raise Refusal("unknown_reward", f"found no reward {reward!r}, expected one that is shown to you")
    if store.count(connection, access.account_id, access.user_id) >= MOST_WISHES:
        raise Refusal("too_many_wishes", f"found {MOST_WISHES} wishes, expected fewer; take some off the list first",
                      most=MOST_WISHES)
    return store.add_wish(connection, access.account_id, access.user_id, reward, now)


def unwish(access: Access, connection: Connection, reward: str) -> bool:
    """Take a reward off the own wish list; False where it does not stand there."""
    access.require(WRITE)
    return store.take_wish(connection, access.account_id, access.user_id, reward)


def seen(access: Access, connection: Connection) -> Sequence[str]:
    """Numbers of the rewards that were looked at, the last one first."""
    access.require(READ)
    return store.seen(connection, access.account_id, access.user_id)


def note_seen(access: Access, connection: Connection, reward: str, now: int) -> None:
    """Remember that a reward was looked at. Who only views as somebody else leaves no trace."""
    access.require(READ)
    if access.may(WRITE):
        store.note_seen(connection, access.account_id, access.user_id, reward, now, MOST_SEEN)
