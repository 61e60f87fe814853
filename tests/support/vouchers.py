"""Vouchers whose codes come from a pool, and somebody who orders them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import select

from tests.support.catalogues import DRILL
from tests.support.ordering import Counter, make_counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.reward_orders import WantedLine
from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.master_files import ImportReceipt
from treuwerk.services.orders.placing import Placed
from treuwerk.services.orders.revealing import Shown, reveal
from treuwerk.services.rewards.code_pool import Pool, import_codes, pools
from treuwerk.store.database import Database
from treuwerk.store.tables import voucher_code

KEYS = Keyring((b"k" * 32,))
BOOK = {**DRILL, "reward": "BOOK", "variant": "BOOK-20", "kind": "voucher_codes", "variant_points": "2000",
        "name_de": "Büchergutschein", "stock": "unlimited"}
"""A voucher of 2,000 points; what its file says of its stock counts for nothing."""


@attrs.frozen
class Kiosk:
    """A counter that sells vouchers."""

    counter: Counter

    def fill(self, *rows: str, header: str = "variant;code;pin;valid_until", now: int = SIX_IN_THE_EVENING,
             dry_run: bool = False) -> ImportReceipt:
        """Import codes."""
        path = self.counter.world.folder / "codes.csv"
        path.write_text("\n".join([header, *rows]), "utf-8")
        return import_codes(self.counter.world.installation, path, KEYS, now, dry_run)

    def order(self, pieces: int = 1, key: str = "K1", now: int = SIX_IN_THE_EVENING, **more: Any) -> Placed:
        """Order vouchers, to no address."""
        return self.counter.order(WantedLine("BOOK-20", pieces, 2_000), key=key, now=now, destination=None, **more)

    def show(self, placed: Placed, now: int = SIX_IN_THE_EVENING, line: int = 1, **more: Any) -> list[Shown]:
        """The codes of an order, for whoever ordered."""
        access = more.pop("access", None) or self.counter.access()
        return reveal(self.counter.world.installation, access, placed.public_id, line, KEYS, now)

    def pool(self) -> Pool:
        """The one pool."""
        [pool] = pools(self.counter.world.installation)
        return pool

    def states(self) -> list[tuple[Any, ...]]:
        """State and order of all codes, those that end first first."""
        columns = voucher_code.c
        return self.counter.world.rows(select(columns.state, columns.order_id).order_by(
            columns.valid_until, columns.order_id))


def make_kiosk(folder: Path, database: Database, other: Sequence[tuple[str, str]] = ()) -> Kiosk:
    """A kiosk without codes; who orders has 16,000 points."""
    kiosk = Kiosk(make_counter(folder, database, (('"goods", ', '"goods", "voucher_codes", '), *other)))
    assert not kiosk.counter.shelf.bring(BOOK).problems
    return kiosk
