"""Handing lines over: under a key, tried until somebody answers, never twice under two keys."""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import attrs
import pytest
from sqlalchemy import select

from tests.support.catalogues import DRILL
from tests.support.ordering import MUG, Counter, make_counter
from tests.support.worlds import SIX_IN_THE_EVENING, NoSettings
from treuwerk.domain.handovers import Answer, ChannelUnavailable, Handover, Reply
from treuwerk.domain.reward_orders import AddressKind
from treuwerk.hookspecs import SupplierChannelKind, hookimpl
from treuwerk.services.installation import open_installation
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.handing_over import HandedOver, hand_over, listed
from treuwerk.store import handovers
from treuwerk.store.database import Database
from treuwerk.store.tables import order_event, order_line

HOUR = 3_600 * 1_000_000
LATER = SIX_IN_THE_EVENING + 2 * HOUR
SUPPLIER = '\n[[suppliers]]\nname = "house"\nchannel = "test"\nlines = 2\n\n[[constraints]]'


@attrs.define(eq=False)
class Warehouse:
    """A supplier whose answers the test gives; it remembers what it has, by key."""

    has: dict[str, Handover] = attrs.field(factory=dict)
    asked: list[str] = attrs.field(factory=list)
    answer: Callable[[Handover], Reply] | None = None

    def hand_over(self, handover: Handover) -> Reply:
        """Take it, unless the test says otherwise."""
        self.asked.append(f"post {handover.key}")
        if self.answer:
            return self.answer(handover)
        self.has[handover.key] = handover
        return Reply(Answer.ACCEPTED, "thanks")

    def reconcile(self, handover: Handover) -> Reply:
        """Whether it has it."""
        self.asked.append(f"ask {handover.key}")
        return Reply(Answer.ACCEPTED if handover.key in self.has else Answer.UNKNOWN)

    @hookimpl
    def supplier_channels(self) -> Sequence[SupplierChannelKind[Any]]:
        """Itself."""
        return [SupplierChannelKind("test", NoSettings, lambda _folder, _settings: self)]


@attrs.frozen
class Counters:
    """A counter whose goods come from the warehouse."""

    counter: Counter
    warehouse: Warehouse

    def run(self, now: int = LATER) -> HandedOver:
        """Hand over what is due."""
        return hand_over(self.counter.world.installation, now)

    def states(self) -> list[Any]:
        """Line, state and whether it has a key."""
        rows = self.counter.world.rows(select(order_line.c.variant, order_line.c.state, order_line.c.handover_key)
                                       .order_by(order_line.c.order_id, order_line.c.line))
        return [(variant, state, bool(key)) for variant, state, key in rows]


@pytest.fixture
def counters(tmp_path: Path, database: Database) -> Counters:
    """The programme is opened with the warehouse in place of a plugin that is installed."""
    warehouse = Warehouse()
    counter = make_counter(tmp_path / "league", database)
    counter.shelf.bring({**DRILL, "supplier": "house"}, {**MUG, "supplier": "other"})
    path = counter.world.folder / "programme.toml"
    text = path.read_text("utf-8").replace("\n[[constraints]]", SUPPLIER, 1).replace('"goods", ', '"goods", "house", ')
    path.write_text(text, "utf-8")
    installation = open_installation(counter.world.folder, database, {"house": warehouse})
    world = attrs.evolve(counter.world, installation=installation)
    return Counters(Counter(attrs.evolve(counter.shelf, world=world)), warehouse)


