"""Parcels that a supplier reports by HTTP: each once and never too much, and what cannot be noted is kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import select

from tests.support.catalogues import DRILL
from tests.support.ordering import MUG, Counter, make_counter
from tests.support.supplier_server import Supplier, supplier_server
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.parcels import Parcel
from treuwerk.domain.reward_orders import OrderAct
from treuwerk.services.installation import open_installation
from treuwerk.services.orders.cancelling_lines import Cut
from treuwerk.services.orders.desk import ParkedParcel, parked_of
from treuwerk.services.orders.handing_over import listed
from treuwerk.services.orders.moving_on import move_on
from treuwerk.services.orders.placing import Placed
from treuwerk.services.orders.suppliers import Spoken, speak
from treuwerk.services.orders.viewing_orders import PlacedOrder, order_of
from treuwerk.store import reward_orders
from treuwerk.store.database import Database
from treuwerk.store.tables import handover, order_event, outbox, work_item

HOUR, DAY = 3_600_000_000, 86_400_000_000
LATER = SIX_IN_THE_EVENING + 3 * HOUR
CHANNEL = """
[rewards.orders.carriers]
DHL = "https://parcels.example/find?n={{tracking}}"

[[suppliers]]
name = "house"
channel = "order_http"
url = "{url}"
seconds = 5

