"""Activation, points by hand, transfers, opening balances and merges from the command line."""

from pathlib import Path

import pytest

from tests.engine.cli.conftest import Treuwerk
from tests.support.worlds import World, line, make_world
from treuwerk.store.database import Database

BONUS = 'expires = { after = "36M", rounding = "end_of_year", start = "booking" }'
RULES = '\n[units.bonus.manual]\nlimit = 100\n\n[units.bonus.transfers]\nallowed = true\nbetween = "anyone"\n'
WHY = ("--reason", "points of a lost delivery", "--actor", "ada")


@pytest.fixture
def world(tmp_path: Path, sqlite_database: Database) -> World:
    """A participant with 800 bonus points, and 500 more that wait."""
    world = make_world(tmp_path / "league", sqlite_database, other=[
        (BONUS, 'expires = { after = "36M", rounding = "end_of_year" }\n' + RULES),
        ("points = 500\n", 'points = 500\npending = { until = "activation" }\n')])
    world.clear([line()])
    world.attendance("seminar_code;held_on;participant;person;attended\nS-1;2026-05-04;10017;Eve;yes\n")
    return world


def test_points_that_wait_are_activated(treuwerk: Treuwerk) -> None:
    seminar = next(entry for entry in treuwerk("statement", "10017", "--json").json["entries"] if entry["activity"])

    done = treuwerk("activate", seminar["id"], "--key", "card-1", "--json")
    again = treuwerk("activate", seminar["id"], "--key", "card-2", "--json")

    assert (done.code, done.json["balances"]["bonus"]["available"]) == (0, 1300)
    assert (again.code, again.json["code"]) == (1, "nothing_pending")


def test_points_by_hand_are_booked_or_wait_for_a_second_person(treuwerk: Treuwerk) -> None:
    taken = treuwerk("adjust", "10017", "bonus", "-100", *WHY, "--key", "A-1", "--json").json
    asked = treuwerk("adjust", "10017", "bonus", "+1", *WHY, "--key", "A-2").out
    waiting = treuwerk("adjustments", "list", "--json").json["adjustments"]
    alone = treuwerk("adjustments", "approve", waiting[0]["id"], "--actor", "ADA", "--json")
    agreed = treuwerk("adjustments", "approve", waiting[0]["id"], "--actor", "ben", "--json").json

    assert (taken["state"], taken["amount"], taken["transaction"][:4]) == ("booked", -100, "txn_")
    assert f"treuwerk adjustments approve {waiting[0]['id']} --actor" in asked
    assert (alone.code, alone.json["code"]) == (1, "self_approval")
    assert (agreed["state"], agreed["requested_by"], agreed["decided_by"]) == ("booked", "ada", "ben")
    assert treuwerk("balance", "10017", "--json").json["units"]["bonus"]["available"] == 701


def test_points_by_hand_have_a_value_date(treuwerk: Treuwerk) -> None:
    given = treuwerk("adjust", "10017", "bonus", "50", *WHY, "--key", "A-1", "--on", "2026-01-05", "--json")
    early = treuwerk("adjust", "10017", "bonus", "50", *WHY, "--key", "A-2", "--on", "1999-01-05", "--json")
    other = treuwerk("adjust", "10017", "bonus", "50", *WHY, "--key", "A-1", "--on", "2026-01-06")

    assert (given.code, given.json["state"]) == (0, "booked")
    booked = treuwerk("statement", "10017", "--json").json["entries"][0]
    assert (booked["id"], booked["occurred_on"]) == (given.json["transaction"], "2026-01-05")
    assert (early.code, early.json["code"]) == (1, "wrong_day")
    assert other.code == 1


def test_what_waits_is_refused_or_withdrawn(treuwerk: Treuwerk) -> None:
    ids = [treuwerk("adjust", "10017", "bonus", "500", *WHY, "--json").json["id"] for _ in range(2)]

    refused = treuwerk("adjustments", "refuse", ids[0], "--actor", "ben", "--reason", "no slip there", "--json")
    withdrawn = treuwerk("adjustments", "withdraw", ids[1], "--actor", "ada")

    assert (refused.json["state"], refused.json["decision"]) == ("refused", "no slip there")
    assert withdrawn.out == f"{ids[1]}  +500 bonus: withdrawn\n"
    assert treuwerk("adjustments", "list").out.count("\n") <= 1
    assert "no slip" not in treuwerk("adjustments", "list", "--state", "booked").out
    assert ids[0] in treuwerk("adjustments", "list", "--state", "all", "--actor", "BEN").out


@pytest.mark.parametrize("amount", ["0", "-0", "1_000", "١٢", "1.5", "1,5", "NaN", "1e3", "true", "99999999999999",
                                    "--5", "9223372036854775808"])
