"""The guards: the database itself refuses to change what is written in the books, and says what to do instead."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.support.guarded import switch_guards_off, unguarded
from tests.support.worlds import World, lines, make_world
from treuwerk.store.database import Database
from treuwerk.store.guards import APPEND_ONLY, FIXED_COLUMNS, GUARDED, THERE, guards, put_back
from treuwerk.store.migrating import empty, migrate


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A few bookings."""
    world = make_world(tmp_path / "league", database)
    world.clear(lines(3))
    return world


def refused(world: World, statement: str) -> str:
    """What the database says to a statement that it refuses."""
    with pytest.raises(IntegrityError) as error:
        with world.database.writing() as connection:
            connection.execute(text(statement))
    return str(error.value.orig)


COLUMN = {"journal": "cause", "sealed": "sequence", "seal": "head", "closing": "head", "audit_entry": "actor",
          "purchase_identity": "content"}


@pytest.mark.parametrize("statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_is_written_is_neither_changed_nor_removed(world: World, table: str, statement: str) -> None:
    column = COLUMN.get(table, "amount")
    with world.database.writing() as connection:
        connection.execute(text("INSERT INTO closing (as_of, last_sequence, head, noted_at) VALUES (1, 1, 'x', 1)"))
        connection.execute(text("INSERT INTO audit_entry VALUES (1, 1, 1, 'Ada', 'notes.write', 1, '', '', '', '', '', "
                                "'')"))
        connection.execute(text("INSERT INTO lot_use SELECT account_id, transaction_id, 9, transaction_id, line, "
                                "'participant', 5 FROM lot"))

    said = refused(world, statement.format(table, column))

    assert f"{table} is append-only: {statement.split(maxsplit=1)[0]} refused" in said
    assert "book a reversal, a cancellation or an adjustment instead" in said


@pytest.mark.parametrize("table", FIXED_COLUMNS)
def test_running_figures_change_and_nothing_else_of_their_rows(world: World, table: str) -> None:
    with world.database.writing() as connection:
        connection.execute(text("INSERT INTO hold (account_id, id, unit, amount, remaining, expires_at, open) "
                                f"VALUES (1, 1, 'bonus', 5, 5, 9, {'1' if world.database.is_sqlite else 'true'})"))
        figure = {"balance": "posted", "balance_delta": "amount"}.get(table, "remaining")
        connection.execute(text(f"UPDATE {table} SET {figure} = {figure}"))

    assert f"{table} is append-only" in refused(world, f"UPDATE {table} SET unit = unit")
    assert f"{table} is append-only" in refused(world, f"DELETE FROM {table}")


def test_a_replaced_row_is_a_removed_row(tmp_path: Path, sqlite_database: Database) -> None:
    world = make_world(tmp_path / "league", sqlite_database)
    world.clear(lines(1))

    said = refused(world, "INSERT OR REPLACE INTO posting SELECT account_id, transaction_id, line, book, unit, "
                          "2 * amount, active_from, expires_at, keeps_until FROM posting")

    assert "posting is append-only: DELETE refused" in said


@pytest.mark.parametrize("statement", ["TRUNCATE {}", (
    "INSERT INTO {0} SELECT * FROM {0} ON CONFLICT ({1}) DO UPDATE SET {1} = excluded.{1}")])
def test_postgresql_refuses_the_other_ways_too(tmp_path: Path, postgres_database: Database, statement: str) -> None:
    world = make_world(tmp_path / "league", postgres_database)
    world.clear(lines(1))

    for table, column in (("seal", "number"), ("sealed", "sequence")):
        assert f"{table} is append-only" in refused(world, statement.format(table, column))


def test_a_replica_is_guarded_too(tmp_path: Path, postgres_database: Database) -> None:
    world = make_world(tmp_path / "league", postgres_database)
    world.clear(lines(1))

    said = refused(world, "SET LOCAL session_replication_role = replica; DELETE FROM posting")

    assert "posting is append-only" in said


def test_a_migrated_database_has_every_guard(database: Database) -> None:
    with database.reading() as connection:
        found = guards(connection)

    assert {guard.table for guard in found} == set(GUARDED)
    assert {guard.state for guard in found} == {THERE}


def states(database: Database) -> set[tuple[str, str]]:
    with database.reading() as connection:
        return {(guard.table, guard.state) for guard in guards(connection) if not guard.stands}


TAMPERED = {
    "sqlite": [
        ("missing", ["DROP TRIGGER seal_guard_update"]),
        ("changed", ["DROP TRIGGER seal_guard_update",
                     "CREATE TRIGGER seal_guard_update BEFORE UPDATE ON seal BEGIN SELECT 1; END"])],
    "postgresql": [
        ("missing", ["DROP TRIGGER seal_guard ON seal"]),
        ("switched off", ["ALTER TABLE seal DISABLE TRIGGER seal_guard"]),
        ("changed", ["ALTER TABLE seal ENABLE TRIGGER seal_guard"]),
        ("changed", ["DROP TRIGGER seal_guard ON seal", (
            "CREATE TRIGGER seal_guard BEFORE DELETE ON seal FOR EACH STATEMENT "
            "EXECUTE FUNCTION treuwerk_append_only()")])],
}


def test_a_guard_that_is_not_as_it_was_made_is_named_and_put_back(database: Database) -> None:
    for state, statements in TAMPERED[database.engine.dialect.name]:
        with database.writing() as connection:
            for statement in statements:
                connection.execute(text(statement))

        found = states(database)
        with database.writing() as connection:
            put_back(connection)

        assert found == {("seal", state)}
        assert states(database) == set()


def test_a_function_that_lets_everything_pass_is_named(postgres_database: Database) -> None:
    with postgres_database.writing() as connection:
        connection.execute(text("CREATE OR REPLACE FUNCTION treuwerk_append_only() RETURNS trigger LANGUAGE plpgsql "
                                "AS 'BEGIN RETURN NULL; END'"))

    assert states(postgres_database) == {(table, "changed") for table in GUARDED}


def test_guards_go_with_their_tables(database: Database) -> None:
    empty(database)

    with database.reading() as connection:
        left = connection.execute(text(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'" if database.is_sqlite else
            "SELECT proname FROM pg_proc WHERE proname LIKE 'treuwerk%'")).all()
    assert left == []
    migrate(database)
    assert states(database) == set()


def test_who_owns_the_database_can_take_them_down(world: World) -> None:
    statement = text("UPDATE posting SET unit = unit")

    with unguarded(world.database):
        missing: set[Any] = states(world.database)
        with world.database.writing() as connection:
            changed = connection.execute(statement).rowcount

    assert {table for table, _ in missing} == set(GUARDED)
    assert changed == 12
    assert states(world.database) == set()


def test_taking_down_twice_is_harmless(database: Database) -> None:
    switch_guards_off(database)
    switch_guards_off(database)

    assert {state for _, state in states(database)} == {"missing"}
