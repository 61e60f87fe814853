"""The database writes and hashes the canonical texts of transactions exactly as Python does."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, text

from tests.engine.conftest import NewDatabase
from tests.support.guarded import switch_guards_off
from treuwerk.domain.records import Digest, record
from treuwerk.store.database import Database
from treuwerk.store.journal import entries
from treuwerk.store.recording import sealed_records
from treuwerk.store.sealed_tables import sealed_tables
from treuwerk.store.tables import journal, lot_use, posting, seal, sealed

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
        _keep_plans(database)
        yield database


def _keep_plans(database: Database) -> None:
    """Nobody counts rows in between: of the few here PostgreSQL would choose other ways, whose order proves nothing."""
    if database.is_sqlite:
        return
    with database.writing() as connection:
        for table in (journal, posting, lot_use, sealed, seal):
            connection.execute(text(f"ALTER TABLE {table.name} SET (autovacuum_enabled = false)"))


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


@settings(max_examples=150)
@given(transactions=st.lists(st.tuples(TRANSACTION, st.lists(LEG, max_size=3), st.lists(USE, max_size=4)), max_size=6),
       sizes=st.lists(st.integers(1, 4), max_size=3))
def test_the_database_and_python_make_the_same_digests(new_database_once: Database, transactions: list[Any],
                                                       sizes: list[int]) -> None:
    seals = store(new_database_once, transactions, sizes)

    with new_database_once.reading() as connection:
        by_python = {number: digest_of(connection, first, last) for number, first, last in seals}
        by_database = {found.number: found.digest for found in sealed_tables(connection, 1, len(seals))}

    assert by_database == {number: digest for number, digest in by_python.items() if digest != Digest().hexadecimal()}


def digest_of(connection: Connection, first: int, last: int) -> str:
    digest = Digest()
    for entry in entries(connection, first, last):
        digest.add(entry.row, entry.postings, entry.uses)
    return digest.hexadecimal()


def store(database: Database, transactions: list[Any], sizes: Sequence[int] = ()) -> list[tuple[int, int, int]]:
    """These transactions, and no others, under seals of these sizes; returns number, first and last of each."""
    ends = [0, *accumulate(sizes)]
    seals = [(number, first + 1, last) for number, (first, last) in enumerate(pairwise(ends), start=1)]
    with database.writing() as connection:
        for table in (journal, posting, lot_use, sealed, seal):
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
        for number, first, last in seals:
            connection.execute(insert(seal).values(number=number, first_sequence=first, last_sequence=last, digest="",
                                                   previous_head=f"{number}", head="", sealed_at=0))
    return seals
