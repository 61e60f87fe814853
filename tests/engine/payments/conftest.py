"""Orders with money, on both databases."""

from pathlib import Path

import pytest

from tests.support.ordering import Counter
from tests.support.payments import Till, invoice_counter, till_counter
from treuwerk.store.database import Database


@pytest.fixture
def till() -> Till:
    """A provider that answers as the test says."""
    return Till()


@pytest.fixture
def counter(tmp_path: Path, database: Database, till: Till) -> Counter:
    """Money by the till."""
    return till_counter(tmp_path / "league", database, till)


@pytest.fixture
def by_invoice(tmp_path: Path, database: Database) -> Counter:
    """Money by transfer."""
    return invoice_counter(tmp_path / "league", database)