[[constraints]]"""


@attrs.frozen
class Desk:
    """A counter whose drills and mugs come from a supplier that answers by HTTP."""

    counter: Counter
    supplier: Supplier

    def run(self, now: int) -> Spoken:
        """All that the worker says to suppliers."""
        return speak(self.counter.world.installation, now)

    def reports(self, *parcels: dict[str, Any]) -> None:
        """Let the supplier say this of the one handover that it has."""
        [key] = self.supplier.has
        self.supplier.parcels[key] = {"state": "packed", "parcels": list(parcels)}

    def order(self, placed: Placed) -> PlacedOrder:
        """As the service centre sees it."""
        with self.counter.world.database.reading() as connection:
            return order_of(self.counter.office(), connection, placed.public_id)

    def parcels(self, placed: Placed) -> list[tuple[str, str, dict[int, int]]]:
        """Carrier, number and pieces by line."""
        return [(one.parcel.carrier, one.parcel.tracking, dict(one.pieces)) for one in self.order(placed).parcels]

    def parked(self, placed: Placed) -> list[ParkedParcel]:
        """What stands on the page of the order."""
        with self.counter.world.database.reading() as connection:
            return parked_of(connection, self.order(placed))

    def work(self) -> list[tuple[Any, ...]]:
        """Kind, object and state of what is to be done."""
        return self.counter.world.rows(select(work_item.c.kind, work_item.c.object, work_item.c.state))


@pytest.fixture
def desk(tmp_path: Path, database: Database) -> Iterator[Desk]:
    with supplier_server() as supplier:
        counter = make_counter(tmp_path / "league", database, (
            ('"goods", ', '"goods", "order_http", '), ("\n[[constraints]]", CHANNEL.format(url=supplier.url))))
        counter.shelf.bring({**DRILL, "supplier": "house"}, {**MUG, "supplier": "house"})
        yield Desk(counter, supplier)


def parcel(placed: Placed, pieces: dict[int, Any], tracking: str = "0034 1", **more: Any) -> dict[str, Any]:
    return {"carrier": "dhl", "tracking": tracking, "weight": 3,
            "lines": [{"order": placed.public_id, "line": line, "quantity": count} for line, count in pieces.items()],
            **more}


def test_an_order_leaves_in_the_parcels_that_its_supplier_reports_and_each_of_them_once(desk: Desk) -> None:
    placed = desk.counter.order(("DRILL-12", 1), ("MUG-RED", 3))
    first = desk.run(LATER)
    nothing = desk.run(LATER + HOUR)
    desk.reports(parcel(placed, {1: 1, 2: 1}))
    part = desk.run(LATER + 2 * HOUR)
    state = desk.order(placed).state
    told = desk.counter.world.rows(select(outbox.c.id).where(outbox.c.topic == "reward_order_changed"))
    again = desk.run(LATER + 4 * HOUR)
    desk.reports(parcel(placed, {1: 1, 2: 1}), parcel(placed, {2: 2}, "0034 2"))
    rest = desk.run(LATER + 6 * HOUR)
    asked = desk.supplier.came

    assert (first.accepted, nothing.parcels, part.parcels, again.parcels, rest.parcels) == (1, 0, 1, 0, 1)
    assert state.value == "partly_shipped"
    assert len(told) == 2  # the supplier has it, and a parcel left
    assert desk.order(placed).state.value == "shipped"
    assert desk.parcels(placed) == [("DHL", "0034 1", {1: 1, 2: 1}), ("DHL", "0034 2", {2: 2})]
    assert {one.actor for one in desk.order(placed).events if one.kind == "ship"} == {"supplier house"}
    assert desk.counter.stock() == (6, 0)
    assert len(asked) == 1
    assert desk.work() == []
    assert desk.counter.world.violated() == {}

    over = desk.run(LATER + 12 * HOUR)
    assert (over.parcels, desk.counter.world.rows(select(handover.c.follow_at))) == (0, [(0,)])


@pytest.mark.parametrize(("line", "pieces", "carrier", "code"), [
    (1, 3, "DHL", "wrong_quantity"), (1, 0, "DHL", "wrong_quantity"), (7, 1, "DHL", "unknown_line"),
    (1, 1, "Pigeon", "unknown_carrier"), (1, 1, "D" * 101, "too_long"), (1, 1, "D\x00HL", "too_long")])
def test_what_cannot_be_noted_is_parked_and_somebody_looks_at_it(desk: Desk, line: int, pieces: int, carrier: str,
                                                                 code: str) -> None:
    placed = desk.counter.order(("DRILL-12", 2))
    desk.run(LATER)
    desk.reports(parcel(placed, {line: pieces}, carrier=carrier), parcel(placed, {1: 1}, "right"))

    runs = [desk.run(LATER + hours * HOUR) for hours in (1, 3, 9)]

    assert [(one.parcels, one.parked) for one in runs] == [(1, 1), (0, 0), (0, 0)]
    assert desk.parcels(placed) == [("DHL", "right", {1: 1})]
    [kept] = desk.parked(placed)
    assert (kept.carrier, kept.pieces, kept.code) == (carrier, ((placed.public_id, line, pieces),), code)
    assert desk.work() == [("supplier", placed.public_id, "open")]
    assert desk.counter.world.violated() == {}


def test_what_was_parked_is_noted_once_its_reason_is_gone(desk: Desk) -> None:
    placed = desk.counter.order(("DRILL-12", 1))
    desk.run(LATER)
    desk.reports(parcel(placed, {1: 1}, carrier="UPS"))
    desk.run(LATER + HOUR)
    parked = len(desk.parked(placed))
    path = desk.counter.world.folder / "programme.toml"
    path.write_text(path.read_text("utf-8").replace("DHL =", 'UPS = "https://ups.example/{tracking}"\nDHL ='), "utf-8")
    installation = open_installation(desk.counter.world.folder, desk.counter.world.database)

    done = speak(installation, LATER + 3 * HOUR)

    assert (parked, done.parcels, desk.parked(placed)) == (1, 1, [])
    assert desk.parcels(placed) == [("UPS", "0034 1", {1: 1})]


def test_what_a_clerk_noted_before_is_the_same_parcel_and_one_that_changed_is_no_second(desk: Desk) -> None:
    placed = desk.counter.order(("MUG-RED", 3))
    desk.run(LATER)
    move_on(desk.counter.world.installation, desk.counter.office(), placed.public_id, OrderAct.SHIP, [Cut(1, 1)],
            LATER, parcel=Parcel("DHL", "0034 1"))
    desk.reports(parcel(placed, {1: 1}))
    same = desk.run(LATER + HOUR)
    desk.reports(parcel(placed, {1: 2}))
    changed = desk.run(LATER + 3 * HOUR)

    assert (same.parcels, same.parked, changed.parcels, changed.parked) == (0, 0, 0, 1)
    assert desk.parcels(placed) == [("DHL", "0034 1", {1: 1})]
    assert [one.code for one in desk.parked(placed)] == ["another_content"]


def test_parcels_of_the_first_answer_count_whatever_else_it_holds(desk: Desk) -> None:
    placed, desk.supplier.silent = desk.counter.order(("MUG-RED", 1)), True
    desk.supplier.waking.set()  # it takes the lines and hangs up
    unknown = desk.run(LATER)
    desk.reports(parcel(placed, {1: 1}, id="P-1"))
    known = desk.run(LATER + HOUR)

    assert (unknown.unknown, known.accepted) == (1, 1)
    assert desk.order(placed).state.value == "shipped"
    assert desk.parcels(placed) == [("DHL", "0034 1", {1: 1})]
    kinds = desk.counter.world.rows(select(order_event.c.kind).order_by(order_event.c.id))
    assert kinds == [("placed",), ("hand_over",), ("ship",)]


@pytest.mark.parametrize(("answer", "words"), [
    ({"parcels": [{"lines": [{"order": "ord_1", "line": "1", "quantity": 1}]}]},
     "parcels[0].lines[0].line: found '1', expected a whole number"),
    ({"parcels": {"a": 1}}, "parcels: found {'a': 1}, expected a list"), ([], "answer: found [], expected an object"),
    ({"parcels": [{"tracking": 34}]}, "parcels[0].tracking: found 34, expected a text")])
def test_an_answer_that_nobody_can_read_is_told_and_asked_for_again(desk: Desk, answer: Any, words: str) -> None:
    placed = desk.counter.order(("MUG-RED", 1))
    desk.run(LATER)
    [key] = desk.supplier.has
    desk.supplier.parcels[key] = answer
    desk.run(LATER + HOUR)
    [row] = listed(desk.counter.world.installation)
    desk.reports(parcel(placed, {1: 1}))

    again = desk.run(LATER + DAY)

    assert words in row["said"]
    assert (row["state"], again.parcels) == ("accepted", 1)


def test_who_is_forgotten_leaves_no_numbers_of_parcels(desk: Desk) -> None:
    placed = desk.counter.order(("MUG-RED", 2))
    desk.run(LATER)
    desk.reports(parcel(placed, {1: 1}, "SECRET-1", id="P-1"), parcel(placed, {1: 9}, "SECRET-2", id="P-2"))
    desk.run(LATER + HOUR)
    with desk.counter.world.database.writing() as connection:
        reward_orders.blank(connection, [desk.counter.account()])

    again = desk.run(LATER + 3 * HOUR)

    assert desk.parked(placed) == []
    assert (again.parcels, again.parked) == (0, 0)
    assert [(carrier, number) for carrier, number, _ in desk.parcels(placed)] == [("DHL", "")]
