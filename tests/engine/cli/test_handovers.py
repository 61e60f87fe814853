"""Handovers from the command line, by a channel that writes files."""

from pathlib import Path

import pytest

from tests.engine.cli.conftest import Outcome, Treuwerk, invoke
from tests.support.catalogues import DRILL
from tests.support.ordering import Counter, make_counter
from treuwerk.store.database import Database

SUPPLIERS = """
[[suppliers]]
name = "house"
channel = "order_file"
folder = "orders"

[[suppliers]]
name = "far"
channel = "order_http"
url = "https://far.example/orders"
token = { env = "NO_SUCH_TOKEN" }

[[constraints]]"""


@pytest.fixture
def counter(tmp_path: Path, database: Database) -> Counter:
    counter = make_counter(tmp_path / "league", database, (
        ('"goods", ', '"goods", "order_file", "order_http", '), ("\n[[constraints]]", SUPPLIERS)))
    counter.shelf.bring({**DRILL, "supplier": "house"})
    return counter


@pytest.fixture
def treuwerk(counter: Counter) -> Treuwerk:
    def run(*arguments: str | Path) -> Outcome:
        return invoke("--programme", counter.world.folder, "--database",
                      counter.world.database.url.render_as_string(False), *arguments)

    return run


def test_what_waits_is_handed_over_and_listed(treuwerk: Treuwerk, counter: Counter) -> None:
    counter.order(("DRILL-12", 2))

    ran = treuwerk("handovers", "run")
    [row] = treuwerk("handovers", "list", "--state", "accepted", "--json").json

    assert ran.code == 0
    assert ran.out == ("1 made, 1 accepted, 0 refused, 0 not known; 0 parcels noted, 0 parked; "
                       "0 cancellations told, 0 to be told by hand, 0 unanswered\n")
    assert (row["supplier"], row["lines"], row["attempts"]) == ("house", 1, 1)
    assert (counter.world.folder / "orders" / f"{row['key']}.csv").is_file()
    assert row["key"] in treuwerk("handovers", "list").out
    assert counter.lines() == [("DRILL-12", "handed_over", 2, 0, 2)]


def test_what_cannot_be_written_is_not_known_and_says_why(treuwerk: Treuwerk, counter: Counter) -> None:
    counter.order(("DRILL-12", 1))
    (counter.world.folder / "orders").write_text("in the way", "utf-8")

    ran = treuwerk("handovers", "run", "--json")

    assert (ran.code, {name: count for name, count in ran.json.items() if count}) == (3, {"made": 1, "unknown": 1})
    assert "let this user write there" in treuwerk("handovers", "list", "--json").json[0]["said"]


def test_a_token_that_is_not_there_is_a_warning(treuwerk: Treuwerk) -> None:
    checked = treuwerk("check")

    assert "supplier:far" in checked.err
    assert "NO_SUCH_TOKEN" in checked.err
