"""The rules of keys that keep every table ready for a sharded database, held over the metadata.

Account-owned tables carry the account's id as the first column of every key, so that a database can be cut along it.
"""

import pytest
from sqlalchemy import Boolean, ForeignKeyConstraint, Integer, Sequence, Table, UniqueConstraint, insert, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import sqltypes

from treuwerk.store.database import Database
from treuwerk.store.faults import DatabaseReadOnly
from treuwerk.store.tables import Home, journal, metadata

TABLES = [pytest.param(table, id=name) for name, table in metadata.tables.items()]
ACCOUNT_TABLES = [pytest.param(table, id=name) for name, table in metadata.tables.items()
                  if table.info["home"] is Home.ACCOUNT]
OWNER = "account_id"


@pytest.mark.parametrize("table", TABLES)
def test_every_table_says_where_it_lives(table: Table) -> None:
    assert isinstance(table.info.get("home"), Home)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_a_primary_key(table: Table) -> None:
    assert list(table.primary_key.columns)


@pytest.mark.parametrize("table", ACCOUNT_TABLES)
def test_the_primary_key_of_an_account_table_begins_with_the_account(table: Table) -> None:
    assert next(iter(table.primary_key.columns)).name == OWNER


@pytest.mark.parametrize("table", ACCOUNT_TABLES)
def test_what_is_unique_in_an_account_table_is_unique_per_account(table: Table) -> None:
    unique = [list(constraint.columns) for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    unique += [list(index.columns) for index in table.indexes if index.unique]

    assert [columns[0].name for columns in unique] == [OWNER] * len(unique)


@pytest.mark.parametrize("table", TABLES)
def test_foreign_keys_stay_within_an_account_or_lead_to_copied_tables(table: Table) -> None:
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint):
            target = constraint.referred_table
            if target.info["home"] is not Home.REFERENCE:
                assert next(iter(constraint.columns)).name == OWNER
                assert constraint.elements[0].column.name == OWNER


@pytest.mark.parametrize("table", TABLES)
def test_the_application_makes_all_ids(table: Table) -> None:
    for column in table.columns:
        assert column.autoincrement in (False, "auto")
        assert not (column.primary_key and column.autoincrement is not False), f"{table.name}.{column.name}"
        assert not isinstance(column.default, Sequence)
        assert column.identity is None
        assert column.server_default is None


@pytest.mark.parametrize("table", TABLES)
def test_the_account_has_the_same_type_everywhere(table: Table) -> None:
    if OWNER in table.columns:
        assert isinstance(table.columns[OWNER].type, sqltypes.BigInteger)


@pytest.mark.parametrize("table", [table for table in TABLES if table.values[0].info["home"] is Home.LOOKUP])  # type: ignore[union-attr]
def test_a_lookup_is_keyed_by_its_value_not_by_an_account(table: Table) -> None:
    assert next(iter(table.primary_key.columns)).name != OWNER


@pytest.mark.parametrize("table", TABLES)
def test_numbers_are_whole_there_is_no_floating_point(table: Table) -> None:
    for column in table.columns:
        assert isinstance(column.type, Integer | sqltypes.Text | Boolean), f"{table.name}.{column.name}"
        assert not isinstance(column.type, sqltypes.Float)


@pytest.mark.parametrize("table", TABLES)
def test_sqlite_keeps_types_strictly(table: Table) -> None:
    assert table.dialect_options["sqlite"]["strict"] is True


def test_a_name_is_used_for_one_index_only() -> None:
    names = [index.name for table in metadata.tables.values() for index in table.indexes]

    assert len(names) == len(set(names))


def test_the_migrated_schema_is_the_schema_of_the_metadata(database: Database) -> None:
    inspector = inspect(database.engine)

    for name, table in metadata.tables.items():
        assert [column["name"] for column in inspector.get_columns(name)] == list(table.columns.keys()), name
        assert inspector.get_pk_constraint(name)["constrained_columns"] == list(table.primary_key.columns.keys()), name
        assert {index["name"] for index in inspector.get_indexes(name) if not index.get("duplicates_constraint")} \
            == {index.name for index in table.indexes}, name
        assert {tuple(unique["column_names"]) for unique in inspector.get_unique_constraints(name)} == {
            tuple(constraint.columns.keys()) for constraint in table.constraints
            if isinstance(constraint, UniqueConstraint)}, name


def journal_row(**values: object) -> dict[str, object]:
    return {"account_id": 1, "id": 1, "kind": "accrual", "business_key": "a", "occurred_on": "2026-01-01",
            "booked_at": 1, "actor": "", "cause": "", "evidence": "", "explanation": "", "refers_to": None, **values}


@pytest.mark.parametrize(("column", "value"), [("booked_at", "abc"), ("id", "7x"), ("booked_at", None)])
def test_a_number_column_takes_no_text(database: Database, column: str, value: object) -> None:
    with pytest.raises(DBAPIError), database.writing() as connection:
        connection.execute(insert(journal), journal_row(**{column: value}))

    with database.reading() as connection:
        assert connection.execute(journal.select()).all() == []


def test_a_number_column_of_sqlite_takes_no_fraction(sqlite_database: Database) -> None:
    with pytest.raises(DBAPIError), sqlite_database.writing() as connection:
        connection.execute(insert(journal), journal_row(booked_at=1.5))


def test_a_business_key_is_booked_once_per_account(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(journal), [journal_row(), journal_row(account_id=2)])

    with pytest.raises(DBAPIError), database.writing() as connection:
        connection.execute(insert(journal), journal_row(id=2))


@pytest.mark.parametrize("number", [2**63 - 1, -2**63])
def test_numbers_of_64_bits_come_back_as_they_were(database: Database, number: int) -> None:
    with database.writing() as connection:
        connection.execute(insert(journal), journal_row(booked_at=number))

    with database.reading() as connection:
        assert connection.execute(journal.select()).one().booked_at == number


def test_a_broken_transaction_leaves_nothing(database: Database) -> None:
    def half_of_a_booking() -> None:
        with database.writing() as connection:
            connection.execute(insert(journal), journal_row())
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        half_of_a_booking()

    with database.reading() as connection:
        assert connection.execute(journal.select()).all() == []


def test_reading_cannot_write(postgres_database: Database) -> None:
    with pytest.raises(DatabaseReadOnly), postgres_database.reading() as connection:
        connection.execute(insert(journal), journal_row())
