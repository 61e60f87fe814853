"""A ledger for many examples: accounts know nothing of each other, so one database serves all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.conftest import NewDatabase, new_database
from tests.support.ledger_worlds import LedgerWorld, make_ledger_world
from treuwerk.store.database import Database

__all__ = ["new_database"]


@pytest.fixture(scope="module")
def ledger(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerWorld]:
    """The programme of all units; runs once per database."""
    with new_database() as database:
        yield make_ledger_world(tmp_path_factory.mktemp("league"), database)



@pytest.fixture
def postgres_ledger(tmp_path: Path, postgres_database: Database) -> LedgerWorld:
    """The same where several can write at once."""
    return make_ledger_world(tmp_path / "league", postgres_database)