def test_an_amount_by_hand_is_a_whole_number_in_plain_digits(treuwerk: Treuwerk, amount: str) -> None:
    outcome = treuwerk("adjust", *WHY, "--", "10017", "bonus", amount)

    assert outcome.code == 2
    assert f"found {amount!r}, expected a whole number other than 0" in outcome.err


@pytest.mark.parametrize("missing", ["--reason", "--actor"])
def test_points_by_hand_need_a_reason_and_a_person(treuwerk: Treuwerk, missing: str) -> None:
    given = [word for option in ("--reason", "--actor") if option != missing for word in (option, "some word")]

    outcome = treuwerk("adjust", "10017", "bonus", "5", *given)

    assert outcome.code == 2
    assert f"Missing option '{missing}'" in outcome.err


def test_points_go_from_one_to_another(treuwerk: Treuwerk) -> None:
    given = treuwerk("transfer", "10017", "10109", "bonus", "300", "--key", "T-1", "--actor", "ada", "--json")
    again = treuwerk("transfer", "10017", "10109", "bonus", "300", "--key", "T-1", "--actor", "ada")
    too_many = treuwerk("transfer", "10017", "10109", "bonus", "501", "--key", "T-2", "--actor", "ada", "--json")

    assert (given.code, given.json["amount"]) == (0, 300)
    assert again.out.splitlines() == [f"{given.json['given']}  10017: -300 bonus (booked before)",
                                      f"{given.json['received']}  10109: +300 bonus"]
    assert (too_many.code, too_many.json["code"], too_many.json["available"]) == (1, "not_enough", 500)


def test_opening_balances_are_imported_once(world: World, treuwerk: Treuwerk) -> None:
    rows = "10017;bonus;100;;A\n4711;bonus;1;;B\n"
    file = world.file("old.csv", f"customer_number;unit;amount;expires_on;reference\n{rows}")

    rehearsed = treuwerk("import", "opening", file, "--dry-run", "--json")
    first, again = treuwerk("import", "opening", file, "--json"), treuwerk("import", "opening", file)

    assert rehearsed.json == first.json | {"dry_run": True}
    assert (first.code, first.json["created"], first.json["points"]) == (3, 1, {"bonus": 100})
    assert again.out == "old.csv: 0 created, 0 changed, 1 unchanged, 1 rejected\n"
    assert "line 3: column customer_number: found '4711', expected a customer number" in again.err


def test_two_participants_become_one_and_two_again(treuwerk: Treuwerk) -> None:
    looked = treuwerk("participant", "merge", "10017", "10109", "--actor", "ada", "--dry-run")
    done = treuwerk("participant", "merge", "10017", "10109", "--actor", "ada", "--json").json
    shown = treuwerk("participant", "show", "10017", "--json").json
    given_up = treuwerk("participant", "show", f"account:{done['account_id']}")
    twice = treuwerk("participant", "merge", "10017", "10109", "--actor", "ada", "--json")
    statement = treuwerk("statement", f"account:{done['account_id']}", "--json").json["entries"]
    undone = treuwerk("participant", "unmerge", "10017", "--actor", "ben", "--json")

    assert "10017 would go into 10109\n  bonus: 800 points, 500 pending" in looked.out
    assert "identifiers: customer_number:10017, gln:4012345000009" in looked.out
    assert (shown["name"], shown["units"]["bonus"]["available"]) == ("Donnelly Renewables", 800)
    assert [merged["account"] for merged in shown["merges"]] == [done["account_id"]]
    assert "left" in given_up.out
    assert (twice.code, twice.json["code"]) == (1, "same_account")
    assert statement[0]["kind"] == "merge_out"
    assert (undone.code, undone.json["missing"]) == (0, {})
    assert treuwerk("balance", "10017", "--json").json["units"]["bonus"]["available"] == 800
    assert treuwerk("participant", "unmerge", "10017", "--actor", "ben", "--json").json["code"] == "not_merged"


def test_what_comes_in_at_a_merged_participant_follows(treuwerk: Treuwerk) -> None:
    order = treuwerk("redeem", "10017", "bonus", "300", "--key", "O-1", "--json").json["id"]
    treuwerk("participant", "merge", "10017", "10109", "--actor", "ada")
    treuwerk("cancel", order, "--key", "C-1")

    outcome = treuwerk("participant", "forward", "--json")

    assert (outcome.code, outcome.json) == (0, {"forwarded": 1})
    assert treuwerk("balance", "10109", "--json").json["units"]["bonus"]["available"] == 800
    assert treuwerk("participant", "forward").out == "0 participants had something that followed\n"


@pytest.mark.parametrize("named", ["account:1", "account:x", "account:99999999999999999999", "4711"])
def test_a_participant_who_is_not_there_is_named(treuwerk: Treuwerk, named: str) -> None:
    outcome = treuwerk("participant", "show", named)

    assert outcome.code == 1
    assert named.rpartition(":")[2] in outcome.err
