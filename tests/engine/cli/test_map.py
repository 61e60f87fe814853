"""Mapping on the command line: what waits, what it would bring, doing it, and taking it back."""

from pathlib import Path

import pytest

from tests.engine.cli.conftest import Treuwerk
from tests.support.worlds import World, line


@pytest.fixture
def waiting(world: World) -> World:
    """Two documents of a customer and one article that nobody knows."""
    world.clear([line("LS-1", customer_number="K-77"), line("LS-2", customer_number="K-77"),
                 line("LS-3", article_number="XY-400")])
    return world


@pytest.mark.usefixtures("waiting")
def test_the_list_tells_what_lines_wait_for(treuwerk: Treuwerk) -> None:
    found = treuwerk("map", "list", "--json").json["lacking"]

    assert [(one["kind"], one["sender"], one["number"], one["lines"]) for one in found] == [
        ("participant", "SolarWorld", "K-77", 2), ("article", "SolarWorld", "XY-400", 1)]
    assert "XY-400" not in treuwerk("map", "list", "--kind", "participant").out


def test_a_rehearsal_stores_nothing_and_the_act_books_and_can_be_ended(waiting: World, treuwerk: Treuwerk) -> None:
    typed = ("map", "participant", "--from", "SolarWorld", "K-77", "10109", "--actor", "Carla Clerk")

    would = treuwerk(*typed, "--dry-run", "--json").json

    assert (would["booked"], would["points"], waiting.points()) == (2, {"bonus": 1600, "status": 800}, {})

    done = treuwerk(*typed, "--json").json

    assert done["booked"] == 2
    assert waiting.balances()["10109", "bonus"] == 1600
    assert treuwerk("map", "decisions", "--json").json["decisions"][0]["id"] == done["id"]
    refused = treuwerk("map", "undo", done["id"], "--actor", "Carla Clerk")
    assert (refused.code, "booked by this decision" in refused.err) == (1, True)
    assert treuwerk("map", "undo", done["id"], "--actor", "Carla Clerk", "--stop").code == 0


@pytest.mark.usefixtures("waiting")
def test_what_never_earns_is_closed_and_opened_again(treuwerk: Treuwerk) -> None:
    closed = treuwerk("map", "never", "article", "XY-400", "--from", "SolarWorld", "--actor", "Carla Clerk", "--reason",
                      "No module", "--json").json
    reopened = treuwerk("map", "undo", closed["id"], "--actor", "Carla Clerk", "--json").json

    assert (closed["closed"], reopened["reopened"]) == (1, 1)


@pytest.mark.usefixtures("waiting")
def test_an_article_that_is_not_in_the_master_is_refused(treuwerk: Treuwerk) -> None:
    refused = treuwerk("map", "article", "XY-400", "NOWHERE", "--from", "SolarWorld", "--actor", "Carla Clerk")

    assert (refused.code, "found article 'NOWHERE'" in refused.err) == (1, True)


def test_importing_what_was_unknown_books_what_waited(waiting: World, treuwerk: Treuwerk, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text("customer_number;name;group\nK-77;Neu GmbH;installer\n", "utf-8")

    rehearsed = treuwerk("import", "participants", str(file), "--dry-run", "--json").json
    booked = treuwerk("import", "participants", str(file), "--json").json

    assert (rehearsed["released"]["booked"], booked["released"]["booked"]) == (0, 2)
    assert waiting.balances()["K-77", "bonus"] == 1600

    articles = tmp_path / "articles.csv"
    articles.write_text("article_number;name;kind;wp\nXY-400;Modul;module;400\n", "utf-8")

    assert "1 booked" in treuwerk("import", "articles", str(articles)).out
