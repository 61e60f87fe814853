"""Kinds of rewards of a programme: where they come from, and that nothing is offered of a kind that is not there."""

from pathlib import Path

import pytest

from tests.support.catalogues import DRILL, Shelf, make_shelf, shelf_folder
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.reward_kinds import Fulfilment
from treuwerk.programme.errors import Mistake, ProgrammeError
from treuwerk.programme.reading import read_programme
from treuwerk.services.rewards.checking import findings_in_database
from treuwerk.services.rewards.kinds import terms_by_kind, title_of
from treuwerk.store.database import Database

BY_MAIL = """
[[reward_kinds]]
name = "ticket"
source = "goods"
title = { de = "Eintrittskarte" }
needs_address = false

[[reward_kinds.asks]]
name = "guest"
label = { de = "Name des Gastes" }

[[constraints]]"""


def test_a_plugin_without_settings_is_a_kind_and_a_table_makes_another(tmp_path: Path, database: Database) -> None:
    settings = make_shelf(tmp_path / "league", database, [("\n[[constraints]]", BY_MAIL)]
                          ).world.installation.programme.settings

    terms = terms_by_kind(settings)

    assert sorted(terms) == ["goods", "ticket"]
    assert (terms["goods"].needs_address, terms["ticket"].needs_address) == (True, False)
    assert (terms["ticket"].fulfilment, [one.name for one in terms["ticket"].asks]) == (Fulfilment.SUPPLIER, ["guest"])
    assert {one.head.name: title_of(one, "fr") for one in settings.reward_kinds} == {
        "goods": "Article", "ticket": "Article"}
    assert [title_of(one, "de_Informal") for one in settings.reward_kinds] == ["Eintrittskarte", "Sachprämie"]


def test_a_table_takes_the_place_of_a_plugin_of_its_name(tmp_path: Path, database: Database) -> None:
    goods = '\n[[reward_kinds]]\nname = "goods"\nsource = "goods"\nneeds_address = false\n\n[[constraints]]'

    settings = make_shelf(tmp_path / "league", database, [("\n[[constraints]]", goods)]
                          ).world.installation.programme.settings

    assert [(one.head.name, one.terms.needs_address) for one in settings.reward_kinds] == [("goods", False)]


def test_a_reward_of_an_unknown_kind_stays_in_review_and_the_receipt_says_why(shelf: Shelf) -> None:
    receipt = shelf.bring({**DRILL, "kind": "spaceflight"})

    assert [(one["variant"], one["reason"]) for one in receipt.held] == [
        ("DRILL-12", "“spaceflight” is none of the programme's kinds of rewards.")]


def test_a_reward_whose_kind_is_taken_away_is_barred(tmp_path: Path, database: Database) -> None:
    shelf = make_shelf(tmp_path / "league", database, [("\n[[constraints]]", BY_MAIL)])
    shelf.bring({**DRILL, "kind": "ticket"})

    reopened = make_shelf(tmp_path / "other", database)

    found = findings_in_database(reopened.world.installation, SIX_IN_THE_EVENING)
    assert [(one.variant, one.reason) for one in found.barred] == [
        ("DRILL-12", "“ticket” is none of the programme's kinds of rewards.")]


def told(folder: Path) -> list[Mistake]:
    with pytest.raises(ProgrammeError) as refused:
        read_programme(folder)
    return refused.value.mistakes


def test_wrong_tables_are_told_together(tmp_path: Path) -> None:
    folder = shelf_folder(tmp_path / "league")
    path = folder / "programme.toml"
    text = path.read_text("utf-8").replace("\n[[constraints]]", BY_MAIL.replace("label = { de", "label = { en"), 1)
    path.write_text(f'{text}\n[[reward_kinds]]\nname = "ticket"\nsource = "goods"\n', "utf-8")

    assert [(mistake.path, mistake.found) for mistake in told(folder)] == [
        ("programme.toml: reward_kinds[1].name", "'ticket' again"),
        ("programme.toml: reward_kinds[0].asks", "no label of 'guest' for de")]


def test_a_source_that_no_plugin_offers_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    folder = shelf_folder(tmp_path / "league")
    with (folder / "programme.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[reward_kinds]]\nname = "flight"\nsource = "rocket"\n')

    [mistake] = told(folder)

    assert (mistake.path, mistake.found) == ("programme.toml: reward_kinds[0].source", "'rocket'")
    assert mistake.expected == "a source that a loaded plugin offers: goods"
