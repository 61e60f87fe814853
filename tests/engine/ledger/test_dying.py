"""Processes that are killed and servers that are stopped: what was acknowledged is stored, what was not is whole."""

import gc
import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random
from shutil import copyfile
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from tests.engine.services.test_resuming import durable_url
from tests.support import postgres
from tests.support.doomed import JOBS, NOW, everything, jobs
from tests.support.ledger_worlds import SECOND, START, LedgerWorld, make_ledger_world
from tests.support.worlds import row_counts
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.services.proof.verifying import verify
from treuwerk.store.database import Database
from treuwerk.store.faults import DatabaseBusy, OutcomeUnknown
from treuwerk.store.tables import balance, journal, posting

ACCOUNTS = 4
GIVEN = 10 * 370
CLEARED = 37
WRITERS = 6


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("rounds", [20, pytest.param(150, marks=pytest.mark.slow)])
def test_a_process_that_is_killed_anywhere_keeps_what_it_acknowledged(
        tmp_path: Path, request: pytest.FixtureRequest, kind: str, rounds: int) -> None:
    url = durable_url(request, kind)
    with closing(Database(url)) as database:
        world = make_ledger_world(tmp_path / "league", database)
        accounts = prepared(world, rounds)

        acknowledged = killed_again_and_again(world, url, accounts, rounds)

        ids = {number for (number,) in world.rows(select(journal.c.id))}
        assert 0 < len(acknowledged) < rounds * JOBS  # a job acknowledges up to three steps
        assert {answer for answer in acknowledged.values() if answer} <= ids
        assert world.unproven(NOW) == {}
        assert_exact_totals(world, accounts, rounds, acknowledged)


def prepared(world: LedgerWorld, rounds: int) -> list[int]:
    """Accounts with points, and a file for each round."""
    accounts = world.accounts(ACCOUNTS)
    world.earn_all([(account, "owed", 100) for account in accounts] * 10, START)
    for number in range(rounds):
        rows = [f"R{number};{position};2026-05-04;{world.name_of(account)};owed;10;PCE"
                for position, account in enumerate(accounts)]
        world.file(f"{number}.csv", "\n".join(
            ["delivery_number;position;delivered_on;customer_number;article_number;quantity;unit", *rows, ""]))
    return accounts


