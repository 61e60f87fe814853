"""Lines whose kind of reward the programme dropped: what becomes of them is what they say of themselves."""

from datetime import date
from pathlib import Path

import attrs
import pytest

from tests.support.catalogues import DRILL
from tests.support.ordering import Counter, make_counter
from tests.support.vouchers import Kiosk, make_kiosk
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import OrderAct, WantedLine
from treuwerk.services.installation import open_installation
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.donated import donated
from treuwerk.services.orders.fulfilled import fulfil_by_themselves
from treuwerk.services.orders.moving_on import move_on
from treuwerk.store.database import Database

LATER = SIX_IN_THE_EVENING + 3 * 3_600 * 1_000_000
JUNE = (date(2026, 6, 1), date(2026, 6, 30))


def without(counter: Counter, kind: str) -> Counter:
    """The same programme, opened without a kind."""
    path = counter.world.folder / "programme.toml"
    path.write_text(path.read_text("utf-8").replace(f'"{kind}", ', ""), "utf-8")
    installation = open_installation(counter.world.folder, counter.world.database)
    assert kind not in {one.head.name for one in installation.programme.settings.reward_kinds}
    world = attrs.evolve(counter.world, installation=installation)
    return Counter(attrs.evolve(counter.shelf, world=world))


def test_nobody_sends_a_voucher_of_a_dropped_kind_and_its_code_is_free_again(
        tmp_path: Path, database: Database) -> None:
    kiosk = make_kiosk(tmp_path / "league", database)
    kiosk.fill("BOOK-20;AAA-1;11;", "BOOK-20;BBB-2;22;")
    placed, other = kiosk.order(1), kiosk.order(1, key="K2")
    counter = without(kiosk.counter, "voucher_codes")

    for act in (OrderAct.SHIP, OrderAct.DELIVER, OrderAct.FAIL):
        with pytest.raises(Refusal) as refused:
            move_on(counter.world.installation, counter.office(), placed.public_id, act, [Cut(1)], LATER,
                    reason="Not to be had")
        assert refused.value.code == "wrong_kind"
    shown = Kiosk(counter).show(placed, LATER)
    cancel_lines(counter.world.installation, counter.office(), other.public_id, [Cut(1)], LATER, reason="Not wanted")

    assert len(shown) == 1
    assert counter.lines() == [("BOOK-20", "delivered", 1, 0, 0), ("BOOK-20", "cancelled", 1, 1, 0)]
    assert counter.world.violated() == {}


def test_a_donation_of_a_dropped_kind_is_done_by_itself_and_paid_out(tmp_path: Path, database: Database) -> None:
    counter = make_counter(tmp_path / "league", database, (('"goods", ', '"goods", "donations", '),))
    assert not counter.shelf.bring({**DRILL, "reward": "TREE", "variant": "TREE-1", "kind": "donations",
                                    "variant_points": "1000", "supplier": "forest", "stock": "unlimited"}).problems
    counter.order(WantedLine("TREE-1", 2, 1_000), WantedLine("MUG-RED", 1, 500))
    counter = without(counter, "donations")

    done = fulfil_by_themselves(counter.world.installation, LATER)

    assert done == 1
    assert counter.lines() == [("TREE-1", "delivered", 2, 0, 0), ("MUG-RED", "ordered", 1, 0, 0)]
    [one] = donated(counter.world.installation, *JUNE)
    assert (one.recipient, one.pieces) == ("forest", 2)
