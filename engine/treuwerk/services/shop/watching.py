"""What a person waits for: a message as soon as there are pieces of a variant again."""

from sqlalchemy import Connection

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.programme.settings import Settings
from treuwerk.services.shop.visible import visible_variants
from treuwerk.services.shop.wishes import READ, WRITE
from treuwerk.store import rewards
from treuwerk.store import stock_watches as store

MOST = 50


def watched(access: Access, connection: Connection) -> list[str]:
    """The variants that the person waits for, the newest wait first."""
    access.require(READ)
    return store.of_person(connection, access.account_id, access.user_id)


def watch(access: Access, connection: Connection, settings: Settings, variant: str, now: int) -> bool:
    """Wait for pieces of a variant; False where the person does so already.

    The stock is locked, so that pieces that come back in the same moment are not missed.

    Raises:
        NotAllowed: without the right to keep a wish list.
        Refusal: `unknown_reward`: nothing of this number is shown to whoever asks, be it that there is none;
            `in_stock`: there are pieces; `too_many`.
    """
    access.require(WRITE)
    row = rewards.of_variants(connection, [variant]).get(variant)
    if row is None or variant not in visible_variants(connection, settings, access.account_id, row.number, now):
        raise Refusal("unknown_reward", f"found no variant {variant!r}, expected one that is shown to you")
    stock = rewards.stocks(connection, [variant]).get(variant)
    if stock is None or stock.on_hand > stock.reserved:
        raise Refusal("in_stock", f"found pieces of {variant!r}, expected a variant that is sold out")
    if store.count(connection, access.account_id, access.user_id) >= MOST:
        raise Refusal("too_many", f"found {MOST} rewards that are waited for, expected fewer; wait no longer for some "
                      "of them", most=MOST)
    return store.add(connection, access.account_id, access.user_id, variant, now)


def unwatch(access: Access, connection: Connection, variant: str) -> bool:
    """Wait no longer; False where the person did not."""
    access.require(WRITE)
    return store.take(connection, access.account_id, access.user_id, variant)