def test_lines_go_to_their_supplier_once_nobody_can_cancel_them(counters: Counters) -> None:
    placed = counters.counter.order(("DRILL-12", 1), ("MUG-RED", 2), note="Bitte klingeln")

    early, due, again = counters.run(SIX_IN_THE_EVENING + HOUR), counters.run(), counters.run(LATER + HOUR)

    assert (early, due, again) == (HandedOver(), HandedOver(made=1, accepted=1), HandedOver())
    assert counters.states() == [("DRILL-12", "handed_over", True), ("MUG-RED", "ordered", False)]
    [handover] = counters.warehouse.has.values()
    [line] = handover.lines
    assert (line.order, line.line, line.name, line.quantity, line.note) == (
        placed.public_id, 1, "Akkuschrauber", 1, "Bitte klingeln")
    assert line.destination is not None
    assert (line.destination.street, line.destination.city) == ("Dachweg 1", "Berlin")
    assert line.destination.kind is AddressKind.PRIVATE
    [(kind, actor)] = counters.counter.world.rows(select(order_event.c.kind, order_event.c.actor).where(
        order_event.c.line == 1))
    assert (kind, actor) == ("hand_over", "supplier house")
    [row] = listed(counters.counter.world.installation)
    assert (row["state"], row["attempts"], row["said"]) == ("accepted", 1, "thanks")


def test_many_lines_go_in_several_handovers(counters: Counters) -> None:
    counters.counter.earn("10017", 60, "MORE")
    for number in range(5):
        counters.counter.order(("DRILL-12", 1), key=f"K{number}")

    assert counters.run() == HandedOver(made=3, accepted=3)
    assert sorted(len(one.lines) for one in counters.warehouse.has.values()) == [1, 2, 2]


def test_a_supplier_that_accepts_and_times_out_gets_nothing_twice(counters: Counters) -> None:
    counters.counter.order(("DRILL-12", 1))

    def silent(handover: Handover) -> Reply:
        counters.warehouse.has[handover.key] = handover
        raise ChannelUnavailable("no answer in 20 seconds")

    counters.warehouse.answer = silent
    first = counters.run()
    state, too_early = counters.states(), counters.run(LATER + 1_000_000)
    second = counters.run(LATER + HOUR)

    assert (first, too_early, second) == (HandedOver(made=1, unknown=1), HandedOver(), HandedOver(accepted=1))
    assert state == [("DRILL-12", "ordered", True)]
    assert [one.partition(" ")[0] for one in counters.warehouse.asked] == ["post", "ask"]
    assert counters.states() == [("DRILL-12", "handed_over", True)]


def test_one_that_never_got_it_gets_it_again_under_the_same_key(counters: Counters) -> None:
    counters.counter.order(("DRILL-12", 1))

    def broken(handover: Handover) -> Reply:
        raise ZeroDivisionError(handover.supplier)

    counters.warehouse.answer = broken
    first = counters.run()
    [row] = listed(counters.counter.world.installation)
    counters.warehouse.answer = None
    second = counters.run(LATER + HOUR)

    assert (first.unknown, second.accepted, row["said"]) == (1, 1, "ZeroDivisionError: house")
    assert len({one.partition(" ")[2] for one in counters.warehouse.asked}) == 1


def test_what_is_refused_waits_for_somebody_who_decides(counters: Counters) -> None:
    counters.counter.order(("DRILL-12", 1))
    counters.warehouse.answer = lambda _: Reply(Answer.REFUSED, "no longer made")

    first, again = counters.run(), counters.run(LATER + HOUR)

    assert (first, again) == (HandedOver(made=1, refused=1), HandedOver())
    assert counters.states() == [("DRILL-12", "failed", True)]
    [(details,)] = counters.counter.world.rows(select(order_event.c.details).where(order_event.c.kind == "fail"))
    assert "no longer made" in details
    assert counters.counter.stock() == (7, 1)


def test_what_the_service_centre_cancelled_meanwhile_is_left_out(counters: Counters) -> None:
    world = counters.counter.world
    first = counters.counter.order(("DRILL-12", 1))
    counters.counter.order(("DRILL-12", 1), key="K2")
    counters.warehouse.answer = lambda _: Reply(Answer.UNKNOWN)
    counters.run()
    cancel_lines(world.installation, counters.counter.office(), first.public_id, [Cut(1)], LATER, reason="wrong size")
    counters.warehouse.answer = None

    counters.run(LATER + HOUR)

    [handover] = counters.warehouse.has.values()
    assert len(handover.lines) == 1
    assert sorted(counters.states()) == [("DRILL-12", "cancelled", True), ("DRILL-12", "handed_over", True)]
    assert world.violated() == {}