def killed_again_and_again(world: LedgerWorld, url: str, accounts: list[int], rounds: int) -> dict[str, int]:
    """What the killed had acknowledged."""
    chance, acknowledged = Random(7), dict[str, int]()
    with subprocess.Popen(
            [sys.executable, "-m", "tests.support.doomed", str(world.folder), url, json.dumps(accounts)],
            cwd=Path(__file__).parents[3], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        for number in range(rounds):
            process.stdin.write(f"{number} {chance.randrange(JOBS)}\n")
            process.stdin.flush()
            line = process.stdout.readline()
            acknowledged |= json.loads(line or "{}")
        process.stdin.close()
        assert process.stderr.read() == ""
    return acknowledged


def assert_exact_totals(world: LedgerWorld, accounts: list[int], rounds: int, acknowledged: dict[str, int]) -> None:
    """Whoever asks for everything again gets the same answers, and all is done once."""
    said = everything(world.installation, accounts, rounds)

    assert said | acknowledged == said
    expected = dict.fromkeys(accounts, GIVEN + rounds * CLEARED)
    for number in range(rounds):
        for position, job in enumerate(jobs(number)):
            expected[accounts[position % ACCOUNTS]] -= {"redeem": 3, "reserve": 2, "clear": 0}[job]
    assert dict(world.rows(select(balance.c.account_id, balance.c.posted))) == expected
    assert world.rows(select(func.sum(balance.c.held))) == [(0,)]
    assert world.unproven(NOW) == {}


def test_a_power_failure_in_the_midst_of_writing_leaves_what_was_before(tmp_path: Path,
                                                                       sqlite_database: Database) -> None:
    world = make_ledger_world(tmp_path / "league", sqlite_database)
    (account,) = world.accounts()
    world.earn(account, "owed", 10, START)
    file, before = Path(str(sqlite_database.url.database)), counts(world.database)
    untouched = file.read_bytes()

    with sqlite_database.writing() as connection:
        connection.exec_driver_sql("PRAGMA cache_size = 10")  # pages go to the file long before the commit
        connection.execute(text(
            "INSERT INTO outbox WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
            f"SELECT {account}, i, 1, 'torn', 'x', 1, NULL FROM n"))
        snapshots = [copied(place, tmp_path) for place in file.parent.glob(f"{file.name}*")]
        connection.rollback()

    assert len(snapshots) == 2
    torn = next(place for place in snapshots if place.name == file.name)
    assert any(place.stat().st_size for place in snapshots if place != torn)
    assert torn.read_bytes() != untouched or torn.with_name(f"{torn.name}-wal").exists()
    with closing(Database(f"sqlite:///{torn}")) as database:
        assert counts(database) == before
        assert verify(database).ok


def copied(place: Path, folder: Path) -> Path:
    target = folder / "torn" / place.name
    target.parent.mkdir(exist_ok=True)
    return Path(copyfile(place, target))


def counts(database: Database) -> dict[str, int]:
    with database.reading() as connection:
        return row_counts(connection)


class Spender(Thread):
    """Redeems again and again, each time until it is acknowledged."""

    def __init__(self, world: LedgerWorld, account: int, name: str) -> None:
        super().__init__(name=name)
        self.world, self.account = world, account
        self.over, self.server_answers = Event(), Event()
        self.acknowledged: dict[str, int] = {}
        self.interrupted: list[type[BaseException]] = []
        self.unclean: list[BaseException] = []

    def run(self) -> None:
        while not self.over.is_set():
            self.redeem(f"{self.name}-{len(self.acknowledged)}")

    def redeem(self, key: str) -> None:
        try:
            self.acknowledged[key] = redeem(self.world.installation, self.account, "owed", 1, key, NOW).row.id
        except (OperationalError, DatabaseBusy, OutcomeUnknown) as error:  # each says: ask again with the same key
            self.interrupted.append(type(error))  # not the error, whose traceback would keep its connection
            self.server_answers.wait()
        except BaseException as error:
            self.unclean.append(error)
            raise


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # connections that the crash cut
@pytest.mark.parametrize("stops", [5, pytest.param(10, marks=pytest.mark.slow)])
def test_a_server_that_is_stopped_at_once_loses_nothing_that_was_acknowledged(tmp_path: Path, stops: int) -> None:
    with crashable_server() as server, server.database() as url, closing(Database(url)) as database:
        world = world_of(tmp_path, database)
        accounts = world.accounts(WRITERS)
        world.earn_all([(account, "owed", 10_000) for account in accounts], START)
        spenders = [Spender(world, account, f"s{number}") for number, account in enumerate(accounts)]
        for spender in spenders:
            spender.start()

        for _ in range(stops):
            until_each_goes_on(spenders)
            crash(server, spenders)
        until_each_goes_on(spenders)
        for spender in spenders:
            spender.over.set()
        for spender in spenders:
            spender.join()

        assert [error for spender in spenders for error in spender.unclean] == []
        assert sum(len(spender.interrupted) for spender in spenders) >= stops
        assert_nothing_is_lost(world, spenders)
        spenders.clear()
    gc.collect()  # what is left of cut connections goes here, and not in the midst of another test


def crash(server: postgres.Server, spenders: list[Spender]) -> None:
    """Stop the server in the midst of their work; who is interrupted waits until it answers again."""
    for spender in spenders:
        spender.server_answers = Event()
    server.crash()
    for spender in spenders:
        spender.server_answers.set()


def crashable_server() -> Any:
    try:
        running = postgres.running(durable=True)
    except postgres.NoPostgres as error:
        pytest.skip(str(error))
    return running


def world_of(folder: Path, database: Database) -> LedgerWorld:
    from treuwerk.store.migrating import migrate

    migrate(database)
    return make_ledger_world(folder / "league", database)


def until_each_goes_on(spenders: list[Spender]) -> None:
    """Each has had some more acknowledged."""
    goals = {spender.name: len(spender.acknowledged) + 5 for spender in spenders}
    for spender in spenders:
        while len(spender.acknowledged) < goals[spender.name] and not spender.unclean:
            spender.join(0.01)


def assert_nothing_is_lost(world: LedgerWorld, spenders: list[Spender]) -> None:
    stored = dict(world.rows(select(journal.c.business_key, journal.c.id).where(journal.c.kind == "redemption")))
    for spender in spenders:
        for key, number in spender.acknowledged.items():
            assert stored[f"redemption|{key}"] == number
        redeemed = world.rows(select(func.sum(posting.c.amount)).where(
            posting.c.account_id == spender.account, posting.c.book == "redeemed"))
        assert redeemed[0][0] in (len(spender.acknowledged), len(spender.acknowledged) + 1)
    assert world.unproven(NOW + SECOND) == {}
