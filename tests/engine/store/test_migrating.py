"""The schema: made by migrations alone, the same as the code says, there and back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, inspect, select, text

from treuwerk.store import migrations
from treuwerk.store.database import Database
from treuwerk.store.migrating import SchemaError, check_schema, empty, migrate, newest_revision
from treuwerk.store.tables import metadata, outbox


def tables_of(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(inspect(connection).get_table_names())


def test_a_migrated_database_is_what_the_code_says(empty_database: Database) -> None:
    migrate(empty_database)

    with empty_database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)

    assert differences == []
    assert tables_of(empty_database) == {*metadata.tables, "alembic_version"}


def test_migrating_says_what_it_did_and_twice_is_harmless(empty_database: Database) -> None:
    first = migrate(empty_database)
    second = migrate(empty_database)

    assert first == (None, newest_revision())
    assert second == (newest_revision(), newest_revision())
    check_schema(empty_database)


def test_all_steps_back_leave_no_table_of_ours(database: Database) -> None:
    empty(database)

    assert tables_of(database) <= {"alembic_version"}
    with pytest.raises(SchemaError, match="found no tables"):
        check_schema(database)
    migrate(database)
    check_schema(database)


def test_all_steps_back_leave_no_function_of_ours(postgres_database: Database) -> None:
    functions = text("SELECT proname FROM pg_proc WHERE proname LIKE 'treuwerk%' ORDER BY proname")

    with postgres_database.reading() as connection:
        before = list(connection.execute(functions).scalars())
    empty(postgres_database)

    assert before == ["treuwerk_append_only", "treuwerk_order", "treuwerk_redeem"]
    with postgres_database.reading() as connection:
        assert list(connection.execute(functions).scalars()) == []


def test_a_database_without_tables_asks_for_migrate(empty_database: Database) -> None:
    with pytest.raises(SchemaError, match=r"found no tables, expected schema .*; run treuwerk migrate"):
        check_schema(empty_database)


@pytest.mark.parametrize("use", [check_schema, migrate])
def test_a_database_of_a_newer_release_is_refused_and_left_alone(database: Database, use: object) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SchemaError, match=r"found schema 9999, expected .* made by a newer release: update this one"):
        use(database)  # type: ignore[operator]

    with database.reading() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


def test_a_refusal_tells_no_password() -> None:
    database = Database("sqlite:///:memory:")
    database.url = database.url.set(password="sesame", username="u")

    with pytest.raises(SchemaError) as error:
        check_schema(database)

    database.close()
    assert "sesame" not in str(error.value)


def test_several_who_migrate_at_once_do_not_stand_in_each_others_way(empty_database: Database) -> None:
    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(migrate, [empty_database] * 3))

    assert sorted(before or "" for before, _ in outcomes) == ["", newest_revision(), newest_revision()]
    check_schema(empty_database)


def test_messages_outlive_the_step_that_puts_them_in_order(database: Database) -> None:
    message = {"account_id": 2, "id": 7, "bucket": 3, "topic": "points_moved", "payload": "{}", "created_at": 5,
               "delivered_at": None}
    step_to(database, command.downgrade, "0004")
    with database.writing() as connection:
        connection.execute(insert(outbox), [message, message | {"account_id": 1, "delivered_at": 6}])

    migrate(database)

    with database.reading() as connection:
        rows = connection.execute(select(outbox).order_by(outbox.c.account_id)).mappings().all()
    assert list(map(dict, rows)) == [message | {"account_id": 1, "delivered_at": 6}, message]


def step_to(database: Database, direction: Callable[[Config, str], None], revision: str) -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.writing() as connection:
        configuration.attributes["connection"] = connection
        direction(configuration, revision)
