"""Every sample on the page about terms of points is accepted, and every date on it is what the engine works out."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import pytest

from tests.support.programmes import PROGRAMME, loaded, programme_folder, replaced
from treuwerk.domain.durations import Duration
from treuwerk.domain.ledger import instant, moment
from treuwerk.domain.terms import Between, Expiry, Returns, Rounding, activated_terms, terms_of
from treuwerk.programme.reading import read_programme
from treuwerk.programme.settings import Transfers, Unit

BERLIN = ZoneInfo("Europe/Berlin")
PAGE = (Path(__file__).parents[3] / "docs" / "guides" / "units.md").read_text("utf-8")
SAMPLE = re.compile(r"^```toml\n(?P<toml>(?:(?!```).*\n)*)```\n\n(?P<table>(?:\|.*\n)*)", re.MULTILINE)


def rows(table: str) -> list[dict[str, str]]:
    """A table of the page: its rows by the words of its head."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]]


def worked_dates() -> Iterator[tuple[str, dict[str, str]]]:
    """Each row with worked dates, with the sample above it."""
    for sample in SAMPLE.finditer(PAGE):
        for row in rows(sample["table"]):
            yield sample["toml"], row


def durations() -> list[dict[str, str]]:
    tables = re.findall(r"^\| from \| duration .*\n(?:\|.*\n)+", PAGE, re.MULTILINE)
    return [row for table in tables for row in rows(table)]


def at(local: str) -> int:
    return instant(datetime.fromisoformat(local).replace(tzinfo=BERLIN))


def told(when: int | None) -> str:
    if when is None:
        return "–"
    return f"{moment(when).astimezone(BERLIN):%Y-%m-%d %H:%M:%S}".removesuffix(":00")


def unit_of(folder: Path, terms: str) -> Unit:
    """The unit of a programme that says this."""
    return loaded(folder, replaced(("[units.bonus]\n", f"[units.bonus]\n{terms}"))).settings.units["bonus"]


@pytest.mark.parametrize("row", durations(), ids=str)
def test_a_duration_gives_what_the_page_says(row: dict[str, str]) -> None:
    assert told(Duration.read(row["duration"].strip("`")).after(at(row["from"]), BERLIN)) == row["gives"]


@pytest.mark.parametrize(("terms", "row"), list(worked_dates()), ids=str)
def test_terms_give_the_dates_that_the_page_says(tmp_path: Path, terms: str, row: dict[str, str]) -> None:
    unit = unit_of(tmp_path, terms)
    event = date.fromisoformat(row.get("event", row["booked"][:10]))

    found = terms_of(unit.expires, unit.pending, at(row["booked"]), event, BERLIN)
    if row.get("activated"):
        found = activated_terms(unit.expires, at(row["activated"]), BERLIN)

    dates = {"can be spent from": told(found.active_from), "gone from": told(found.expires_at),
             "kept until": told(found.keeps_until)}
    assert {name: dates[name] for name in row if name in dates} \
        == {name: cell for name, cell in row.items() if name in dates}


def test_every_policy_has_a_worked_date() -> None:
    samples = [tomllib.loads(sample) for sample, _ in worked_dates()]

    keys = {key for sample in samples for key in sample.get("expires", {})}
    waits = {key for sample in samples for key in sample.get("pending", {})}
    assert keys == {field.name for field in attrs.fields(Expiry)}
    assert waits == {"after", "until"}
    assert len(durations()) >= 14


def test_the_page_names_every_rounding_policy_and_key() -> None:
    assert [one.value for one in Rounding if f"`{one.value}`" not in PAGE] == []
    assert [one.value for one in Returns if f'`"{one.value}"`' not in PAGE] == []
    assert [field.name for field in attrs.fields(Transfers) if field.name not in PAGE] == []
    assert f'between = "{Between.ANYONE.value}"' in PAGE


def test_the_units_and_the_rule_of_the_page_make_a_programme(tmp_path: Path) -> None:
    units, *_ = (sample["toml"] for sample in SAMPLE.finditer(PAGE))
    [rule] = (sample["toml"] for sample in SAMPLE.finditer(PAGE) if "[[earning]]" in sample["toml"])
    text = re.sub(r"\[units\.bonus\]\n.*?\n\n", lambda _: f"{units}\n", PROGRAMME, count=1, flags=re.DOTALL) + rule

    settings = read_programme(programme_folder(tmp_path, text)).settings

    assert sorted(settings.units) == ["bonus", "status"]
    assert settings.units["bonus"].manual.limit == 1000
    assert settings.earning[-1].head.expires == Expiry(after=Duration(3, "M"))
