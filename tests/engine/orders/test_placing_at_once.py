"""Orders in one statement of PostgreSQL leave what the general way leaves, or leave nothing and let that decide."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import psycopg
import pytest
from sqlalchemy import Connection, Update, select, update

from tests.engine.conftest import NewDatabase
from tests.support import postgres
from tests.support.crowds import all_at_once, done
from tests.support.ordering import MUG, Counter, make_counter
from tests.support.worlds import SIX_IN_THE_EVENING, connections_in_use
from treuwerk.domain.promotions import Promotion
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.domain.reward_orders import WantedLine
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.services.orders import placing, placing_at_once
from treuwerk.services.orders.placing import Placed
from treuwerk.store import promotions
from treuwerk.store.database import Database
from treuwerk.store.faults import OutcomeUnknown
from treuwerk.store.orders_at_once import order_at_once
from treuwerk.store.tables import metadata, participant, promotion_budget, reward_stock

TABLES = ("reward_order", "order_line", "order_event", "outbox", "audit_entry", "journal", "posting", "lot_use", "lot",
          "balance", "unsealed", "reward_stock", "promotion_budget")
ID = re.compile(r"(txn|ord)_[0-9a-z]{26}|\b[0-9]{17,}\b|\b[0-9a-f]{32}\b")
WAITERS = ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
           "AND wait_event_type = 'Lock'")


@pytest.fixture
def counter(tmp_path: Path, postgres_database: Database) -> Counter:
    """A drill and a mug, and somebody with 16,000 points."""
    return make_counter(tmp_path / "league", postgres_database)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """What each statement answered."""
    answers: list[int | None] = []

    def noted(connection: Connection, values: Any) -> int | None:
        answers.append(order_at_once(connection, values))
        return answers[-1]

    monkeypatch.setattr(placing_at_once, "order_at_once", noted)
    return answers


def told(counter: Counter) -> dict[str, list[str]]:
    """All rows, with each id and digest written alike, and without the bucket, which follows the account."""
    return {name: sorted(ID.sub("id", repr(tuple(row))) for row in counter.world.rows(
        select(*(column for column in metadata.tables[name].columns if column.name != "bucket")))) for name in TABLES}


def special(counter: Counter, budget: int) -> None:
    promotion = Promotion("spring", published=True, rewards=("MUG",), percent=Decimal(20), budget=budget)
    with counter.world.database.writing() as connection:
        promotions.PROMOTIONS.save(connection, [(promotion, 0)], "grace", "test", SIX_IN_THE_EVENING)
        promotions.set_budgets(connection, {"spring": budget}, SIX_IN_THE_EVENING)


WANTED: dict[str, tuple[WantedLine, ...]] = {
    "one": (WantedLine("DRILL-12", 1, 7_200),),
    "two": (WantedLine("MUG-RED", 3, 400), WantedLine("DRILL-12", 1, 7_200)),
    "the same twice": (WantedLine("DRILL-12", 1, 7_200, {"engraving": 'Ada "A" Ü'}), WantedLine("DRILL-12", 1, 7_200)),
}


def lived(folder: Path, database: Database, wanted: tuple[WantedLine, ...]) -> tuple[Placed, dict[str, list[str]]]:
    """What an order answers, and all rows behind it."""
    counter = make_counter(folder, database)
    special(counter, 900)
    placed = counter.order(*wanted, note="Bitte “klingeln”")
    assert counter.world.violated() == {}
    return attrs.evolve(placed, account_id=0, number=0), told(counter)


@pytest.mark.parametrize("case", WANTED)
@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_both_ways_leave_the_same_rows(tmp_path: Path, new_database: NewDatabase, statements: list[int | None],
                                       monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    with new_database() as database:
        at_once = lived(tmp_path / "at_once", database, WANTED[case])
    monkeypatch.setattr(placing, "place_at_once", lambda *_, **__: None)
    with new_database() as database:
        by_steps = lived(tmp_path / "by_steps", database, WANTED[case])

    assert at_once == by_steps
    assert statements == [16_000]


def test_what_is_done_with_an_order_is_part_of_its_transaction(counter: Counter, statements: list[int | None]) -> None:
    def follow(connection: Connection, placed: Placed) -> None:
        connection.execute(update(participant).values(name=placed.public_id))
        if placed.points == 7_200:
            raise Refusal("changed", "found another cart, expected the same")

    with pytest.raises(Refusal, match="another cart"):
        counter.order(("DRILL-12", 1), then=follow)
    placed = counter.order(("MUG-RED", 1), key="K2", then=follow)

    assert {name for name, in counter.world.rows(select(participant.c.name))} == {placed.public_id}
    assert (counter.orders(), counter.stock()) == ([("K2", "ordered", 500)], (7, 0))
    assert statements == [16_000, 16_000]


def sold(counter: Counter) -> None:
    write(counter, update(reward_stock).values(on_hand=0))


def withdrawn(counter: Counter) -> None:
    counter.shelf.bring({**MUG, "state": "withdrawn"})


def dearer(counter: Counter) -> None:
    counter.shelf.bring({**MUG, "variant_points": "600"})


def blocked(counter: Counter) -> None:
    write(counter, update(participant).values(status="blocked"))


def given_away(counter: Counter) -> None:
    write(counter, update(promotion_budget).values(spent=900))


def promoted(counter: Counter) -> None:
    with counter.world.database.writing() as connection:
        promotions.PROMOTIONS.save(connection, [(Promotion("spring"), 1)], "grace", "test", SIX_IN_THE_EVENING)


def spent(counter: Counter) -> None:
    redeem(counter.world.installation, counter.account(), "bonus", 15_000, "elsewhere", SIX_IN_THE_EVENING)


def write(counter: Counter, statement: Update) -> None:
    with counter.world.database.writing() as connection:
        connection.execute(statement)


MEANWHILE: dict[str, tuple[Callable[[Counter], None], str]] = {
    "the last pieces are sold": (sold, "sold_out"), "a reward is withdrawn": (withdrawn, "not_offered"),
    "it becomes dearer": (dearer, "price_changed"), "who orders is blocked": (blocked, "participant_not_active"),
    "a promotion gave away all": (given_away, "price_changed"), "a promotion ends": (promoted, "price_changed"),
    "the points are spent": (spent, "not_enough")}


@pytest.mark.parametrize("case", MEANWHILE)
def test_what_changes_between_the_look_and_the_statement_is_seen(counter: Counter, monkeypatch: pytest.MonkeyPatch,
                                                                  case: str) -> None:
    special(counter, 900)
    change, code = MEANWHILE[case]
    answers: list[Any] = []

    def later(connection: Connection, values: Any) -> int | None:
        with ThreadPoolExecutor(1) as pool:  # somebody else: a thread that writes cannot write within
            pool.submit(change, counter).result()
        answers.append(None)
        return order_at_once(connection, values)

    monkeypatch.setattr(placing_at_once, "order_at_once", later)

    with pytest.raises(Refusal) as refused:
        counter.order(WantedLine("MUG-RED", 1, 400), ("DRILL-12", 1))

    assert code in (refused.value.code, *(one.code for one in getattr(refused.value, "problems", ())))
    assert (counter.orders(), counter.lines(), len(answers)) == ([], [], 1)
    assert counter.stock()[1] == 0
    assert set(counter.world.violated()) <= {"budgets_are_spent_by_orders"}  # which one case wrote past all orders


def test_a_crowd_with_one_key_places_one_order(counter: Counter) -> None:
    outcomes = all_at_once([lambda: counter.order(("MUG-RED", 1))] * 40)

    assert len({one.number for one in done(outcomes)}) == 1
    assert sum(one.repeated for one in outcomes) == 39
    assert (len(counter.orders()), counter.bonus()) == (1, 15_500)
    assert counter.world.violated() == {}


def cut_off_behind_a_lock(counter: Counter, *wanted: tuple[str, int]) -> Any:
    """What becomes of an order whose connection is cut while it waits for the account."""
    url = postgres.driver_url(counter.world.database.url)
    with psycopg.connect(url) as holder, ThreadPoolExecutor(1) as pool, psycopg.connect(url, autocommit=True) as other:
        holder.execute("SELECT FROM balance WHERE account_id = %s FOR UPDATE", [counter.account()])
        asked = pool.submit(counter.order, *wanted)
        while not other.execute(WAITERS).fetchall():
            assert not asked.done()
        holder.rollback()
        return asked.exception() or asked.result()


def test_a_lost_connection_is_asked_for_again_by_its_key(counter: Counter) -> None:
    placed = cut_off_behind_a_lock(counter, ("DRILL-12", 1))

    assert counter.order(("DRILL-12", 1)).number == placed.number
    assert (len(counter.orders()), counter.bonus(), counter.stock()) == (1, 8_800, (7, 1))


def test_a_refusal_behind_a_lost_connection_is_none_since_nobody_knows(counter: Counter) -> None:
    outcome = cut_off_behind_a_lock(counter, ("DRILL-12", 3))

    assert isinstance(outcome, OutcomeUnknown)
    assert connections_in_use(counter.world.database.engine) == 0


def test_a_key_that_stands_for_another_order_is_told_without_a_statement(counter: Counter,
                                                                          statements: list[int | None]) -> None:
    counter.order(("DRILL-12", 1))

    with pytest.raises(KeyConflict):
        counter.order(("MUG-RED", 1))

    assert statements == [16_000]
