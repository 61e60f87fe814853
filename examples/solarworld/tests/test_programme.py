"""The programme folder of the installed distribution: it loads, its cases pass, its master data is sound."""

from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from solarworld_league.demo.numbers import gs1
from solarworld_league.demo.tables import MASTER, load
from treuwerk.testing.cases import EarningCase, earning_cases

FOLDER = Path(str(files("solarworld_league")))
CASES = earning_cases(FOLDER)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_points_are_as_the_case_says(case: EarningCase) -> None:
    case.check()


def test_each_rule_of_the_programme_earns_in_a_case() -> None:
    assert {unit for case in CASES for unit in case.case.points} == {"bonus", "status"}
    assert any(case.case.activities and case.case.points for case in CASES)


def test_the_engine_finds_programme_and_plugin_by_their_names() -> None:
    programme = entry_points(group="treuwerk.programmes", name="solarworld")
    plugin = entry_points(group="treuwerk.plugins", name="solarworld_league")

    assert [entry.load().__name__ for entry in (*programme, *plugin)] == ["solarworld_league"] * 2


def test_every_module_has_its_power_and_nothing_else_has() -> None:
    articles = load(MASTER)

    assert len(articles) >= 40
    assert {article["kind"] for article in articles} == {"module", "inverter", "battery", "mounting", "cable",
                                                         "accessory"}
    assert all((article["kind"] == "module") == bool(article["wp"]) for article in articles)


def test_a_module_says_the_same_power_in_number_name_and_column() -> None:
    for article in load(MASTER):
        if article["kind"] == "module":
            assert article["article_number"].split("-")[2] == article["wp"]
            assert f" {article['wp']} Wp" in article["name"]


def test_no_number_and_no_alias_names_two_articles() -> None:
    articles = load(MASTER)
    names = [name for article in articles
             for name in (article["article_number"], article["gtin"], *article["aliases"].split("|"))]

    assert len(names) == len(set(names))


def test_gtins_carry_their_check_digit() -> None:
    for article in load(MASTER):
        assert gs1(article["gtin"][:-1]) == article["gtin"]


def test_the_logo_is_a_picture_without_scripts_and_foreign_addresses() -> None:
    logo = FOLDER / "static" / "logo.svg"

    tags = {element.tag.rpartition("}")[2] for element in ET.parse(logo).iter()}

    assert {"svg", "title", "path"} <= tags
    assert not tags & {"script", "image", "use", "foreignObject"}
    assert "href" not in logo.read_text("utf-8")
