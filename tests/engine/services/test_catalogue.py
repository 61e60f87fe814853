"""Catalogues as a source of articles: what they add, what they may not touch, and what a person has to decide."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.samples import samples_folder
from tests.support.worlds import SIX_IN_THE_EVENING, World, make_world
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.services.clearing.catalogue import CatalogueReceipt, import_article_file
from treuwerk.store.database import Database
from treuwerk.store.tables import article

HEAD = f"V 310725{'Maker':<40}{'Catalogue':<75}04EUR"
PLAIN = "[clearing]"
CATALOGUE = """[catalogue]
kinds = { PV = "module", "PV/INV" = "inverter" }
gross_price = "list_price"
net_price = "net_price"
price_base = "price_base"

[clearing]"""


@pytest.fixture
def league(tmp_path: Path, database: Database) -> World:
    """A programme that takes modules and inverters from catalogues, with prices."""
    return make_world(tmp_path / "league", database, other=[(PLAIN, CATALOGUE)])


def imported(world: World, *records: str, dry_run: bool = False) -> CatalogueReceipt:
    """The receipt of a catalogue with these records."""
    path = world.file("DATANORM.001", "\r\n".join((HEAD, *records, "")).encode("cp850"))
    receipt = import_article_file(world.installation, path, SIX_IN_THE_EVENING, dry_run)
    assert isinstance(receipt, CatalogueReceipt)
    return receipt


def counts(receipt: CatalogueReceipt) -> dict[str, int]:
    shown = receipt.as_json()
    return {name: shown[name] for name in ("created", "changed", "unchanged", "rejected", "passed_over") if shown[name]}


def stored(world: World, number: str) -> tuple[str, str, str, dict[str, str]]:
    """Name, kind, GTIN and attributes of an article."""
    [row] = world.rows(select(article.c.name, article.c.kind, article.c.gtin, article.c.attributes)
                       .where(article.c.number == number))
    name, kind, gtin, attributes = map(str, row)
    return name, kind, gtin, json.loads(attributes)


def problems(receipt: CatalogueReceipt) -> list[tuple[Any, Any]]:
    return [(problem["line"], problem["code"]) for problem in receipt.problems]


def test_a_known_article_gets_a_gtin_and_prices_and_keeps_what_the_master_says(league: World) -> None:
    receipt = imported(league, "A;A;SW-M-405;00;Another name;;1;1;PCE;182500;R1;XX;;",
                       "B;A;SW-M-405;;;;0;0;0;9524000041234;;;0;1;;;")

    assert counts(receipt) == {"changed": 1}
    assert stored(league, "SW-M-405") == (
        "Modul 405", "module", "9524000041234", {"wp": "405", "list_price": "182.5", "price_base": "10"})


def test_an_article_is_known_by_its_alias_and_by_its_gtin(league: World) -> None:
    receipt = imported(league, "A;N;M400;00;x;;1;0;PCE;100;;;;", "B;N;WHOLESALE-7;;;;0;0;0;09524000041142;;;0;1;;;",
                       "A;N;WHOLESALE-7;00;x;;2;0;PCE;90;;;;", "B;N;WHOLESALE-7;;;;0;0;0;09524000041142;;;0;1;;;")

    assert counts(receipt) == {"changed": 1}
    assert stored(league, "SW-M-400")[3] == {
        "pieces_per_pallet": "31", "wp": "400", "list_price": "1", "net_price": "0.9", "price_base": "1"}


def test_an_unknown_article_is_taken_in_where_its_group_has_a_kind_and_passed_over_elsewhere(league: World) -> None:
    receipt = imported(league, "A;N;NEW-1;00;Modul 500;schwarz;1;0;PCE;20000;R1;PV;;",
                       "A;N;NEW-2;00;Drill;;1;0;PCE;9900;;TOOL;;",
                       "A;N;NEW-3;00;Inverter;;1;0;PCE;90000;;PV;;", "B;N;NEW-3;;;;0;0;0;0;;INV;0;1;;;")

    assert counts(receipt) == {"created": 2, "passed_over": 1}
    assert stored(league, "NEW-1") == ("Modul 500 schwarz", "module", "", {"list_price": "200", "price_base": "1"})
    assert stored(league, "NEW-3")[1] == "inverter"


def test_the_same_catalogue_again_changes_nothing(league: World) -> None:
    records = ("A;N;NEW-1;00;Modul 500;;1;0;PCE;20000;R1;PV;;", "A;A;SW-M-405;00;x;;1;0;PCE;100;;;;")

    assert counts(imported(league, *records)) == {"created": 1, "changed": 1}
    assert counts(imported(league, *records)) == {"unchanged": 2}


def test_a_dry_run_says_the_same_and_stores_nothing(league: World) -> None:
    records = [*(f"A;N;NEW-{number};00;Modul;;1;0;PCE;20000;R1;PV;;" for number in range(1_500)),
               *(f"P;A;NEW-{number};2;15000;;;;;;;" for number in range(0, 1_500, 100))]
    before = league.rows(select(article))

    rehearsed = imported(league, *records, dry_run=True)

    assert league.rows(select(article)) == before
    assert (rehearsed.dry_run, rehearsed.rejected) == (True, 0)
    assert counts(imported(league, *records))["created"] == 1_500


def test_prices_alone_are_for_as_many_units_as_the_article_said(league: World) -> None:
    imported(league, "A;A;SW-M-405;00;x;;1;2;PCE;1825000;;;;")

    receipt = imported(league, "P;A;SW-M-405;1;1900000;;;;;;;SW-M-400;1;19000;;;;;;;SW-M-405;2;1700000;;;;;;;")

    assert counts(receipt) == {"changed": 1, "rejected": 1}
    assert problems(receipt) == [(2, "price_base_missing")]
    assert stored(league, "SW-M-405")[3] == {
        "wp": "405", "list_price": "190", "net_price": "170", "price_base": "100"}


def test_a_gtin_that_differs_stays_as_the_master_has_it_and_is_told(league: World) -> None:
    receipt = imported(league, "B;A;SW-M-400;;;;0;0;0;9524000049999;;;0;1;;;")

    assert problems(receipt) == [(2, "gtin_differs")]
    assert stored(league, "SW-M-400")[2] == "9524000041142"


def test_what_a_catalogue_deletes_or_renumbers_waits_for_a_person(league: World) -> None:
    receipt = imported(league, "A;L;SW-M-400;00;;;1;0;;0;;;;", "A;X;SW-M-405;00;;;1;0;;0;;;;",
                       "A;L;OTHER;00;x;;1;0;;0;;PV;;")

    assert problems(receipt) == [(2, "deleted"), (3, "renumbered")]
    assert receipt.passed_over == 1
    assert stored(league, "SW-M-400")[0] == "Modul 400"


def test_a_record_that_cannot_be_read_is_named_and_the_others_are_taken(league: World) -> None:
    receipt = imported(league, "A;A;SW-M-405;00;x;;1;0;PCE;1,50;;;;", "A;A;SW-M-400;00;x;;1;0;PCE;100;;;;")

    assert (problems(receipt), receipt.changed) == ([(2, "unreadable")], 1)


def test_without_a_word_in_the_programme_only_missing_gtins_are_taken(tmp_path: Path,
                                                                      sqlite_database: Database) -> None:
    world = make_world(tmp_path / "plain", sqlite_database)

    receipt = imported(world, "A;N;SW-M-405;00;x;;1;0;PCE;100;;PV;;", "B;N;SW-M-405;;;;0;0;0;9524000041234;;;0;1;;;",
                       "A;N;NEW;00;x;;1;0;PCE;100;;PV;;")

    assert counts(receipt) == {"changed": 1, "passed_over": 1}
    assert stored(world, "SW-M-405") == ("Modul 405", "module", "9524000041234", {"wp": "405"})


def test_the_programmes_own_table_is_read_as_before(league: World) -> None:
    path = league.file("articles.csv", "article_number;name;kind\nX-1;Cable;cable\n")

    receipt = import_article_file(league.installation, path, SIX_IN_THE_EVENING)

    assert (type(receipt).__name__, receipt.created) == ("ImportReceipt", 1)


def test_a_file_of_purchases_is_no_catalogue(league: World) -> None:
    path = league.file("a.json", '{"kind": "delivery", "number": "L1", "lines": []}')

    with pytest.raises(UnreadableFile, match="found a document of kind delivery, expected a catalogue"):
        import_article_file(league.installation, path, SIX_IN_THE_EVENING)


def test_a_real_catalogue_is_imported(league: World) -> None:
    path = samples_folder("clearing/datanorm") / "v4_cp850.001"

    receipt = import_article_file(league.installation, path, SIX_IN_THE_EVENING)

    assert isinstance(receipt, CatalogueReceipt)
    assert counts(receipt) == {"passed_over": 1}
