"""Queries that go to the driver as they are find what SQLAlchemy finds, in the same transaction."""

import pytest
from sqlalchemy import PickleType, bindparam, event, insert, select, type_coerce
from sqlalchemy.exc import DBAPIError

from treuwerk.store.database import Database
from treuwerk.store.prepared import Prepared
from treuwerk.store.tables import account

ROWS = [{"account_id": number, "bucket": number % 3, "opened_at": number * 10} for number in range(1, 12)]
QUERY = select(account.c.account_id, account.c.opened_at, (account.c.bucket == 1).label("first")).where(
    account.c.account_id.in_(bindparam("ids", expanding=True)), account.c.opened_at > bindparam("after"),
    account.c.bucket.in_([0, 1])).order_by(account.c.account_id.desc()).limit(bindparam("most"))


@pytest.fixture
def filled(database: Database) -> Database:
    """A few accounts."""
    with database.writing() as connection:
        connection.execute(insert(account), ROWS)
    return database


@pytest.mark.parametrize("ids", [[], [3], [4, 6], [3, 4, 6, 7, 9], list(range(1, 12)), list(range(2_000))])
def test_rows_are_those_of_sqlalchemy(filled: Database, ids: list[int]) -> None:
    prepared, values = Prepared(QUERY), {"ids": ids, "after": 10, "most": 4}

    with filled.reading() as connection:
        expected = [tuple(row) for row in connection.execute(QUERY, values)]
        found = [[tuple(row) for row in prepared.rows(connection, **values)] for _ in range(2)]

    assert found == [expected, expected]


def test_values_of_an_earlier_question_are_forgotten(filled: Database) -> None:
    prepared = Prepared(QUERY)

    with filled.reading() as connection:
        first = prepared.rows(connection, ids=[3, 4], after=0, most=9)
        second = prepared.rows(connection, ids=[6, 7], after=65, most=1)

    assert [(row.account_id, row.opened_at, bool(row.first)) for row in first] == [(4, 40, True), (3, 30, False)]
    assert [row.account_id for row in second] == [7]


def test_it_sees_the_state_of_the_transaction_that_it_begins(filled: Database) -> None:
    prepared, values = Prepared(QUERY), {"ids": [1, 3], "after": 0, "most": 9}
    with filled.reading() as connection:
        began = connection.in_transaction()
        before = prepared.rows(connection, **values)

        inside, after = connection.in_transaction(), connection.execute(QUERY, values).all()

    assert (began, inside) == (False, True)
    assert [tuple(row) for row in before] == [tuple(row) for row in after]


def test_who_listens_for_statements_hears_of_it(filled: Database) -> None:
    heard: list[str] = []

    with filled.reading() as connection:
        event.listen(connection, "before_cursor_execute", lambda *told: heard.append(told[2]))
        rows = Prepared(QUERY).rows(connection, ids=[1], after=0, most=1)

    assert [row.account_id for row in rows] == [1]
    assert sum("account" in statement for statement in heard) == 1


def test_errors_are_those_of_sqlalchemy(filled: Database) -> None:
    with filled.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE account RENAME TO elsewhere")

    with filled.reading() as connection, pytest.raises(DBAPIError, match="account"):
        Prepared(QUERY).rows(connection, ids=[1], after=0, most=1)


def test_columns_that_drivers_answer_otherwise_are_refused(filled: Database) -> None:
    query = select(type_coerce(account.c.opened_at, PickleType).label("pickled"))

    with filled.reading() as connection, pytest.raises(AssertionError, match="pickled"):
        Prepared(query).rows(connection)
