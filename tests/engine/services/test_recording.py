"""The database writes the canonical text of a transaction exactly as Python does."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text

from tests.engine.services.conftest import NewDatabase
from tests.support.guarded import switch_guards_off
from treuwerk.domain.records import record
from treuwerk.store.database import Database
from treuwerk.store.journal import entries
from treuwerk.store.recording import sealed_records
from treuwerk.store.tables import journal, lot_use, posting, sealed

WHOLE = st.integers(-(2**63), 2**63 - 1)
MAYBE = st.none() | WHOLE
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30) | st.text(
    st.sampled_from('\x01\x08\t\n\x0b\x0c\r\x1f\x7f\x80\u2028"\\/%:{}äß€😀'), max_size=12)
NAME = st.sampled_from(["bonus", "status", "participant", "held", "a-b", "%d", "Öl"])
LEG = st.tuples(NAME, NAME, WHOLE.filter(bool), MAYBE, MAYBE, MAYBE)
USE = st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(1, 3), WHOLE.filter(bool))
TRANSACTION = st.fixed_dictionaries({
    "kind": NAME, "business_key": TEXT, "occurred_on": st.dates().map(str), "booked_at": WHOLE, "actor": TEXT,
    "cause": TEXT, "evidence": st.text("0123456789abcdef", max_size=32),
    "explanation": st.sampled_from(["[]", "null", '[{"line":1,"x":"%s \\"ä\\" \\\\ {}"}]']), "refers_to": MAYBE})


@pytest.fixture(scope="module")
def new_database_once(new_database: NewDatabase) -> Any:
    """One database for all examples; its guards are off, so that each example begins with empty books."""
    with new_database() as database:
        switch_guards_off(database)
        yield database


@settings(max_examples=150)
@given(transactions=st.lists(st.tuples(TRANSACTION, st.lists(LEG, max_size=3), st.lists(USE, max_size=4)), max_size=3))
def test_the_database_and_python_write_the_same_text(new_database_once: Database, transactions: list[Any]) -> None:
    store(new_database_once, transactions)

    with new_database_once.reading() as connection:
        by_python = [(entry.sequence, entry.row.kind, entry.row.explanation,
                      record(entry.row, entry.postings, entry.uses)) for entry in entries(connection)]
        by_database = [tuple(row) for row in sealed_records(connection, 1, 10)]

    assert len(by_python) == len(transactions)
    assert by_database == by_python


def store(database: Database, transactions: list[Any]) -> None:
    """These transactions, and no others."""
    with database.writing() as connection:
        for table in (journal, posting, lot_use, sealed):
            connection.execute(text(f"DELETE FROM {table.name}"))
        for number, (row, legs, uses) in enumerate(transactions, start=1):
            connection.execute(insert(journal).values(account_id=-7, id=number, **row | {
                "business_key": f"{number}{row['business_key']}"}))
            for line, (book, unit, amount, active, expires, keeps) in enumerate(legs, start=1):
                connection.execute(insert(posting).values(
                    account_id=-7, transaction_id=number, line=line, book=book, unit=unit, amount=amount,
                    active_from=active, expires_at=expires, keeps_until=keeps))
            for line, lot_id, lot_line, amount in {use[:3]: use for use in uses}.values():
                connection.execute(insert(lot_use).values(
                    account_id=-7, transaction_id=number, line=line, lot_transaction_id=lot_id, lot_line=lot_line,
                    book="participant", amount=amount))
            connection.execute(insert(sealed).values(sequence=number, account_id=-7, transaction_id=number))
