"""Redemptions in one statement of PostgreSQL leave what the general way leaves, to the byte, or leave nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import attrs
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from tests.engine.conftest import NewDatabase
from tests.support import ledger_worlds, postgres
from tests.support.crowds import all_at_once, done, refusals
from tests.support.ledger_worlds import HOUR, SECOND, SPENDABLE, START, LedgerWorld, make_ledger_world
from tests.support.worlds import connections_in_use, row_counts
from treuwerk.domain import ids
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.installation import Installation
from treuwerk.services.ledger import redeeming
from treuwerk.services.ledger.bookkeeping import Booked
from treuwerk.services.ledger.exporting import journal_lines
from treuwerk.services.ledger.holding import hold
from treuwerk.services.ledger.redeeming import redeem, redeem_if_clear, redeem_under_lock, redemption_order
from treuwerk.store.database import Database
from treuwerk.store.faults import OutcomeUnknown
from treuwerk.store.tables import journal, metadata

EXAMPLES = max(10, settings().max_examples // 10)
NOW = START + HOUR * SECOND
Redeem = Callable[[Installation, int, str, int, str, int], Booked]


def by_steps(installation: Installation, account: int, unit: str, amount: int, key: str, now: int) -> Booked:
    order = redemption_order(account, unit, amount, key, "", "system")
    return redeem_under_lock(installation, order, unit, amount, now)


WAYS: tuple[Redeem, ...] = (redeem, by_steps)


def in_one(ledger: LedgerWorld, account: int, unit: str, amount: int, key: str, now: int = NOW) -> Booked | None:
    order = redemption_order(account, unit, amount, key, "", "system")
    return redeem_if_clear(ledger.installation, order, unit, amount, now)


@attrs.define
class Life:
    """The same deeds on a database of its own, at the same instants and with the same ids."""

    world: LedgerWorld
    way: Redeem
    accounts: list[int]
    accruals: list[tuple[int, int]] = attrs.field(factory=list)
    asked: list[tuple[int, str, int, str]] = attrs.field(factory=list)
    now: int = START
    said: list[Any] = attrs.field(factory=list)

    def do(self, deed: str, account: int, unit: str, amount: int) -> None:
        self.now += SECOND
        try:
            self.said.append(getattr(self, deed)(self.accounts[account], unit, amount))
        except Refusal as refusal:
            self.said.append(refusal.as_json())

    def earn(self, account: int, unit: str, amount: int) -> int:
        self.accruals.append((account, self.world.earn(account, unit, amount, self.now)))
        return self.accruals[-1][1]

    def redeem(self, account: int, unit: str, amount: int) -> tuple[Any, bool]:
        self.asked.append((account, unit, amount, f"order-{len(self.asked)}"))
        return self.again(account, unit, 0)

    def again(self, _: int, __: str, amount: int) -> tuple[Any, bool]:
        booked = self.way(self.world.installation, *self.asked[-1 - amount % len(self.asked)], self.now)
        return tuple(booked.row), booked.repeated

    def otherwise(self, account: int, unit: str, amount: int) -> tuple[Any, bool]:
        booked = self.way(self.world.installation, account, unit, amount, self.asked[-1][3], self.now)
        return tuple(booked.row), booked.repeated

    def hold(self, account: int, unit: str, amount: int) -> Any:
        ends = self.now + HOUR * SECOND
        return tuple(hold(self.world.installation, account, unit, amount, str(self.now), self.now, ends).row)

    def give_back(self, _: int, __: str, amount: int) -> Any:
        account, accrual = self.accruals[-1 - amount % len(self.accruals)]
        return tuple(reverse(self.world.installation, account, accrual, str(self.now), self.now).row)

    def wait(self, _: int, __: str, amount: int) -> None:
        self.now += amount * HOUR * SECOND


DEEDS = st.sampled_from(["redeem", "redeem", "redeem", "earn", "again", "otherwise", "hold", "give_back", "wait"])
LIVES = st.lists(st.tuples(DEEDS, st.integers(0, 1), st.sampled_from(SPENDABLE[:5]), st.integers(1, 60)), min_size=10,
                 max_size=30)


def everything(database: Database) -> dict[str, list[Any]]:
    with database.reading() as connection:
        return {name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
                for name, table in metadata.tables.items()}


@pytest.fixture
def same_ids(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Begins anew with the ids and names of the last time."""
    def begin() -> None:
        chance = Random(1)
        dice = SimpleNamespace(randbits=lambda bits: chance.getrandbits(bits) if bits == 63 else 0)
        monkeypatch.setattr(ids, "secrets", dice)
        monkeypatch.setattr(ledger_worlds, "_numbers", count(1))

    return begin


