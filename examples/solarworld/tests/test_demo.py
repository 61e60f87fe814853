"""The generated years: the same bytes for the same seed, read by the programme's own source, with the planned slips."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from solarworld_league import demo_data
from solarworld_league.demo import LOGINS, write
from solarworld_league.demo.tables import load
from treuwerk.domain.documents import Document
from treuwerk.testing.feeds import read_feeds

END = date(2026, 11, 20)
PROGRAMME = Path(str(files("solarworld_league")))
HEADER = (b"delivery_number;position;delivered_on;customer_number;order_number;article_number;quantity;unit;"
          b"net_amount;currency;scope;serials")
Read = dict[date, list[Document]]


def generated(folder: Path, seed: int, end: date = END) -> dict[str, bytes]:
    write(folder, seed, end)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo")
    write(path, 1, END)
    return path


@pytest.fixture(scope="module")
def read(folder: Path) -> Read:
    """All daily files, each recognised by its columns alone."""
    documents = read_feeds(PROGRAMME, sorted((folder / "deliveries").iterdir()))
    return {date.fromisoformat(path.stem): of_day for path, of_day in documents.items()}


def rows_of(folder: Path) -> list[dict[str, str]]:
    return [row for path in sorted((folder / "deliveries").iterdir()) for row in load(path)]


def test_the_same_seed_and_end_give_the_same_bytes(tmp_path: Path, folder: Path) -> None:
    again = generated(tmp_path / "again", 1)

    assert again == {path.relative_to(folder).as_posix(): path.read_bytes()
                     for path in folder.rglob("*") if path.is_file()}


def test_another_seed_gives_other_years_with_the_same_companies_and_articles(tmp_path: Path, folder: Path) -> None:
    other = generated(tmp_path / "other", 2)

    def names(path: Path) -> list[str]:
        return [row["name"] for row in load(path / "participants.csv")]

    differing = [name for name, content in other.items() if (folder / name).exists()
                 and (folder / name).read_bytes() != content]
    assert len(differing) > 400
    assert names(tmp_path / "other") == names(folder)
    assert other["articles.csv"] == (folder / "articles.csv").read_bytes()


@pytest.mark.parametrize("end", [date(2026, 1, 1), date(2028, 2, 29), date(2026, 7, 31)], ids=str)
def test_two_years_up_to_any_day_have_thousands_of_lines(tmp_path: Path, end: date) -> None:
    made = generated(tmp_path / "demo", 7, end)

    days = [date.fromisoformat(name[11:21]) for name in made if name.startswith("deliveries/")]
    lines = sum(content.count(b"\n") - 1 for name, content in made.items() if name.startswith("deliveries/"))
    assert 5_000 <= lines <= 8_000
    assert end - timedelta(days=730) < min(days) < end - timedelta(days=720)
    assert end - timedelta(days=7) < max(days) <= end
    assert 490 <= len(days) <= 515


def test_a_file_for_each_working_day_and_none_on_holidays(read: Read) -> None:
    assert all(day.weekday() < 5 for day in read)
    assert date(2026, 4, 2) in read
    assert not {date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25), date(2026, 5, 1),
                date(2025, 10, 3), date(2025, 12, 25)} & read.keys()


def test_columns_and_encoding_are_those_of_the_contract(folder: Path) -> None:
    for path in (folder / "deliveries").iterdir():
        content = path.read_bytes()
        assert content.splitlines()[0] == HEADER
        assert b"\r" not in content
        assert content.endswith(b"\n")


def test_the_source_reads_every_line_but_the_wrong_scopes(folder: Path, read: Read) -> None:
    documents = [document for of_day in read.values() for document in of_day]
    faults = [fault for document in documents for fault in document.faults]
    lines = sum(len(document.lines) for document in documents)

    assert lines + len(faults) == len(rows_of(folder))
    assert {fault.code for fault in faults} == {"unknown_feature"}
    assert all("column scope" in fault.text for fault in faults)
    assert all(document.delivery_date in (day, None) for day, of_day in read.items() for document in of_day)


def test_each_quarter_has_one_slip_of_each_kind(folder: Path) -> None:
    customers = {row["customer_number"] for row in load(folder / "participants.csv")}
    articles = {row["article_number"] for row in load(folder / "articles.csv")}
    slips: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows_of(folder):
        quarter = f"{row['delivered_on'][:4]}-{(int(row['delivered_on'][5:7]) - 1) // 3}"
        slips[quarter]["customer"] += row["customer_number"] not in customers
        slips[quarter]["article"] += row["article_number"] not in articles
        slips[quarter]["scope"] += row["scope"] not in ("SYSTEM", "MODULE", "")

    assert len(slips) == 9
    assert all(count == {"customer": 1, "article": 1, "scope": 1} for count in slips.values())


def test_deliveries_are_systems_and_modules_by_the_piece_and_on_pallets(folder: Path) -> None:
    kinds = {row["article_number"]: row["kind"] for row in load(folder / "articles.csv")}
    notes: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows_of(folder):
        notes[row["delivery_number"]].append(row)

    sold = [{kinds.get(row["article_number"], "module") for row in note} for note in notes.values()]
    scopes = Counter(note[0]["scope"] for note in notes.values())

    assert sum("module" not in kinds_of_note for kinds_of_note in sold) == 1  # the rest of a split system
    assert sum({"module", "inverter", "mounting"} <= kinds_of_note for kinds_of_note in sold) > 700
    assert 0.4 < scopes["SYSTEM"] / len(notes) < 0.6
    assert Counter(row["unit"] for row in rows_of(folder))["PAL"] > 100
    assert all(len({(row["customer_number"], row["delivered_on"], row["order_number"]) for row in note}) == 1
               for note in notes.values())


def test_serial_numbers_are_those_of_modules_one_each_and_never_twice(folder: Path) -> None:
    scanned = [row for row in rows_of(folder) if row["serials"]]
    serials = [serial for row in scanned for serial in row["serials"].split("|")]

    assert len(scanned) > 200
    assert all(row["article_number"].startswith("SW-M-") for row in scanned)
    assert all(len(row["serials"].split("|")) == int(row["quantity"]) for row in scanned)
    assert len(serials) == len(set(serials))


def test_summer_is_busier_than_winter_and_the_largest_buys_most(folder: Path) -> None:
    rows = rows_of(folder)
    months = Counter(int(row["delivered_on"][5:7]) for row in rows)
    buyers = Counter(number for number, _ in {(row["customer_number"], row["delivery_number"]) for row in rows})

    assert months[5] + months[6] > 2 * (months[12] + months[1])
    assert buyers.most_common(1)[0][0] == "10017"
    assert buyers["10017"] > 5 * buyers["10109"] > 0


def test_forty_companies_of_two_groups_four_countries_and_three_languages(folder: Path) -> None:
    companies = load(folder / "participants.csv")

    assert len(companies) == len({row["customer_number"] for row in companies}) == 40
    assert {row["group"] for row in companies} == {"certified", "installer"}
    assert {row["country"] for row in companies} == {"DE", "AT", "CH", "FR"}
    assert {row["locale"] for row in companies} == {"de", "en", "fr"}
    assert all(row["email"].endswith(".example.org") for row in companies)
    assert all(row["street"] and row["postcode"] and row["city"] for row in companies)


def test_thirty_seminars_are_held_for_ninety_people(folder: Path) -> None:
    lists = sorted((folder / "attendance").iterdir())
    rows = [row for path in lists for row in load(path)]

    assert len(lists) == 30
    assert len({(row["participant"], row["person"]) for row in rows}) == 90
    assert {row["attended"] for row in rows} == {"yes", "no"}
    assert {row["participant"] for row in rows} == {row["customer_number"]
                                                    for row in load(folder / "participants.csv")}
    assert all(path.name.startswith(f"{load(path)[0]['held_on']}-{load(path)[0]['seminar_code']}") for path in lists)


def test_nobody_sits_twice_in_one_seminar(folder: Path) -> None:
    for path in (folder / "attendance").iterdir():
        people = [(row["participant"], row["person"]) for row in load(path)]
        assert len(people) == len(set(people))


def test_each_login_is_a_person_of_its_company_in_its_language(folder: Path) -> None:
    companies = {row["customer_number"]: row for row in load(folder / "participants.csv")}
    people = {(row["participant"], row["person"])
              for path in (folder / "attendance").iterdir() for row in load(path)}

    assert demo_data()[0].logins == LOGINS
    assert [(login.locale, companies[login.customer_number]["group"]) for login in LOGINS] == [
        ("de", "certified"), ("en", "installer"), ("fr", "certified")]
    assert all(companies[login.customer_number]["locale"] == login.locale for login in LOGINS)
    assert {(login.customer_number, login.person) for login in LOGINS} <= people
