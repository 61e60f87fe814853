"""Two workers at the same file: it is read, what was found is kept once, and nothing is lost."""

from functools import partial
from pathlib import Path

import pytest

from tests.support.crowds import all_at_once
from tests.support.page_readers import read_portal
from tests.support.portal import NOW, Portal
from tests.support.reporting import handed_in
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.reading_pages import read_pages
from treuwerk.store import readings
from treuwerk.store.database import Database


@pytest.fixture
def reading(tmp_path: Path, database: Database) -> Portal:
    """A portal whose pages are read; runs once per database."""
    return read_portal(tmp_path, database)


def read(portal: Portal, public_id: str) -> str:
    """What a worker does with an order that came to two of them."""
    run = portal.installation.database.run
    return read_pages(portal.installation, public_id, 1, lambda: NOW, lambda _, __: None, run)


def test_a_file_that_comes_to_two_workers_is_kept_once(reading: Portal) -> None:
    where = handed_in(reading.signed_in())
    public_id = where.rpartition("/")[2]

    said = all_at_once([partial(read, reading, public_id)] * 3)

    with reading.installation.database.reading() as connection:
        found = submissions.named(connection, public_id)
        [page] = submissions.pages(connection, found)
        kept = readings.fields_of(connection, found.account_id, found.id)
        pages = readings.pages_of(connection, [page.sha256])
    assert set(said) == {"1 of 1 pages read; 14 fields found"}
    assert len(kept) == len({row.place for row in kept}) == 13
    assert [row.state for row in pages] == ["read"]
