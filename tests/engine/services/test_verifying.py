"""The proof of the ledger: green on what was cleared, red as soon as anyone changes a row behind its back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Table, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from tests.engine.conftest import NewDatabase
from tests.support.guarded import switch_guards_off
from tests.support.worlds import SIX_IN_THE_EVENING, World, line, lines, make_world
from treuwerk.services.proof.verifying import verify
from treuwerk.store import tables
from treuwerk.store.tables import metadata

PROVEN = (tables.journal, tables.posting, tables.lot, tables.balance, tables.balance_delta, tables.sealed, tables.seal,
          tables.purchase_identity, tables.purchase_line, tables.activity, tables.outbox, tables.clearing_run)
# What no law can tell: marks of work, surrogate ids, and what only the receipt of a run holds.
UNPROVEN = {
    "balance.version",  # counts changes, for nobody but the one who changes
    "outbox.id", "outbox.delivered_at",
    "seal.sealed_at",  # not part of the chain: only that it is not before the bookings
    "purchase_line.place",  # only finds the line of a number that a document repeats
    "purchase_line.source", "purchase_line.at_line",  # of lines that earned nothing; other lines name them as cause
    "clearing_run.source", "clearing_run.file", "clearing_run.sha256", "clearing_run.actor", "clearing_run.started_at",
    "clearing_run.finished_at", "clearing_run.cursor", "clearing_run.documents", "clearing_run.points",
}
COLUMNS = [column for table in PROVEN for column in table.columns]


@pytest.fixture(scope="module")
def proven(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world with all that a cleared database can hold; whoever changes it puts it right again."""
    with new_database() as database:
        world = make_world(tmp_path_factory.mktemp("league"), database)
        world.clear([line("LS-1"), line("LS-2", customer_number="10109"), line("LS-3", article_number="SW-W-10H"),
                     line("LS-4", customer_number="777"), line("LS-5", scope="KOMPLETT"), line("LS-1")])
        world.attendance("seminar_code;held_on;participant;person;attended\nS-1;2026-05-04;10017;Ada Lovelace;yes\n",
                         now=SIX_IN_THE_EVENING + 1)
        world.clear(lines(3), name="later.csv", now=SIX_IN_THE_EVENING + 2)
        switch_guards_off(database)  # whoever owns the database can
        yield world


def violated_laws(world: World) -> dict[str, str]:
    """What does not hold, although the guards are off."""
    return world.violated(apart_from="append_only_guards_are_there")


def other(column: "Column[Any]", value: Any) -> Any:
    if column.name == "open":
        return not value if isinstance(value, bool) else 1 - value
    if isinstance(value, str):
        return f"{value}x"
    return 1 if value is None else value + 1


def rows_of(world: World, table: Table) -> list[dict[str, Any]]:
    with world.database.reading() as connection:
        return [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key))]


def this(table: Table, row: dict[str, Any]) -> Any:
    return and_(*(column == row[column.name] for column in table.primary_key))


def violated_while(world: World, change: Any, back: Any) -> dict[str, str] | None:
    """The laws that a change breaks; None where the database itself refuses the change."""
    try:
        with world.database.writing() as connection:
            connection.execute(change)
    except IntegrityError:
        return None
    violated = violated_laws(world)
    with world.database.writing() as connection:
        connection.execute(back)
    return violated


def test_a_cleared_database_is_proven(proven: World) -> None:
    verdict = verify(proven.database)

    assert violated_laws(proven) == {}
    assert verdict.transactions == 6
    assert not verdict.could_not_run


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_a_changed_cell_breaks_a_law(proven: World, column: "Column[Any]") -> None:
    table = column.table
    assert isinstance(table, Table)

    found = []
    for row in rows_of(proven, table):
        changed = row | {column.name: other(column, row[column.name])}
        found.append(violated_while(proven,
                                    update(table).where(this(table, row)).values({column: changed[column.name]}),
                                    update(table).where(this(table, changed)).values({column: row[column.name]})))

    assert found
    assert all(laws is None or laws for laws in found) or str(column) in UNPROVEN
    assert violated_laws(proven) == {}


