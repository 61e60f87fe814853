"""Orders that are written together: each is decided by itself, and none waits for what somebody else holds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Select, literal_column, select, update

from tests.support import postgres
from tests.support.catalogues import DRILL
from tests.support.ordering import HOME, PRICES, Counter, make_counter
from tests.support.worlds import SIX_IN_THE_EVENING, connections_in_use
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import OrderRequest, WantedLine
from treuwerk.services.orders.composing import requested
from treuwerk.services.orders.looking_up import Placed
from treuwerk.services.orders.placing_together import Wish, place_together
from treuwerk.store.database import Database
from treuwerk.store.tables import participant, reward_order


@pytest.fixture
def counter(tmp_path: Path, postgres_database: Database) -> Counter:
    """A drill and a mug; one company has 16,000 points, another one 8,000."""
    counter = make_counter(tmp_path / "league", postgres_database)
    counter.earn("10109", 10, "SECOND")
    return counter


def wish(counter: Counter, *wanted: tuple[str, int], key: str, number: str = "10017", points: int = 0,
         then: Callable[[Connection, Placed], None] | None = None) -> Wish:
    access = counter.access(number)
    lines = tuple(WantedLine(variant, pieces, points or PRICES[variant]) for variant, pieces in wanted)
    return Wish(requested(counter.world.installation.programme.settings, access, access.account_id,
                          OrderRequest(key, lines, HOME), SIX_IN_THE_EVENING), then)


def holding(counter: Counter) -> psycopg.Connection:
    """Somebody else, who has locked the balances of the second company."""
    holder = psycopg.connect(postgres.driver_url(counter.world.database.url))
    holder.execute("SELECT FROM balance WHERE account_id = %s FOR UPDATE", [counter.account("10109")])
    return holder


def transactions() -> Select[tuple[Any]]:
    """The transactions of the database that wrote the orders."""
    return select(literal_column("CAST(xmin AS text)")).select_from(reward_order)


def test_each_order_of_a_group_is_decided_by_itself(counter: Counter) -> None:
    counter.shelf.bring({**DRILL, "stock": "1"})
    counter.order(("MUG-RED", 1), key="stood")
    cases = {
        "good": wish(counter, ("MUG-RED", 1), key="good"), "last piece": wish(counter, ("DRILL-12", 1), key="drill"),
        "no piece": wish(counter, ("DRILL-12", 1), key="none"), "twice": wish(counter, ("MUG-RED", 1), key="good"),
        "cheap": wish(counter, ("MUG-RED", 1), key="cheap", points=1),
        "last points": wish(counter, ("MUG-RED", 15), key="last"), "no points": wish(counter, ("MUG-RED", 2), key="no"),
        "stood": wish(counter, ("MUG-RED", 1), key="stood"), "conflict": wish(counter, ("MUG-RED", 2), key="stood"),
        "locked": wish(counter, ("MUG-RED", 1), key="locked", number="10109")}
    with holding(counter):
        outcomes = dict(zip(cases, place_together(counter.world.database, list(cases.values())), strict=True))

    placed = {name: (one.repeated, one.after) for name, one in outcomes.items() if isinstance(one, Placed)}
    assert placed == {"good": (False, 15_000), "last piece": (False, 7_800), "last points": (False, 300),
                      "stood": (True, 0)}
    assert [name for name, one in cases.items() if not one.usual] == ["cheap", "conflict"]
    assert (counter.bonus(), counter.stock(), len(counter.orders())) == (300, (1, 1), 4)
    assert len({number for number, in counter.world.rows(transactions())}) == 2  # of "stood", and of the group
    assert counter.world.violated() == {}


def test_what_fails_behind_one_order_takes_back_the_group_and_each_goes_alone(counter: Counter) -> None:
    def leave(connection: Connection, placed: Placed) -> None:
        connection.execute(update(participant).values(name=placed.public_id))

    def refuse(_: Connection, __: Placed) -> None:
        raise Refusal("changed", "found another cart, expected the same")

    wishes = [wish(counter, ("MUG-RED", 1), key="good", then=leave), wish(counter, ("MUG-RED", 1), key="bad",
                                                                        then=refuse)]
    outcomes = place_together(counter.world.database, wishes)

    assert (outcomes, counter.orders(), counter.bonus()) == ([None, None], [], 16_000)
    placed = counter.order(("MUG-RED", 1), key="good", then=leave)
    assert {name for name, in counter.world.rows(select(participant.c.name))} == {placed.public_id}
    assert connections_in_use(counter.world.database.engine) == 0


def test_nobody_waits_behind_an_order_whose_account_is_locked(counter: Counter) -> None:
    counter.access("10109")
    with ThreadPoolExecutor(2) as pool, holding(counter) as holder:
        waiting = pool.submit(counter.order, ("MUG-RED", 1), key="locked", number="10109")
        for at in range(5):
            pool.submit(counter.order, ("MUG-RED", 1), key=f"K{at}").result(60)
        assert not waiting.done()
        holder.rollback()
        assert waiting.result().after == 7_500

    assert len(counter.orders()) == 6
    assert counter.world.violated() == {}


def test_orders_that_come_at_once_share_their_commits(counter: Counter) -> None:
    access, barrier = counter.access(), Barrier(16)

    def order(at: int) -> Placed:
        barrier.wait()
        return counter.order(("MUG-RED", 1), key=f"K{at}", access=access)

    with ThreadPoolExecutor(16) as pool:
        placed = list(pool.map(order, range(16)))

    assert sorted(one.after for one in placed) == list(range(8_000, 16_000, 500))
    assert len({number for number, in counter.world.rows(transactions())}) < 16
    assert counter.world.violated() == {}
