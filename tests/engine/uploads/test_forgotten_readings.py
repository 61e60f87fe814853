"""A company is forgotten while its pages are being read: nothing that a machine reads is kept afterwards."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.office import acting
from tests.support.page_readers import read_portal
from tests.support.pictures import pages
from tests.support.portal import NOW, Portal
from tests.support.reporting import begun
from treuwerk.services.submissions import reading_pages
from treuwerk.services.submissions.forgetting_uploads import forget_uploads
from treuwerk.services.submissions.page_recognising import recognise
from treuwerk.services.submissions.reading_pages import read_pages
from treuwerk.store.database import Database
from treuwerk.store.tables import page_reading, read_field


@pytest.fixture
def reading(tmp_path: Path, database: Database) -> Portal:
    """A portal whose pages are read; runs once per database."""
    return read_portal(tmp_path, database)


def forgotten(portal: Portal) -> None:
    forget_uploads(acting(), portal.installation, portal.account("1001"), NOW, reason="Asked for by letter")


def kept(portal: Portal) -> list[object]:
    with portal.installation.database.reading() as connection:
        return [*connection.execute(select(page_reading.c.sha256)), *connection.execute(select(read_field.c.place))]


def test_a_page_that_was_being_read_is_not_kept(reading: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    where = begun(reading.signed_in(), ("scan.pdf", pages(["one", "two"])))

    def meanwhile(*values: object) -> object:
        came = recognise(*values)  # type: ignore[arg-type]
        forgotten(reading)
        return came

    monkeypatch.setattr(reading_pages, "recognise", meanwhile)
    read_pages(reading.installation, where.rpartition("/")[2], 1, lambda: NOW, lambda done, total: None,
               reading.installation.database.run)

    assert kept(reading) == []


def test_what_was_found_is_not_kept_for_a_page_that_went_since(reading: Portal) -> None:
    """The last step comes after the company was forgotten."""
    where = begun(reading.signed_in())

    def last_step(work: object) -> None:
        forgotten(reading)
        reading.installation.database.run(work)  # type: ignore[arg-type]

    read_pages(reading.installation, where.rpartition("/")[2], 1, lambda: NOW, lambda done, total: None, last_step)

    assert kept(reading) == []