def test_what_a_supplier_has_although_all_of_it_is_cancelled_is_told(counters: Counters) -> None:
    world, placed = counters.counter.world, counters.counter.order(("DRILL-12", 1))

    def silent(handover: Handover) -> Reply:
        counters.warehouse.has[handover.key] = handover
        raise ChannelUnavailable("no answer in 20 seconds")

    counters.warehouse.answer = silent
    counters.run()
    cancel_lines(world.installation, counters.counter.office(), placed.public_id, [Cut(1)], LATER, reason="wrong size")
    counters.run(LATER + HOUR)

    [row] = listed(world.installation)
    assert (row["state"], row["said"]) == (
        "accepted", "the supplier has it, and all of it is cancelled since")
    assert [one.partition(" ")[0] for one in counters.warehouse.asked] == ["post", "ask"]


@pytest.mark.parametrize("knows", [True, False])
def test_pieces_that_were_cancelled_after_the_supplier_was_asked_are_told(counters: Counters, knows: bool) -> None:
    world, placed = counters.counter.world, counters.counter.order(("DRILL-12", 2))

    def silent(handover: Handover) -> Reply:
        if knows:
            counters.warehouse.has[handover.key] = handover
        raise ChannelUnavailable("no answer in 20 seconds")

    counters.warehouse.answer = silent
    counters.run()
    cancel_lines(world.installation, counters.counter.office(), placed.public_id, [Cut(1, 1)], LATER,
                 reason="wrong size")
    counters.warehouse.answer = None
    counters.run(LATER + HOUR)

    told = f"1 of 2 pieces of line 1 of {placed.public_id} were cancelled after the supplier was asked"
    [row] = listed(world.installation)
    [(details,)] = world.rows(select(order_event.c.details).where(order_event.c.kind == "hand_over"))
    assert (row["state"], told in row["said"], told in details) == ("accepted", True, True)
    assert counters.counter.lines() == [("DRILL-12", "handed_over", 2, 1, 1)]


def test_what_was_cancelled_before_anybody_was_asked_is_nothing_to_tell(counters: Counters) -> None:
    placed = counters.counter.order(("DRILL-12", 2))
    cancel_lines(counters.counter.world.installation, counters.counter.office(), placed.public_id, [Cut(1, 1)],
                 SIX_IN_THE_EVENING, reason="wrong size")

    counters.run()

    [row] = listed(counters.counter.world.installation)
    assert (row["state"], row["said"]) == ("accepted", "thanks")


def test_a_supplier_that_is_gone_keeps_nobody_waiting(counters: Counters) -> None:
    with counters.counter.world.database.writing() as connection:
        for number in range(100):
            handovers.add(connection, f"hov_{number}", "closed", "[]", SIX_IN_THE_EVENING)
    counters.counter.order(("DRILL-12", 1))

    assert counters.run() == HandedOver(made=1, accepted=1)


def test_two_workers_hand_each_line_over_once(counters: Counters) -> None:
    counters.counter.earn("10017", 60, "MORE")
    for number in range(6):
        counters.counter.order(("DRILL-12", 1), key=f"K{number}")
    barrier, done = Barrier(3), list[HandedOver]()

    def work() -> None:
        barrier.wait()
        done.append(counters.run())

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counters.run(LATER + HOUR)

    handed = [(line.order, line.line) for one in counters.warehouse.has.values() for line in one.lines]
    assert len(handed) == len(set(handed)) == 6
    assert sorted(one for one in counters.warehouse.asked if one.startswith("post")) == sorted(
        f"post {key}" for key in counters.warehouse.has)
    assert {state for _, state, _ in counters.states()} == {"handed_over"}


@pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.REFUSED, Answer.UNKNOWN])
def test_what_a_supplier_says_is_kept_without_what_no_database_keeps(counters: Counters, answer: Answer) -> None:
    counters.counter.order(("DRILL-12", 1))
    counters.warehouse.answer = lambda _: Reply(answer, "400 bad\0 \ud800request\r\n")

    counters.run()

    [row] = listed(counters.counter.world.installation)
    assert (row["state"], row["said"]) == (answer.value, "400 bad request")