def lived(database: Database, folder: Path, way: Redeem, deeds: list[tuple[str, int, str, int]]) -> tuple[Any, ...]:
    """What was said, all rows, and the export of a life."""
    world = make_ledger_world(folder, database)
    life = Life(world, way, world.accounts(2))
    for account in (0, 1):
        for unit in SPENDABLE[:5]:
            life.do("earn", account, unit, 10)
    life.do("redeem", 0, "owed", 5)
    for deed in deeds:
        life.do(*deed)
    rows = everything(database)
    assert world.unproven(life.now) == {}
    return life.said, rows, list(journal_lines(database))


@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_both_ways_leave_the_same_bytes(tmp_path: Path, new_database: NewDatabase, same_ids: Callable[[], None],
                                        monkeypatch: pytest.MonkeyPatch) -> None:
    ways: list[bool] = []

    def counting(*asked: Any) -> Booked | None:
        booked = redeem_if_clear(*asked)
        ways.append(booked is not None)
        return booked

    monkeypatch.setattr(redeeming, "redeem_if_clear", counting)

    @settings(max_examples=EXAMPLES)
    @given(LIVES)
    def same(deeds: list[tuple[str, int, str, int]]) -> None:
        lives = []
        for number, way in enumerate(WAYS):
            same_ids()
            with new_database() as database:
                lives.append(lived(database, tmp_path / str(number), way, deeds))

        assert lives[0] == lives[1]

    same()
    assert ways.count(True) > 2 * EXAMPLES
    assert ways.count(False) > EXAMPLES


def filled(ledger: LedgerWorld, unit: str = "owed") -> int:
    """An account with three lots of 37 points each."""
    (account,) = ledger.accounts()
    ledger.earn_all([(account, unit, 10)] * 3, START)
    return account


def in_small_lots(ledger: LedgerWorld) -> int:
    """An account with 17 lots of three points each."""
    (account,) = ledger.accounts()
    ledger.earn_all([(account, "owed", 1)] * 17, START)
    return account


def owing(ledger: LedgerWorld) -> int:
    """An account that owes points in one unit and has some in another."""
    account = filled(ledger)
    back = ledger.earn(account, "locked", 10, START)
    redeem(ledger.installation, account, "locked", 30, "before", NOW)
    reverse(ledger.installation, account, back, "back", NOW)
    return account


def counts(ledger: LedgerWorld) -> dict[str, int]:
    with ledger.database.reading() as connection:
        return row_counts(connection)


def test_the_usual_case_is_one_statement(postgres_ledger: LedgerWorld) -> None:
    account = filled(postgres_ledger)

    booked = in_one(postgres_ledger, account, "owed", 100, "usual")

    assert booked is not None
    assert not booked.repeated
    assert postgres_ledger.rows(select(journal).where(journal.c.id == booked.row.id)) == [tuple(booked.row)]
    assert postgres_ledger.unproven(NOW) == {}


UNUSUAL: dict[str, tuple[Callable[[LedgerWorld], int], str, int, int]] = {
    "too few points": (filled, "owed", 112, NOW),
    "no points": (lambda ledger: ledger.accounts()[0], "owed", 1, NOW),
    "none of the unit": (filled, "borne", 1, NOW),
    "no such unit": (filled, "gold", 1, NOW),
    "expired points": (filled, "owed", 1, START + 101 * HOUR * SECOND),
    "gone by inactivity": (partial(filled, unit="quiet"), "quiet", 1, START + 81 * HOUR * SECOND),
    "points that wait for their day": (partial(filled, unit="timed"), "timed", 1, NOW),
    "points that wait for an act": (partial(filled, unit="act"), "act", 1, NOW),
    "points in many lots": (in_small_lots, "owed", 49, NOW),
    "points owed in another unit": (owing, "owed", 1, NOW),
}


@pytest.mark.parametrize("case", UNUSUAL)
def test_all_else_books_nothing_and_is_left_to_the_general_way(postgres_ledger: LedgerWorld, case: str) -> None:
    prepare, unit, amount, now = UNUSUAL[case]
    account = prepare(postgres_ledger)
    before = counts(postgres_ledger)

    booked = in_one(postgres_ledger, account, unit, amount, "unusual", now)

    assert booked is None
    assert counts(postgres_ledger) == before


