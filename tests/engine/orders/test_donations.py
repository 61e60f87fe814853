"""Donations: done once they cannot be cancelled any more, and told by recipient, so that they can be paid out."""

from datetime import date
from pathlib import Path

import pytest

from tests.engine.cli.conftest import invoke
from tests.support.catalogues import DRILL
from tests.support.ordering import Counter, make_counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import WantedLine
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.donated import Donated, donated
from treuwerk.services.orders.fulfilled import fulfil_by_themselves
from treuwerk.services.orders.placing import Placed
from treuwerk.store.database import Database

HOUR = 3_600 * 1_000_000
TREE = {**DRILL, "reward": "TREE", "variant": "TREE-1", "kind": "donations", "variant_points": "1000", "cost": "10.00",
        "name_de": "Ein Baum", "supplier": "forest", "stock": "unlimited"}
JUNE = (date(2026, 6, 1), date(2026, 6, 30))


@pytest.fixture
def counter(tmp_path: Path, database: Database) -> Counter:
    """A tree for 1,000 points."""
    counter = make_counter(tmp_path / "league", database, (('"goods", ', '"goods", "donations", '),))
    assert not counter.shelf.bring(TREE).problems
    return counter


def give(counter: Counter, pieces: int = 1, key: str = "K1") -> Placed:
    return counter.order(WantedLine("TREE-1", pieces, 1_000), key=key, destination=None)


def test_a_donation_is_done_once_it_cannot_be_cancelled_any_more(counter: Counter) -> None:
    installation = counter.world.installation
    give(counter, 3)

    early = fulfil_by_themselves(installation, SIX_IN_THE_EVENING + HOUR)
    told_early = donated(installation, *JUNE)
    done = fulfil_by_themselves(installation, SIX_IN_THE_EVENING + 2 * HOUR)
    again = fulfil_by_themselves(installation, SIX_IN_THE_EVENING + 3 * HOUR)

    assert (early, told_early, done, again) == (0, [], 1, 0)
    assert counter.lines() == [("TREE-1", "delivered", 3, 0, 0)]
    assert counter.orders() == [("K1", "delivered", 3_000)]
    assert donated(installation, *JUNE) == [Donated("TREE", "TREE-1", "forest", "Ein Baum", 1_000, 3, 3_000)]
    assert donated(installation, date(2026, 5, 1), date(2026, 5, 31)) == []


def test_what_was_cancelled_in_time_is_not_paid_out(counter: Counter) -> None:
    placed = give(counter, 3)
    cancel_lines(counter.world.installation, counter.access(), placed.public_id, [Cut(1, 2)], SIX_IN_THE_EVENING)

    fulfil_by_themselves(counter.world.installation, SIX_IN_THE_EVENING + 2 * HOUR)

    [one] = donated(counter.world.installation, *JUNE)
    assert (one.pieces, one.points, one.money) == (1, 1_000, 1_000)
    with pytest.raises(Refusal):
        cancel_lines(counter.world.installation, counter.access(), placed.public_id, [Cut(1)], SIX_IN_THE_EVENING)


def test_goods_beside_it_wait_for_their_supplier(counter: Counter) -> None:
    counter.order(("DRILL-12", 1), WantedLine("TREE-1", 1, 1_000))

    fulfil_by_themselves(counter.world.installation, SIX_IN_THE_EVENING + 2 * HOUR)

    assert counter.lines() == [("DRILL-12", "ordered", 1, 0, 1), ("TREE-1", "delivered", 1, 0, 0)]


def test_a_price_that_changes_later_changes_no_report(counter: Counter) -> None:
    give(counter)
    counter.shelf.bring({**TREE, "cost": "12.50"})
    give(counter, key="K2")

    fulfil_by_themselves(counter.world.installation, SIX_IN_THE_EVENING + 2 * HOUR)

    assert [(one.cost, one.money) for one in donated(counter.world.installation, *JUNE)] == [
        (1_000, 1_000), (1_250, 1_250)]


def test_the_report_can_be_printed_and_paid_out(counter: Counter) -> None:
    give(counter, 2)
    fulfil_by_themselves(counter.world.installation, SIX_IN_THE_EVENING + 2 * HOUR)
    report = ("--programme", counter.world.folder, "--database",
              counter.world.database.url.render_as_string(False), "report", "donations", "--since", "2026-06-01",
              "--until", "2026-06-30")

    table, as_csv, as_json = invoke(*report), invoke(*report, "--csv"), invoke(*report, "--json")
    wrong = invoke(*report[:-1], "2026-05-01")

    assert "2026-06-01 to 2026-06-30: 20.00" in table.out
    assert as_csv.out == ("recipient;reward;variant;name;pieces;points;each;money\n"
                          "forest;TREE;TREE-1;Ein Baum;2;2000;10.00;20.00\n")
    assert as_json.json["rows"][0]["money"] == 2_000
    assert (wrong.code, "expected a day that is not behind 2026-05-01" in wrong.err) == (2, True)


def test_no_name_is_a_formula_and_every_day_can_be_asked_for(counter: Counter) -> None:
    counter.shelf.bring({**TREE, "supplier": "=1+1", "name_de": "@SUM(1)"})
    give(counter)
    fulfil_by_themselves(counter.world.installation, SIX_IN_THE_EVENING + 2 * HOUR)

    told = invoke("--programme", counter.world.folder, "--database",
                  counter.world.database.url.render_as_string(False), "report", "donations", "--since", "0001-01-01",
                  "--until", "9999-12-31", "--csv")

    assert told.out.splitlines()[1:] == ["'=1+1;TREE;TREE-1;'@SUM(1);1;1000;10.00;10.00"]
