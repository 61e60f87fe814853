"""The application's own role: it can do all its work, and change nothing that is in the books."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from tests.support.singles import redeem_one_lot
from tests.support.worlds import SIX_IN_THE_EVENING, World, lines, make_world
from treuwerk.services.installation import open_installation
from treuwerk.services.ledger.pending_seals import seal_where_possible
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.services.proof.verifying import verify
from treuwerk.store.database import Database
from treuwerk.store.guards import APPEND_ONLY, GUARDED
from treuwerk.store.rights import CannotProtect, grant_rights
from treuwerk.store.tables import lot


@pytest.fixture
def role(postgres_database: Database) -> Iterator[str]:
    """A role that may sign in and nothing else."""
    name = f"app_{token_hex(4)}"
    with postgres_database.writing() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN")
    yield name
    with postgres_database.writing() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {name}")
        connection.exec_driver_sql(f"DROP ROLE {name}")


@pytest.fixture
def application(tmp_path: Path, postgres_database: Database, role: str) -> Iterator[World]:
    """The installation as the application's role sees it; the owner made it and gave the rights."""
    owner = make_world(tmp_path / "league", postgres_database)
    with postgres_database.writing() as connection:
        grant_rights(connection, role)
    database = Database(postgres_database.url.set(username=role).render_as_string(hide_password=False))
    yield World(owner.folder, open_installation(owner.folder, database))
    database.close()


def test_the_role_clears_redeems_seals_and_proves(application: World) -> None:
    application.participants("customer_number;name;group\n10333;Neu;installer\n")
    receipt = application.clear(lines(6))
    application.attendance("seminar_code;held_on;participant;person;attended\nS-1;2026-05-04;10017;Ada Lovelace;yes\n")
    redeem_one_lot(application, SIX_IN_THE_EVENING + 1)

    waiting = seal_where_possible(application.database, SIX_IN_THE_EVENING + 2)

    assert receipt.tally.booked == 6
    assert waiting == 0
    assert verify(application.database).ok


REFUSED = {
    **{f"{verb} {table}": statement for table in APPEND_ONLY for verb, statement in {
        "update": f"UPDATE {table} SET {'head = head' if table in ('seal', 'closing') else 'account_id = account_id'}",
        "delete": f"DELETE FROM {table}"}.items()},
    **{f"truncate {table}": f"TRUNCATE {table}" for table in GUARDED},
    **{f"drop the guard of {table}": f"DROP TRIGGER {table}_guard ON {table}" for table in GUARDED},
    **{f"alter {table}": f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in GUARDED},
    "drop a table": "DROP TABLE posting CASCADE",
    "another function for the guards": "CREATE OR REPLACE FUNCTION treuwerk_append_only() RETURNS trigger "
                                       "LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "another function for redemptions": "CREATE OR REPLACE FUNCTION treuwerk_redeem(bigint) RETURNS bigint "
                                        "LANGUAGE sql AS 'SELECT 1'",
    "no function for redemptions": "DROP FUNCTION treuwerk_redeem",
    "as a replica": "SET session_replication_role = replica",
    "amount of a lot": "UPDATE lot SET amount = amount + 1",
    "expiry of a lot": "UPDATE lot SET expires_at = expires_at + 1",
    "a lot removed": "DELETE FROM lot",
    "a balance removed": "DELETE FROM balance",
    "another programme": "UPDATE installation SET programme = 'other'",
    "another schema": "UPDATE alembic_version SET version_num = '0'",
    "a table of its own": "CREATE TABLE own (id int)",
}


@pytest.mark.parametrize("change", REFUSED)
def test_the_role_can_change_nothing_that_is_in_the_books(application: World, change: str) -> None:
    application.clear(lines(1))

    with pytest.raises(ProgrammingError) as error:
        with application.database.writing() as connection:
            connection.execute(text(REFUSED[change]))

    assert isinstance(error.value.orig, psycopg.errors.InsufficientPrivilege)


def test_the_role_redeems_where_nobody_may_call_functions_unasked(application: World, postgres_database: Database,
                                                                  role: str) -> None:
    application.clear(lines(1))
    with postgres_database.writing() as connection:
        connection.exec_driver_sql("REVOKE EXECUTE ON FUNCTION treuwerk_redeem FROM PUBLIC")
    with postgres_database.writing() as connection:
        grant_rights(connection, role)

    (account,) = application.rows(select(lot.c.account_id))[0]
    booked = redeem(application.installation, account, "bonus", 5, "order", SIX_IN_THE_EVENING + 1)

    assert not booked.repeated
    assert verify(application.database).ok


def test_rights_that_it_had_before_are_taken_back(application: World, postgres_database: Database, role: str) -> None:
    with postgres_database.writing() as connection:
        connection.exec_driver_sql(f"GRANT ALL ON posting TO {role}")

    with postgres_database.writing() as connection:
        grant_rights(connection, role)

    with pytest.raises(ProgrammingError, match="permission denied"):
        with application.database.writing() as connection:
            connection.execute(text("TRUNCATE posting"))


def test_a_role_that_cannot_be_held_back_is_refused(postgres_database: Database, role: str) -> None:
    with postgres_database.writing() as connection:
        with pytest.raises(CannotProtect, match="found no role 'nobody_here'; make it first: CREATE ROLE"):
            grant_rights(connection, "nobody_here")
        with pytest.raises(CannotProtect, match="is a superuser and cannot be held back"):
            grant_rights(connection, "postgres")
        connection.exec_driver_sql(f"ALTER TABLE journal OWNER TO {role}")
        with pytest.raises(CannotProtect, match="owns the tables and cannot be held back"):
            grant_rights(connection, role)
        connection.exec_driver_sql("ALTER TABLE journal OWNER TO postgres")


def test_sqlite_knows_no_roles(sqlite_database: Database) -> None:
    with sqlite_database.writing() as connection:
        with pytest.raises(CannotProtect, match="SQLite knows no roles; its guards stand"):
            grant_rights(connection, "app")

