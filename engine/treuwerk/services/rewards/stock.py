"""Pieces of rewards, counted by hand: what is set holds at once, and never falls below what is reserved."""

from collections.abc import Mapping

import attrs
from sqlalchemy import Connection

from treuwerk.domain.catalogue import Reward
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.rewards.drafts import working
from treuwerk.services.rewards.editing import READ, WRITE
from treuwerk.services.rewards.pools import pooled_kinds
from treuwerk.store import rewards as store


@attrs.frozen
class Stock:
    """Pieces of a variant: on hand, and those of them that are reserved for orders. `on_hand` None: without limit."""

    on_hand: int | None = None
    reserved: int = 0


def stock_of(access: Access, connection: Connection, one: Reward) -> dict[str, Stock]:
    """The stock of every variant of a reward."""
    access.require(READ)
    numbers = [variant.number for variant in one.variants]
    counted = store.counted(connection, numbers)
    return {number: Stock(counted[number].on_hand, counted[number].reserved) if number in counted else Stock()
            for number in numbers}


def set_stock(access: Access, connection: Connection, settings: Settings, number: str, wanted: Mapping[str, int | None],
              seen: Mapping[str, int | None], now: int) -> list[str]:
    """Set pieces on hand of variants (None: without limit), where they differ from what was seen; which ones did.

    Where codes are the stock, they are counted, and nothing is set.

    Raises:
        NotAllowed, OutOfScope.
        Refusal: `reserved`: more are reserved for orders; `changed`: somebody counted otherwise meanwhile.
    """
    access.require(WRITE)
    one = working(connection, number)
    own = set() if one.reward.kind in pooled_kinds(settings) else {variant.number for variant in one.reward.variants}
    changed = {variant: pieces for variant, pieces in wanted.items() if variant in own and pieces != seen.get(variant)}
    known = store.stocks(connection, changed)
    kept = store.kept_for_orders(connection, changed) | {variant: row.reserved for variant, row in known.items()}
    for variant, pieces in changed.items():
        there = known.get(variant)
        if (there.on_hand if there else None) != seen.get(variant):
            raise Refusal("changed", f"found another stock of {variant} than was shown, expected the same",
                          variant=variant)
        if pieces is not None and pieces < kept.get(variant, 0):
            raise Refusal("reserved", f"found {kept[variant]} pieces of {variant} reserved for orders, expected "
                          f"no more than {pieces}", variant=variant)
    if changed:
        store.set_stocks(connection, changed, known, now)
        note_act(connection, access, "reward.stock", 0, number, now=now,
                 before={"pieces": [f"{variant}: {_told(seen.get(variant))}" for variant in changed]},
                 after={"pieces": [f"{variant}: {_told(pieces)}" for variant, pieces in changed.items()]})
    return list(changed)


def _told(pieces: int | None) -> str:
    return "unlimited" if pieces is None else str(pieces)
