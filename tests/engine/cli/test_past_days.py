"""Questions about the end of a past day, as operators ask them."""

import csv
import io
import json

import pytest

from tests.engine.cli.conftest import Treuwerk
from tests.support.books import Books
from tests.support.worlds import SIX_IN_THE_EVENING, World, line
from treuwerk.services.finding import account_of

AN_HOUR = 3_600_000_000


@pytest.fixture
def books(world: World) -> Books:
    """An account with a delivery of 800 points, of which 300 are spent and 100 reserved."""
    world.clear([line()])
    with world.database.reading() as connection:
        books = Books(world.database, account_of(connection, "10017"))
    books.debit(300, SIX_IN_THE_EVENING + AN_HOUR)
    books.hold(100, SIX_IN_THE_EVENING + 2 * AN_HOUR)
    return books


@pytest.mark.usefixtures("books")
def test_a_balance_of_a_past_day_names_what_it_rests_on_and_its_lots(treuwerk: Treuwerk) -> None:
    before = treuwerk("balance", "10017", "--as-of", "2026-05-31", "--json").json
    shown = treuwerk("balance", "10017", "--as-of", "2026-06-01", "--lots", "--json").json

    assert before["units"]["bonus"]["available"] == 0
    bonus = shown["units"]["bonus"]
    assert (bonus["available"], bonus["spendable"], bonus["held"], bonus["deficit"]) == (400, 400, 100, 0)
    assert bonus["next_expiry"] == {"unit": "bonus", "amount": 400, "expires_at": "2029-12-31T23:00:00+00:00"}
    assert (shown["as_of"], shown["until"], shown["sequence"]) == ("2026-06-01", "2026-06-01T22:00:00+00:00", 3)
    [lot] = [lot for lot in shown["lots"] if lot["unit"] == "bonus"]
    assert (lot["amount"], lot["remaining"], lot["state"]) == (800, 400, "spendable")
    assert (lot["origin"]["document"], lot["origin"]["line"]) == ("LS-1", "1")


def test_what_was_printed_once_is_printed_again_to_the_byte(books: Books, world: World, treuwerk: Treuwerk) -> None:
    asked = [("balance", "10017", "--lots"), ("statement", "10017"), ("report", "liability")]
    before = [treuwerk(*command, "--as-of", "2026-06-01", "--json").out for command in asked]

    books.debit(50, SIX_IN_THE_EVENING + 3 * AN_HOUR)
    world.clear([line("LS-9")], name="later.csv")
    world.articles("article_number;name;kind;wp\nSW-M-400;Renamed;module;400\n", name="renamed.csv")

    assert [treuwerk(*command, "--as-of", "2026-06-01", "--json").out for command in asked] == before


@pytest.mark.usefixtures("books")
def test_a_statement_tells_where_spent_points_came_from(treuwerk: Treuwerk) -> None:
    shown = treuwerk("statement", "10017", "--json").json["entries"]
    text = treuwerk("statement", "10017").out

    assert [(entry["kind"], entry["amounts"], entry["balance"]) for entry in shown] == [
        ("hold", {"bonus": -100}, 400), ("redemption", {"bonus": -300}, 500),
        ("accrual", {"bonus": 800, "status": 400}, 800)]
    assert "300 of LS-1 line 1 of 2026-05-04" in text
    assert "-100 bonus, +100 bonus held" in text


@pytest.mark.usefixtures("books")
def test_the_tree_leads_from_the_delivery_to_what_became_of_its_points(treuwerk: Treuwerk) -> None:
    entries = treuwerk("statement", "10017", "--json").json["entries"]

    accrual, spending = treuwerk("explain", entries[2]["id"]).out, treuwerk("explain", entries[1]["id"]).out

    assert "lot of 800, 400 left" in accrual
    assert "-300 redemption of 2026-06-01" in accrual
    assert "-100 hold of 2026-06-01" in accrual
    assert "300 bonus from LS-1 line 1 of 2026-05-04, expires 2029-12-31T23:00:00+00:00" in spending


@pytest.mark.usefixtures("books")
def test_liability_is_told_by_unit_state_and_month(treuwerk: Treuwerk) -> None:
    shown = treuwerk("report", "liability", "--as-of", "2026-06-30", "--since", "2026-06-01", "--json").json
    table = list(csv.reader(io.StringIO(treuwerk("report", "liability", "--as-of", "2026-06-30", "--csv").out),
                            delimiter=";"))

    assert shown["units"]["bonus"]["outstanding"] == 500
    assert {"unit": "bonus", "state": "held", "expires": "2029-12", "points": 100} in shown["rows"]
    assert {"unit": "bonus", "kind": "redemption", "book": "redeemed", "came_in": 0, "went_out": 300} in shown["flows"]
    assert table[0] == ["unit", "state", "expires", "points"]
    assert ["bonus", "spendable", "2029-12", "400"] in table
    assert shown["head"] in treuwerk("report", "liability", "--as-of", "2026-06-30").out


@pytest.mark.usefixtures("books")
def test_without_a_day_liability_is_that_of_the_last_day_that_is_over(treuwerk: Treuwerk) -> None:
    shown = treuwerk("report", "liability", "--json")

    again = treuwerk("report", "liability", "--as-of", shown.json["as_of"], "--json")

    assert again.out == shown.out


@pytest.mark.parametrize("command", [("balance", "10017"), ("statement", "10017"), ("report", "liability")])
def test_a_day_that_is_not_over_is_a_usage_error_with_the_zone(treuwerk: Treuwerk, command: tuple[str, ...]) -> None:
    outcome = treuwerk(*command, "--as-of", "2999-01-01")

    assert outcome.code == 2
    assert "found 2999-01-01, expected a day before" in outcome.err
    assert "Europe/Berlin" in outcome.err


@pytest.mark.parametrize("day", ["yesterday", "31.12.2025", "2026-02-30", "0001-01-01T00:00"])
def test_a_day_that_is_none_is_a_usage_error(treuwerk: Treuwerk, day: str) -> None:
    assert treuwerk("balance", "10017", "--as-of", day).code == 2


def test_a_period_that_ends_before_it_begins_is_a_usage_error(treuwerk: Treuwerk) -> None:
    outcome = treuwerk("report", "liability", "--as-of", "2026-06-01", "--since", "2026-06-02")

    assert outcome.code == 2
    assert "found 2026-06-02, expected a day that is not behind 2026-06-01" in outcome.err


def test_the_first_days_of_all_are_answered_too(treuwerk: Treuwerk) -> None:
    shown = treuwerk("report", "liability", "--as-of", "0001-01-01", "--json")

    assert (shown.code, json.loads(shown.out)["units"]) == (0, {})
