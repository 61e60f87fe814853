"""Search words: what is typed finds what is stored, and everybody who writes keeps the words."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select

from tests.support.portal import PROGRAMME, Portal, at, open_portal
from treuwerk.domain.folding import number_words, sortable_number, words_of
from treuwerk.services.changes.merging import merge
from treuwerk.services.changes.unmerging import unmerge
from treuwerk.services.clearing.importing import import_participants
from treuwerk.store.database import Database
from treuwerk.store.migrating import _configuration, migrate
from treuwerk.store.search import differing, hits
from treuwerk.store.tables import participant

HEAD = "customer_number;name;group;country;locale;email;street;postcode;city;identifiers\n"
MORE = """2001;Süd-Dach Mueller;partner;DE;de;info@sueddach.example;Königstraße 7;80331;München;gln:4012345000009
2002;Muller Énergie;partner;FR;fr;bonjour@muller.example;Rue Haute 3;67000;Straßburg;
"""


@pytest.fixture
def filled(empty_portal: Portal) -> Portal:
    """Four companies, and a person of one of them."""
    path = empty_portal.folder / "more.csv"
    path.write_text(HEAD + MORE, "utf-8")
    import_participants(empty_portal.installation, path, 10)
    empty_portal.attend("2026-09-10", "ROOF-1;2026-09-09;1001;Anna Berg;yes")
    return empty_portal


def found(portal: Portal, typed: str) -> set[str]:
    with portal.installation.database.reading() as connection:
        names = {row.account_id: row.name for row in connection.execute(select(participant))}
        return {names[hit.account_id] for hit in hits(connection, words_of(typed), 100)}


@pytest.mark.parametrize("typed", ["Müller", "mueller", "MULLER", "mul", "Mül"])
def test_every_way_of_writing_an_umlaut_finds_all_of_them(filled: Portal, typed: str) -> None:
    assert found(filled, typed) == {"Müller & Söhne <Solar>", "Süd-Dach Mueller", "Muller Énergie"}


@pytest.mark.parametrize(("typed", "name"), [
    ("2002", "Muller Énergie"), ("energie", "Muller Énergie"), ("koenigstrasse", "Süd-Dach Mueller"),
    ("80331 münch", "Süd-Dach Mueller"), ("info@sueddach", "Süd-Dach Mueller"), ("4012345", "Süd-Dach Mueller"),
    ("berg anna", "Müller & Söhne <Solar>"), ("lane 2", "Other Roofs Ltd")])
def test_number_street_mail_and_person_find_the_company(filled: Portal, typed: str, name: str) -> None:
    assert found(filled, typed) == {name}


def test_all_words_must_be_there(filled: Portal) -> None:
    assert found(filled, "muller dublin") == set()
    assert found(filled, "") == set()


def test_everybody_who_writes_master_data_keeps_the_words(filled: Portal) -> None:
    path = filled.folder / "changed.csv"
    path.write_text(HEAD + "2001;Nordlicht;partner;DE;de;;;;Kiel;gln:4099999000001\n", "utf-8")
    database, now = filled.installation.database, at("2026-10-01")

    import_participants(filled.installation, path, now)
    given_up, into = filled.account("1001"), filled.account("2002")
    merge(filled.installation, given_up, into, now, actor="Ada Lovelace")
    assert found(filled, "1001") == {"Muller Énergie"}
    unmerge(filled.installation, given_up, now, actor="Ada Lovelace")

    with database.reading() as connection:
        accounts = list(connection.execute(select(participant.c.account_id)).scalars())
        assert differing(connection, accounts) == []
    assert found(filled, "sued dach") == set()
    assert found(filled, "nordlicht kiel") == {"Nordlicht"}
    assert found(filled, "1001") == {"Müller & Söhne <Solar>"}


def test_words_are_bounded_and_numbers_lose_their_zeros() -> None:
    assert words_of("ß Ø Œuvre İstanbul") == ["ss", "o", "ouvre", "istanbul"]
    assert max(len(word) for word in words_of("x" * 1000)) == 60
    assert "77" in number_words("00-77")
    assert sortable_number("9") < sortable_number("010") < sortable_number("11")


def test_an_older_database_gets_its_words(tmp_path: Path, empty_database: Database) -> None:
    migrate(empty_database)
    portal = open_portal(tmp_path, empty_database, PROGRAMME)
    with empty_database.writing() as connection:
        configuration = _configuration()
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, "0004")

    migrate(empty_database)

    assert found(portal, "other roofs") == {"Other Roofs Ltd"}