@pytest.mark.parametrize("amount", [5, 6])
def test_a_known_key_is_left_to_the_general_way(postgres_ledger: LedgerWorld, amount: int) -> None:
    account = filled(postgres_ledger)
    in_one(postgres_ledger, account, "owed", 5, "known")
    before = counts(postgres_ledger)

    again = in_one(postgres_ledger, account, "owed", amount, "known")

    assert again is None
    assert counts(postgres_ledger) == before


def test_an_id_is_behind_the_last_one_though_the_clock_was_set_back(postgres_ledger: LedgerWorld) -> None:
    account = filled(postgres_ledger)
    first = in_one(postgres_ledger, account, "owed", 5, "first", NOW)

    second = in_one(postgres_ledger, account, "owed", 5, "second", NOW - 60 * SECOND)

    assert first is not None
    assert second is not None
    assert second.row.id == first.row.id + 1


def test_a_crowd_that_is_served_in_both_ways_spends_each_point_once(postgres_ledger: LedgerWorld) -> None:
    account = filled(postgres_ledger)
    works: list[Any] = [partial(way, postgres_ledger.installation, account, "owed", 2, f"crowd-{number}", NOW)
                        for number in range(50) for way in (redeem, by_steps)]

    outcomes = all_at_once(works)

    assert len({booked.id for booked in done(outcomes)}) == 50  # each order was asked for twice
    assert refusals(outcomes) == {}
    assert sum(booked.repeated for booked in done(outcomes)) == 50
    assert postgres_ledger.unproven(NOW) == {}


WAITERS = ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
           "AND wait_event_type = 'Lock'")


def cut_off_behind_a_lock(ledger: LedgerWorld, account: int, amount: int) -> Any:
    """What becomes of a redemption whose connection is cut while it waits for the account."""
    with psycopg.connect(postgres.driver_url(ledger.database.url)) as holder, ThreadPoolExecutor(1) as pool, \
            psycopg.connect(postgres.driver_url(ledger.database.url), autocommit=True) as other:
        holder.execute("SELECT FROM balance WHERE account_id = %s FOR UPDATE", [account])
        asked = pool.submit(redeem, ledger.installation, account, "owed", amount, "cut", NOW)
        while not other.execute(WAITERS).fetchall():
            assert not asked.done()
        holder.rollback()
        return asked.exception() or asked.result()


def test_a_lost_connection_is_asked_for_again_by_its_key(postgres_ledger: LedgerWorld) -> None:
    account = filled(postgres_ledger)

    booked = cut_off_behind_a_lock(postgres_ledger, account, 5)

    assert redeem(postgres_ledger.installation, account, "owed", 5, "cut", NOW).id == booked.id
    assert len(postgres_ledger.rows(select(journal).where(journal.c.kind == "redemption"))) == 1
    assert postgres_ledger.unproven(NOW) == {}


def test_a_refusal_behind_a_lost_connection_is_none_since_nobody_knows(postgres_ledger: LedgerWorld) -> None:
    account = filled(postgres_ledger)

    outcome = cut_off_behind_a_lock(postgres_ledger, account, 112)

    assert isinstance(outcome, OutcomeUnknown)
    assert "ask again with the same key" in str(outcome)
    assert connections_in_use(postgres_ledger.database.engine) == 0


def test_a_key_that_stands_for_something_else_is_known_behind_a_lost_connection(postgres_ledger: LedgerWorld) -> None:
    account = filled(postgres_ledger)
    redeem(postgres_ledger.installation, account, "owed", 4, "cut", NOW)

    outcome = cut_off_behind_a_lock(postgres_ledger, account, 5)

    assert isinstance(outcome, KeyConflict)


def test_one_statement_is_committed_and_who_has_its_connection_next_has_a_transaction(
        postgres_ledger: LedgerWorld) -> None:
    database = postgres_ledger.database

    database.at_once("INSERT INTO account VALUES (%s, 1, 1) RETURNING account_id", (7,))
    with database.engine.connect() as same:  # the pool gives the last one first
        same.execute(text("INSERT INTO account VALUES (8, 1, 1)"))
        same.rollback()

    assert postgres_ledger.rows(text("SELECT account_id FROM account WHERE account_id < 9")) == [(7,)]
    assert connections_in_use(database.engine) == 0


def test_a_fault_in_one_statement_is_told_as_it_is(postgres_ledger: LedgerWorld) -> None:
    with pytest.raises(DBAPIError, match="division by zero"):
        postgres_ledger.database.at_once("SELECT 1 / %s", (0,))

    assert connections_in_use(postgres_ledger.database.engine) == 0
