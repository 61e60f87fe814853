"""Partners' files as receipts tell them: what is set aside by name, and that the rest is booked."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.spreadsheets import spreadsheet
from tests.support.worlds import COLUMNS, SIX_IN_THE_EVENING, Row, World, line, make_world, table
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.clearing.receipts import Receipt
from treuwerk.store.database import Database
from treuwerk.store.tables import purchase_line

SELLER = 'seller = "SolarWorld"\n'
WORTH = 800  # bonus points of a good line
Make = Callable[..., World]


@pytest.fixture
def league(tmp_path: Path, database: Database) -> Make:
    """Makes a programme whose feed has more keys; runs once per database."""
    def make(*keys: str, clearing: str = "") -> World:
        return make_world(tmp_path / "league", database, other=[
            (SELLER, SELLER + "".join(f"{key}\n" for key in keys)), ("[clearing]\n", f"[clearing]\n{clearing}\n")])

    return make


def stored(world: World, column: str) -> list[object]:
    """What purchase lines say in a column."""
    return [value for value, in world.rows(select(purchase_line.c[column]))]


def told(receipt: Receipt) -> list[tuple[object, object]]:
    return [(problem["line"], problem["code"]) for problem in receipt.problems]


def fates(receipt: Receipt) -> dict[str, int]:
    shown = receipt.as_json()
    return {fate: shown[fate] for fate in ("booked", "duplicate", "waiting", "rejected", "ignored") if shown[fate]}


def encoded(rows: list[Row], encoding: str) -> bytes:
    return table(rows).encode(encoding)


@pytest.mark.parametrize(("quantity", "fate", "code"), [
    ("1,5", "rejected", ["fraction"]), ("0", "ignored", []), ("0,000", "ignored", []), ("10,000", "booked", [])])
def test_case_39_fractions_of_pieces_are_refused_and_nothing_is_nothing(league: Make, quantity: str, fate: str,
                                                                        code: list[str]) -> None:
    world = league()

    receipt = world.clear([line(quantity=quantity), line("LS-2")])

    assert fates(receipt) == ({"booked": 2} if fate == "booked" else {"booked": 1, fate: 1})
    assert [problem["code"] for problem in receipt.problems] == code


@pytest.mark.parametrize(("clearing", "points"), [("", WORTH), ('free_goods = "earn"', 2 * WORTH)])
def test_case_39_goods_that_cost_nothing_earn_what_the_programme_says(league: Make, clearing: str, points: int) -> None:
    world = league(clearing=clearing)

    receipt = world.clear([line(net_amount="0,00"), line("LS-2", net_amount="")])

    assert receipt.tally.points["bonus"] == points
    assert world.violated() == {}


@pytest.mark.parametrize("day", ["2026-13-01", "2026-02-30", "8-9-2022", "04/05/2026", "04.05.26", "4.5.2026", ""])
def test_case_50_a_day_that_is_impossible_or_written_otherwise_is_set_aside(league: Make, day: str) -> None:
    world = league('date_patterns = ["YYYY-MM-DD", "DD.MM.YYYY"]')

    receipt = world.clear([line(delivered_on=day), line("LS-2")])

    assert (fates(receipt), told(receipt)) == ({"booked": 1, "rejected": 1}, [(2, "unreadable")])


def test_case_50_a_day_in_the_future_is_set_aside(league: Make) -> None:
    receipt = league().clear([line(delivered_on="2026-06-02"), line("LS-2")])

    assert told(receipt) == [(2, "future_date")]


@pytest.mark.parametrize(("pattern", "day"), [("DD/MM/YYYY", "2026-04-03"), ("MM/DD/YYYY", "2026-03-04")])
def test_case_50_the_order_of_day_and_month_is_the_profiles(league: Make, pattern: str, day: str) -> None:
    world = league(f'date_patterns = ["{pattern}"]')

    world.clear([line(delivered_on="03/04/2026")])

    assert stored(world, "occurred_on") == [day]


def test_case_50_a_year_of_two_digits_is_read_by_a_pivot_that_somebody_named(league: Make) -> None:
    world = league('date_patterns = ["DD.MM.YY"]', "century_pivot = 70")

    world.clear([line(delivered_on="04.05.26")])

    assert stored(world, "occurred_on") == ["2026-05-04"]


def test_case_54_a_broken_line_is_set_aside_and_its_corrected_twin_is_booked_alone(league: Make) -> None:
    world = league()
    rows = [line(), line(position=2, quantity="1O"), line(position=3)]

    first = world.clear(table(rows).replace("LS-1;3;", "LS-1;3;;"))
    mended = world.clear([line(), line(position=2), line(position=3)], name="mended.csv")

    assert (fates(first), told(first)) == ({"booked": 1, "rejected": 2}, [(3, "unreadable"), (4, "wrong_width")])
    assert "column quantity: found '1O', expected a number" in first.problems[0]["reason"]
    assert fates(mended) == {"booked": 2, "duplicate": 1}
    assert world.violated() == {}


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "iso-8859-1", "utf-16"])
def test_case_56_a_file_is_read_in_the_encoding_of_its_profile(league: Make, encoding: str) -> None:
    world = league(f'encoding = "{encoding}"')
    world.articles("article_number;name;kind;wp\nGRÖSSE-Ä;Modul;module;400\n")

    receipt = world.clear(encoded([line(article_number="Größe-ä".replace("ß", "SS"))], encoding))

    assert fates(receipt) == {"booked": 1}


@pytest.mark.parametrize(("profile", "written"), [("utf-8", "cp1252"), ("cp1252", "utf-8"), ("cp850", "utf-8")])
def test_case_56_a_line_in_another_encoding_is_set_aside_and_never_spelt_wrong(league: Make, profile: str,
                                                                               written: str) -> None:
    world = league(f'encoding = "{profile}"')
    head, good, bad = table([line(), line("LS-2", order_number="Größe")]).splitlines()

    receipt = world.clear(f"{head}\n{good}".encode() + b"\n" + bad.encode(written) + b"\n")

    assert (fates(receipt), told(receipt)) == ({"booked": 1, "rejected": 1}, [(3, "bad_encoding")])


@pytest.mark.parametrize(("keys", "net", "amount"), [
    ((), "27,000", 27_000_000), (('decimal_mark = "."', 'grouping = ","'), "27,000", 27_000_000_000),
    (('grouping = "."',), "1.234,56", 1_234_560_000),
    (('decimal_mark = "."', 'grouping = ","'), "1,234.56", 1_234_560_000),
    (('grouping = " "',), "1\u202f234,56", 1_234_560_000),
])
def test_case_57_numbers_are_read_as_the_profile_says(league: Make, keys: tuple[str, ...], net: str,
                                                      amount: int) -> None:
    world = league(*keys)

    receipt = world.clear([line(net_amount=net)])

    assert fates(receipt) == {"booked": 1}
    assert stored(world, "net_millionths") == [amount]


@pytest.mark.parametrize("quantity", ["5-", "(5)"])
def test_case_57_a_minus_at_another_place_takes_back_where_it_was_agreed_and_is_set_aside_elsewhere(
        league: Make, quantity: str) -> None:
    world = league('minus = ["before", "behind", "brackets"]')

    receipt = world.clear([line(), line("LS-2", quantity=quantity)])

    assert (receipt.tally.booked, receipt.tally.waiting) == (1, 1)  # it names no purchase that goes back


@pytest.mark.parametrize("cells", [{"quantity": "5-"}, {"quantity": "(5)"}, {"net_amount": "1.234,56"},
                                   {"net_amount": "1,234.56"}, {"net_amount": "1 234"}])
def test_case_57_a_number_that_nobody_agreed_on_is_set_aside(league: Make, cells: dict[str, str]) -> None:
    receipt = league().clear([line(**cells), line("LS-2")])

    assert (fates(receipt), told(receipt)) == ({"booked": 1, "rejected": 1}, [(2, "unreadable")])


def test_case_59_a_packed_bomb_is_refused_and_leaves_nothing(league: Make) -> None:
    world = league()
    before = world.counts()

    with pytest.raises(UnreadableFile, match="unpacks to more than 250 times its size"):
        world.clear(gzip.compress(b"\n" * 100_000_000), name="bomb.csv.gz", source="deliveries")

    assert world.counts() == before


def test_a_packed_file_is_cleared_as_what_is_in_it(league: Make) -> None:
    world = league()

    packed = world.clear(gzip.compress(table([line()]).encode()), name="deliveries.csv.gz")
    plain = world.clear([line()])

    assert (fates(packed), fates(plain)) == ({"booked": 1}, {"duplicate": 1})


def test_case_59_a_hostile_spreadsheet_is_refused_and_a_good_one_is_booked(tmp_path: Path, database: Database) -> None:
    world = make_world(tmp_path / "league", database, other=[('reader = "csv_feed"', 'reader = "xlsx_feed"')])
    cells = [[row.get(column, "") for column in COLUMNS] for row in (line(), line("LS-2"))]
    good = spreadsheet([list(COLUMNS), *cells])

    receipt = clear_file(world.installation, world.file("a.xlsx", good), SIX_IN_THE_EVENING)

    assert fates(receipt) == {"booked": 2}
    with pytest.raises(UnreadableFile, match="not a readable archive"):
        clear_file(world.installation, world.file("b.xlsx", good[:-400]), SIX_IN_THE_EVENING)


def test_case_61_a_document_of_the_wrong_kind_is_refused_by_its_kind(league: Make) -> None:
    world = league('kind = "order"')

    receipt = world.clear([line()])

    assert told(receipt) == [(2, "wrong_kind")]
    assert receipt.problems[0]["reason"].endswith(
        "an order is no purchase yet; send the delivery note or the invoice")


def test_case_61_a_catalogue_in_place_of_deliveries_is_refused_by_its_kind(tmp_path: Path, database: Database) -> None:
    world = make_world(tmp_path / "league", database, other=[
        ('"csv_feed"', '"csv_feed", "datanorm"'),
        ("[measures]", '[[sources]]\nname = "prices"\nreader = "datanorm"\n\n[measures]')])
    catalogue = f"V 310725{'Maker':<40}{'Catalogue':<75}04EUR\r\nA;N;SW-M-400;00;Modul;;1;0;PCE;100;;;;\r\n"

    receipt = world.clear(catalogue, name="DATANORM.001")

    assert told(receipt) == [(2, "wrong_kind")]
    assert receipt.problems[0]["reason"].endswith("a catalogue is no purchase; import it with treuwerk import articles")
