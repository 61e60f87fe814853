"""A shop with a handful of rewards, on both databases."""

from pathlib import Path

import pytest

from tests.support.showcases import Shop, make_shop
from treuwerk.store.database import Database


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Shop:
    """Seven rewards, a participant with 10,000 points, and one with none."""
    return make_shop(tmp_path / "league", database)
