"""A proof shared by several processes: the same verdict, in one state of the database, and honest when one dies."""

import shutil
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Any

import attrs
import pytest
from sqlalchemy import text, update

from tests.support.guarded import switch_guards_off
from tests.support.singles import redeem_one_lot
from tests.support.worlds import SIX_IN_THE_EVENING, World, lines, make_world
from treuwerk.services.ledger.pending_seals import seal_where_possible
from treuwerk.services.proof import proof_crew, verifying
from treuwerk.services.proof.proof_crew import CrewFailed
from treuwerk.services.proof.verifying import verify
from treuwerk.store import tables
from treuwerk.store.database import Database


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """Some batches, under as many seals."""
    world = make_world(tmp_path / "league", database)
    for number in range(3):
        world.clear(lines(20, f"LS-{number}"), name=f"{number}.csv", now=SIX_IN_THE_EVENING + number)
    return world


def without_durations(found: verifying.Verdict) -> list[Any]:
    return [attrs.evolve(law, duration=0.0) for law in found.invariants]


def test_several_processes_say_what_one_says(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "_RECORDS_AT_ONCE", 10)
    switch_guards_off(world.database)
    with world.database.writing() as connection:
        connection.execute(text("UPDATE posting SET amount = amount + 1 WHERE line = 1 AND unit = 'bonus'"))

    alone, shared = verify(world.database, processes=1), verify(world.database, processes=3)

    assert without_durations(alone) == without_durations(shared)
    assert {law.name: law.count for law in shared.invariants}["chain_of_seals"] == 3
    assert sum(law.duration for law in shared.invariants) > 0


def test_all_of_them_see_the_state_of_the_beginning(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever commits after the look has begun is not seen, by none of them."""
    if world.database.is_sqlite:
        pytest.skip("a reader of a file without WAL holds writers off; tests of the version do the rest")
    begun = proof_crew._begun

    def begun_and_changed(database: Database, connection: Any, members: Any) -> bool:
        ready: bool = begun(database, connection, members)
        with world.database.writing() as other:
            other.execute(update(tables.balance).values(posted=tables.balance.c.posted + 1))
        return ready

    monkeypatch.setattr(proof_crew, "_begun", begun_and_changed)

    assert verify(world.database, processes=2).ok
    assert not verify(world.database, processes=1).ok


def test_a_file_that_others_change_all_the_time_is_proven_by_one(tmp_path: Path, sqlite_database: Database,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(tmp_path / "league", sqlite_database)
    world.clear(lines(5))
    versions = iter(range(10_000))
    monkeypatch.setattr(proof_crew, "_version", lambda _: next(versions))

    assert verify(world.database, processes=2).ok


def test_a_process_that_dies_ends_the_proof_with_a_word(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = proof_crew._Member.ask

    def killed(self: Any, message: Any) -> Any:
        if message[0] == "run":
            self._process.kill()
            self._process.wait()
        return ask(self, message)

    monkeypatch.setattr(proof_crew._Member, "ask", killed)

    with pytest.raises(CrewFailed, match="a process of the proof ended before its work did"):
        verify(world.database, processes=2)


COPIES: dict[str, Callable[[Path], str]] = {
    "read-only": lambda file: f"sqlite:///file:{file}?mode=ro&uri=true",
    "immutable": lambda file: f"sqlite:///file:{file}?immutable=1&uri=true",
}


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_that_cannot_be_written_is_proven_as_it_is(tmp_path: Path, sqlite_database: Database, copy: str) -> None:
    world = make_world(tmp_path / "league", sqlite_database)
    world.clear(lines(5))
    redeem_one_lot(world, SIX_IN_THE_EVENING + 1)
    redeem_one_lot(world, SIX_IN_THE_EVENING + 2)
    assert sqlite_database.file is not None
    sqlite_database.close()
    shutil.copy(sqlite_database.file, tmp_path / "copy.db")
    database = Database(COPIES[copy](tmp_path / "copy.db"))

    waiting = seal_where_possible(database, SIX_IN_THE_EVENING + 3)
    found = verify(database)

    database.close()
    assert waiting == 2
    assert (found.ok, found.transactions, found.unsealed) == (True, 7, 2)


def test_who_may_only_read_proves_it_as_it_is(tmp_path: Path, postgres_database: Database) -> None:
    world = make_world(tmp_path / "league", postgres_database)
    world.clear(lines(5))
    redeem_one_lot(world, SIX_IN_THE_EVENING + 1)
    auditor = f"auditor_{token_hex(4)}"
    with postgres_database.writing() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {auditor} LOGIN")
        connection.exec_driver_sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {auditor}")
    database = Database(postgres_database.url.set(username=auditor).render_as_string(hide_password=False))

    waiting = seal_where_possible(database, SIX_IN_THE_EVENING + 3)
    found = verify(database, processes=2)

    database.close()
    with postgres_database.writing() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {auditor}")
        connection.exec_driver_sql(f"DROP ROLE {auditor}")
    assert waiting == 1
    assert (found.ok, found.unsealed) == (True, 1)