@pytest.mark.parametrize("column", sorted(UNPROVEN))
def test_what_is_said_to_be_unproven_is_unproven(proven: World, column: str) -> None:
    table, name = metadata.tables[column.split(".", maxsplit=1)[0]], column.split(".")[1]

    found = [violated_while(proven,
                            update(table).where(this(table, row)).values({name: other(table.c[name], row[name])}),
                            update(table).where(this(table, row | {name: other(table.c[name], row[name])} if
                                                     table.c[name].primary_key else row)).values({name: row[name]}))
             for row in rows_of(proven, table)]

    assert {} in found, "a law knows it now: take it off the list"


@pytest.mark.parametrize("table", PROVEN, ids=str)
def test_a_deleted_row_breaks_a_law(proven: World, table: Table) -> None:
    found = [violated_while(proven, delete(table).where(this(table, row)), insert(table).values(row))
             for row in rows_of(proven, table)]

    assert found
    assert all(found), found
    assert violated_laws(proven) == {}


@pytest.mark.parametrize("table", PROVEN, ids=str)
def test_an_inserted_row_breaks_a_law(proven: World, table: Table) -> None:
    row = rows_of(proven, table)[-1]
    keys = {column.name: other(column, row[column.name]) for column in table.primary_key}
    unique = {column.name: other(column, row[column.name]) for column in table.columns
              if column.name in ("previous_head", "business_key")}
    foreign = row | keys | unique

    laws = violated_while(proven, insert(table).values(foreign), delete(table).where(this(table, foreign)))

    # A run without lines is no untruth.
    assert laws is None or laws or table is tables.clearing_run
    assert violated_laws(proven) == {}


@pytest.mark.parametrize("table", PROVEN, ids=str)
def test_an_emptied_table_breaks_a_law(proven: World, table: Table) -> None:
    rows = rows_of(proven, table)

    with proven.database.writing() as connection:
        connection.execute(delete(table))
    violated = violated_laws(proven)
    with proven.database.writing() as connection:
        connection.execute(insert(table), rows)

    assert violated
    assert violated_laws(proven) == {}


def test_points_out_of_nothing_that_balance_are_found(proven: World) -> None:
    posting, lot, balance = tables.posting, tables.lot, tables.balance
    row = next(row for row in rows_of(proven, posting) if row["book"] == "participant")
    of = and_(posting.c.account_id == row["account_id"], posting.c.transaction_id == row["transaction_id"],
              posting.c.unit == row["unit"])
    with proven.database.writing() as connection:
        connection.execute(update(posting).where(of).values(amount=posting.c.amount * 2))
        connection.execute(update(lot).where(this(lot, row))
                           .values(amount=lot.c.amount * 2, remaining=lot.c.amount * 2))
        connection.execute(update(balance)
                           .where(balance.c.account_id == row["account_id"], balance.c.unit == row["unit"])
                           .values(posted=balance.c.posted + row["amount"]))

    violated = violated_laws(proven)

    with proven.database.writing() as connection:
        connection.execute(update(posting).where(of, posting.c.book == "participant").values(amount=row["amount"]))
        connection.execute(update(posting).where(of, posting.c.book != "participant").values(amount=-row["amount"]))
        connection.execute(update(lot).where(this(lot, row)).values(remaining=row["amount"], amount=row["amount"]))
        connection.execute(update(balance)
                           .where(balance.c.account_id == row["account_id"], balance.c.unit == row["unit"])
                           .values(posted=balance.c.posted - row["amount"]))
    assert "chain_of_seals" in violated
    assert "explanations_fold_to_their_points" in violated
    assert violated_laws(proven) == {}


def test_verify_changes_nothing(proven: World) -> None:
    before = {table.name: rows_of(proven, table) for table in metadata.sorted_tables if list(table.primary_key)}

    verify(proven.database)

    assert {table.name: rows_of(proven, table) for table in metadata.sorted_tables if list(table.primary_key)} == before


def test_verify_sees_one_state_while_another_process_writes(tmp_path: Path, postgres_database: Any) -> None:
    world = make_world(tmp_path / "league", postgres_database)
    world.clear(lines(50))

    with world.database.writing() as connection:
        connection.execute(update(tables.balance).values(posted=tables.balance.c.posted + 1))
        verdict = verify(world.database)
        connection.rollback()

    assert verdict.ok


def test_a_law_that_cannot_be_checked_is_no_law_that_holds(tmp_path: Path, database: Any) -> None:
    world = make_world(tmp_path / "league", database)
    with world.database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE lot_use")

    verdict = verify(world.database)

    assert not verdict.ok
    assert verdict.could_not_run
