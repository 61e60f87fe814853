"""``treuwerk expire``, ``report expiring`` and ``redeem-batch`` as an operator uses them."""

from datetime import datetime

import pytest

from tests.engine.cli.conftest import Treuwerk
from tests.support.worlds import BERLIN, SIX_IN_THE_EVENING, World, line
from treuwerk.domain.ledger import instant
from treuwerk.services.changes.merging import merge
from treuwerk.services.finding import account_of
from treuwerk.services.ledger.cancelling import cancel
from treuwerk.services.ledger.redeeming import redeem


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the first of June 2026, seven in the evening."""
    at = instant(datetime(2026, 6, 1, 19, tzinfo=BERLIN))
    for command in ("daily_", "expire_", "expiring_report", "redeem_batch_"):
        monkeypatch.setattr(f"treuwerk.cli.{command}.now", lambda: at)


@pytest.mark.usefixtures("clock")
def test_expire_tells_what_went(world: World, treuwerk: Treuwerk) -> None:
    world.clear([line(delivered_on="2025-05-04")])

    dry = treuwerk("expire", "--dry-run")
    done = treuwerk("expire", "--json").json
    again = treuwerk("expire")

    assert dry.out == ("due by 2026-06-01T19:00:00+02:00 (dry run): 400 status in 1 lots of 1 accounts expired, "
                       "0 holds released; 1 transactions\n")
    assert done == {"as_of": "2026-06-01T19:00:00+02:00", "accounts": 1, "lots": 1, "points": {"status": 400},
                    "holds_released": 0, "transactions": 1, "dry_run": False}
    assert ": no points in 0 lots" in again.out


@pytest.mark.usefixtures("clock")
def test_the_daily_run_expires_and_lets_late_arrivals_follow(world: World, treuwerk: Treuwerk) -> None:
    world.clear([line(delivered_on="2025-05-04")])
    with world.database.reading() as connection:
        given_up, into = account_of(connection, "10017"), account_of(connection, "10109")
    order = redeem(world.installation, given_up, "bonus", 300, "order", SIX_IN_THE_EVENING)
    merge(world.installation, given_up, into, SIX_IN_THE_EVENING, actor="Ben")
    world.clear([line("LS-2", customer_number="10109", delivered_on="2025-05-04")], name="second.csv")
    cancel(world.installation, given_up, order.row.id, "C-1", SIX_IN_THE_EVENING)

    done = treuwerk("daily", "--json").json
    again = treuwerk("daily")

    assert (done["expired"]["points"], done["forwarded"], done["parked"]) == ({"status": 400}, 1, 0)
    assert again.out.splitlines()[-6:-4] == ["0 merged participants had something that followed",
                                             "0 runs with corrections whose purchases never came"]
    assert world.balances()["10109", "bonus"] == 1_600
    assert world.violated() == {}


@pytest.mark.usefixtures("clock")
def test_expire_as_of_a_past_day(world: World, treuwerk: Treuwerk) -> None:
    world.clear([line(delivered_on="2025-05-04")])

    assert treuwerk("expire", "--as-of", "2025-12-30", "--json").json["points"] == {}
    assert treuwerk("expire", "--as-of", "2025-12-31", "--json").json["points"] == {"status": 400}


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("day", ["2026-06-01", "2027-01-01"])
def test_expire_refuses_a_day_that_is_not_over(treuwerk: Treuwerk, day: str) -> None:
    outcome = treuwerk("expire", "--as-of", day)

    assert outcome.code == 2
    assert f"found {day}, which is not over" in " ".join(outcome.err.split())


def test_expire_asks_for_confirmation_where_the_clock_jumped(world: World, treuwerk: Treuwerk,
                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    world.clear([line()])
    monkeypatch.setattr("treuwerk.cli.expire_.now", lambda: instant(datetime(2031, 6, 1, tzinfo=BERLIN)))

    refused = treuwerk("expire", "--json")
    confirmed = treuwerk("expire", "--confirm", "--json")

    assert refused.code == 2
    assert "see that the clock is right" in refused.json["error"]
    assert confirmed.json["points"] == {"bonus": 800, "status": 400}


@pytest.mark.usefixtures("clock")
def test_the_report_lists_who_loses_what_soonest_first(world: World, treuwerk: Treuwerk) -> None:
    world.clear([line(), line("LS-2", customer_number="10109"), line("LS-3", delivered_on="2025-05-04")])

    rows = treuwerk("report", "expiring", "--within", "8M", "--json").json["rows"]

    assert [(row["customer_number"], row["unit"], row["expires_at"], row["points"]) for row in rows] == [
        ("10017", "status", "2027-01-01T00:00:00+01:00", 400), ("10109", "status", "2027-01-01T00:00:00+01:00", 400)]
    assert rows[1]["name"] == "Donnelly Renewables"
    assert treuwerk("report", "expiring").out == "customer_number\tname\tunit\texpires_at\tpoints\n"


def test_the_report_refuses_a_duration_that_it_cannot_read(treuwerk: Treuwerk) -> None:
    outcome = treuwerk("report", "expiring", "--within", "soon")

    assert outcome.code == 2
    assert "such as 30D" in " ".join(outcome.err.split())


@pytest.mark.usefixtures("clock")
def test_redeem_batch_books_good_rows_and_names_the_others_by_line(world: World, treuwerk: Treuwerk) -> None:
    world.clear([line()])
    file = world.file("orders.csv", "customer_number;unit;amount;key;cause\n0010017;bonus;500;A-1;lamp\n"
                                    "10017;bonus;500;A-2;\n99;bonus;5;A-3;\n10017;bonus;1.000;A-4;\n10017;bonus;300;A-5;\n")

    first = treuwerk("redeem-batch", file, "--json")
    again = treuwerk("redeem-batch", file)

    assert first.code == again.code == 3
    assert {name: first.json[name] for name in ("booked", "repeated", "refused", "rejected", "points")} == {
        "booked": 2, "repeated": 0, "refused": 1, "rejected": 2, "points": {"bonus": 800}}
    assert [(problem["line"], problem["state"], problem["code"]) for problem in first.json["problems"]] == [
        (3, "refused", "not_enough"), (4, "rejected", "unknown_participant"), (5, "rejected", "bad_amount")]
    assert again.out == "orders.csv: 0 booked, 2 repeated, 1 refused, 2 rejected; no points\n"
    assert "line 5, rejected: column amount: found '1.000', expected a whole number above zero" in again.err
    assert world.balances()["10017", "bonus"] == 0


@pytest.mark.usefixtures("clock")
def test_redeem_batch_refuses_a_file_with_other_columns(world: World, treuwerk: Treuwerk) -> None:
    file = world.file("orders.csv", "customer_number;unit;amount;key;price\n10017;bonus;5;A-1;3\n")

    outcome = treuwerk("redeem-batch", file)

    assert outcome.code == 1
    assert "orders.csv: found column 'price', expected only customer_number, unit, amount, key, cause" in outcome.err
