"""Master data by file: what is new, changed, unchanged or wrong, and that a file only says what it says."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from tests.support.spreadsheets import spreadsheet
from tests.support.worlds import ARTICLES, PARTICIPANTS, SIX_IN_THE_EVENING, World, make_world
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.services.clearing.importing import import_participants
from treuwerk.services.master_files import ImportReceipt
from treuwerk.store.database import Database
from treuwerk.store.tables import article, article_alias, identifier, participant

HEAD = "customer_number;name;group;country;locale;email;street;postcode;city;identifiers\n"


@pytest.fixture
def empty(tmp_path: Path, database: Database) -> World:
    return make_world(tmp_path / "league", database, filled=False)


def counts(receipt: ImportReceipt) -> dict[str, int]:
    shown = receipt.as_json()
    return {name: shown[name] for name in ("created", "changed", "unchanged", "rejected") if shown[name]}


def test_participants_are_created_changed_and_left_alone(empty: World) -> None:
    first = empty.participants(PARTICIPANTS)
    same = empty.participants(PARTICIPANTS)
    changed = empty.participants(PARTICIPANTS.replace("Donnelly Renewables", "Donnelly Solar Ltd"))

    assert counts(first) == {"created": 3}
    assert counts(same) == {"unchanged": 3}
    assert counts(changed) == {"changed": 1, "unchanged": 2}
    assert ("Donnelly Solar Ltd", 2) in empty.rows(select(participant.c.name, participant.c.version))


def test_articles_are_created_changed_and_left_alone(empty: World) -> None:
    first = empty.articles(ARTICLES)
    same = empty.articles(ARTICLES)
    changed = empty.articles(ARTICLES.replace(";M400;", ";M400|SW400;"))

    assert counts(first) == {"created": 3}
    assert counts(same) == {"unchanged": 3}
    assert counts(changed) == {"changed": 1, "unchanged": 2}
    assert empty.rows(select(article_alias.c.alias).order_by("alias")) == [("M400",), ("SW400",)]


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_dry_run_of_an_import_stores_nothing_and_counts_the_same(empty: World, dry_run: bool) -> None:
    before = empty.counts()

    receipts = [empty.participants(PARTICIPANTS, dry_run=True), empty.articles(ARTICLES, dry_run=True)]

    assert [counts(receipt) for receipt in receipts] == [{"created": 3}, {"created": 3}]
    assert empty.counts() == before


@pytest.mark.parametrize(("row", "code", "named"), [
    ("1;;certified;DE;de;;;;;", "empty_cell", "column name: found nothing"),
    (";A;certified;DE;de;;;;;", "empty_cell", "column customer_number"),
    ("1;A;gold;DE;de;;;;;", "unknown_value", "column group: found 'gold', expected one of certified, installer"),
    ("1;A;certified;DE;xx;;;;;", "unknown_value", "column locale: found 'xx', expected one of de"),
    ("1;A;certified;DE;de;;;;;gln4012", "bad_identifier", "found 'gln4012', expected scheme:value"),
    ("1;A;certified;DE;de;;;;;gln:", "bad_identifier", "expected scheme:value"),
    ("1;A;certified;DE;de", "wrong_width", "found 5 cells, expected 10"),
    ("1;A;certified;DE;de;;;;;gln:4012345000009", "taken", "gln 4012345000009 belongs to another participant"),
    ('1;"A;certified;DE;de;;;;;', "stray_quote", "quote"),
    (f"{'K9' * 2_000};A;certified;DE;de;;;;;", "too_long", "expected at most 200"),
])
def test_a_bad_row_is_named_and_the_good_ones_are_kept(world: World, row: str, code: str, named: str) -> None:
    receipt = world.participants(
        f"{HEAD}20001;Gut GmbH;installer;DE;de;;;;;\n{row}\n20002;Besser GmbH;installer;;;;;;;\n")

    assert counts(receipt) == {"created": 2, "rejected": 1}
    assert (receipt.problems[0]["line"], receipt.problems[0]["code"]) == (3, code)
    assert named in receipt.problems[0]["reason"]


@pytest.mark.parametrize(("row", "code", "named"), [
    ("A;;module;;;;", "empty_cell", "column name"),
    ("A;A;module;four;;;", "bad_attribute", "column wp: found 'four'"),
    ("A;A;module;;9,52E+12;;", "bad_gtin", "format the column as text"),
    ("A;A;module;;;M400;", "taken", "alias M400 belongs to article SW-M-400"),
    ("SW-M-1;A;module;1", "wrong_width", "found 4 cells, expected 7"),
])
def test_a_bad_article_is_named_and_the_good_ones_are_kept(world: World, row: str, code: str, named: str) -> None:
    receipt = world.articles(f"article_number;name;kind;wp;gtin;aliases;pieces_per_pallet\n{row}\nB;B;module;1;;;\n")

    assert counts(receipt) == {"created": 1, "rejected": 1}
    assert (receipt.problems[0]["line"], receipt.problems[0]["code"]) == (2, code)
    assert named in receipt.problems[0]["reason"]


def test_a_number_twice_in_a_file_is_named_with_the_first_line(empty: World) -> None:
    receipt = empty.participants("customer_number;name;group\n1;A;installer\n001;B;installer\n")

    assert counts(receipt) == {"created": 1, "rejected": 1}
    assert receipt.problems[0]["reason"].startswith("1 stands in line 2 already")
    assert empty.rows(select(participant.c.name)) == [("A",)]


def test_one_identifier_for_two_of_a_file_goes_to_the_first(empty: World) -> None:
    receipt = empty.participants("customer_number;name;group;identifiers\n1;A;installer;gln:7\n2;B;installer;gln:7\n")

    assert counts(receipt) == {"created": 1, "rejected": 1}
    assert receipt.problems[0]["code"] == "taken"


def test_a_second_customer_number_that_has_a_row_of_its_own_is_refused(empty: World) -> None:
    receipt = empty.participants(
        "customer_number;name;group;identifiers\n1;A;installer;customer_number:2\n2;B;installer;\n")

    assert counts(receipt) == {"created": 1, "rejected": 1}
    assert (receipt.problems[0]["line"], receipt.problems[0]["code"]) == (3, "taken")


def test_a_new_identifier_is_a_change(world: World) -> None:
    receipt = world.participants(
        "customer_number;name;group;identifiers\n10109;Donnelly Renewables;installer;vat:IE1\n")

    assert counts(receipt) == {"changed": 1}
    assert ("vat", "IE1") in world.rows(select(identifier.c.scheme, identifier.c.value))


def test_who_is_blocked_stays_blocked_when_the_file_says_nothing_of_it(world: World) -> None:
    receipt = world.participants("customer_number;name;group\n10200;Gesperrt & Söhne;installer\n")

    assert counts(receipt) == {"unchanged": 1}
    assert world.rows(select(participant.c.status).where(participant.c.name.startswith("Gesperrt"))) == [("blocked",)]


def test_columns_that_a_file_does_not_have_are_left_as_they_are(world: World) -> None:
    world.participants(f"{HEAD}30000;Voll GmbH;installer;FR;de;a@b.example;Rue 1;75000;Paris;\n")
    world.participants("customer_number;name;group\n30000;Voll SARL;installer\n")
    world.articles("article_number;name;kind\nSW-M-400;Modul 400 neu;module\n")

    assert world.rows(select(participant.c.name, participant.c.email, participant.c.city, participant.c.country)
                      .where(participant.c.postcode == "75000")) == [("Voll SARL", "a@b.example", "Paris", "FR")]
    assert world.rows(select(article.c.name, article.c.gtin).where(article.c.number == "SW-M-400")) == [
        ("Modul 400 neu", "9524000041142")]
    assert world.rows(select(article_alias.c.alias)) == [("M400",)]


def test_attributes_are_kept_until_their_column_says_otherwise(world: World) -> None:
    world.articles("article_number;name;kind;wp\nSW-M-400;Modul 400;module;410\n")
    kept = world.rows(select(article.c.attributes).where(article.c.number == "SW-M-400"))
    world.articles("article_number;name;kind;pieces_per_pallet\nSW-M-400;Modul 400;module;\n", name="again.csv")
    taken_away = world.rows(select(article.c.attributes).where(article.c.number == "SW-M-400"))

    assert (kept, taken_away) == ([('{"pieces_per_pallet": "31", "wp": "410"}',)], [('{"wp": "410"}',)])


def test_a_missing_column_is_named_with_the_one_that_was_meant(world: World) -> None:
    with pytest.raises(UnreadableFile, match=r"customer_number \(did you mean customer_numer\?\)"):
        world.participants("customer_numer;name;group\n1;A;installer\n")


def test_a_file_in_another_encoding_is_named_line_by_line(world: World) -> None:
    receipt = world.participants("customer_number;name;group\n1;Müller;installer\n2;Meier;installer\n".encode("cp1252"))

    assert counts(receipt) == {"created": 1, "rejected": 1}
    assert receipt.problems[0]["code"] == "bad_encoding"


def test_a_spreadsheet_is_read_like_a_text_file(empty: World) -> None:
    people = empty.participants(spreadsheet([["customer_number", "name", "group", "since"],
                                             [10017, "Sonnendach & Söhne", "certified", "2019"]]), name="p.xlsx")
    articles = empty.articles(spreadsheet([["article_number", "name", "kind", "wp", "gtin"],
                                           ["SW-M-4", "Modul", "module", 400.5, 9524000041142]]), name="a.XLSX")

    assert counts(people) == counts(articles) == {"created": 1}
    assert empty.rows(select(identifier.c.value)) == [("10017",)]
    assert empty.rows(select(article.c.gtin, article.c.attributes)) == [("9524000041142", '{"wp": "400.5"}')]


def test_lines_of_a_spreadsheet_are_counted_as_its_program_shows_them(empty: World) -> None:
    receipt = empty.participants(spreadsheet([["customer_number", "name", "group"], ["1", "A", "gold"]], first_row=4),
                                 name="p.xlsx")

    assert [problem["line"] for problem in receipt.problems] == [5]


def test_what_only_looks_like_a_spreadsheet_is_refused(empty: World) -> None:
    with pytest.raises(UnreadableFile, match=r"p\.xlsx: not a readable archive"):
        empty.participants(b"PK\3\4 torn", name="p.xlsx")


def test_days_and_truths_of_a_spreadsheet_make_an_attendance(world: World) -> None:
    receipt = world.attendance(spreadsheet([
        ["seminar_code", "held_on", "participant", "person", "attended"],
        ["S-1", (46146,), 10017, "Ada Lovelace", True], ["S-1", (46146,), 10017, "Bo Ek", False]]), name="list.xlsx")

    assert counts(receipt) == {"created": 1, "unchanged": 1}
    assert receipt.points == {"bonus": 500}


def test_thousands_of_rows_are_imported_in_one_go(empty: World) -> None:
    rows = "".join(f"{number};Firma {number};installer;gln:{number + 10**12}\n" for number in range(1, 2_501))

    receipt = empty.participants(f"customer_number;name;group;identifiers\n{rows}")

    assert counts(receipt) == {"created": 2_500}


def test_a_long_file_tells_how_far_it_is(sqlite_world: World) -> None:
    rows = "".join(f"{number};Company {number};installer\n" for number in range(20_000, 22_500))
    path = sqlite_world.file("many.csv", "customer_number;name;group\n" + rows)
    heard: list[tuple[int, int]] = []

    receipt = import_participants(sqlite_world.installation, path, SIX_IN_THE_EVENING,
                                  told=lambda done, total: heard.append((done, total)))

    assert receipt.created == 2_500
    assert heard == [(1_000, 2_500), (2_000, 2_500)]


def test_a_cell_far_away_is_named_before_a_sheet_is_read(empty: World) -> None:
    """All between would be in memory."""
    table = spreadsheet([["customer_number", "name"]])
    packed, far = BytesIO(table), BytesIO()
    with ZipFile(packed) as before, ZipFile(far, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(
                b"</sheetData>", b'<row r="999999"><c r="XFD999999"><v>1</v></c></row></sheetData>'))

    with pytest.raises(UnreadableFile, match="999,999 rows and 16,384 columns"):
        empty.participants(far.getvalue(), name="p.xlsx")


def test_control_characters_in_a_spreadsheet_are_named_by_their_line(empty: World) -> None:
    receipt = empty.participants(spreadsheet([["customer_number", "name", "group"], ["1", "A_x0000_B", "gold"]]),
                                 name="p.xlsx")

    assert [(problem["line"], problem["code"]) for problem in receipt.problems] == [(2, "stray_control")]
