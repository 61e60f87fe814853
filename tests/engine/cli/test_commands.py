"""What the commands print and how they end: 0 done, 1 failed, 2 usage, 3 done in part."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tests.engine.cli.conftest import Treuwerk
from tests.support.worlds import World, line, lines, table
from treuwerk.domain import ids
from treuwerk.store.tables import balance, journal, purchase_line


def test_clear_prints_the_receipt_and_ends_with_0(world: World, treuwerk: Treuwerk) -> None:
    outcome = treuwerk("clear", world.file("a.csv", table([line()])))

    assert (outcome.code, outcome.err) == (0, "")
    assert "1 lines in 1 documents = 1 booked" in outcome.out
    assert "800 bonus, 400 status" in outcome.out


def test_clear_ends_with_3_where_lines_are_left_and_names_them(world: World, treuwerk: Treuwerk) -> None:
    outcome = treuwerk("clear", world.file("a.csv", table([line(), line("LS-2", scope="X")])))

    assert outcome.code == 3
    assert "line 3, rejected: column scope: found 'X'" in outcome.err


def test_clear_speaks_json_with_one_receipt_or_a_list(world: World, treuwerk: Treuwerk) -> None:
    first, second = world.file("a.csv", table([line()])), world.file("b.csv", table([line("LS-2")]))

    one = treuwerk("clear", first, "--json", "--dry-run").json
    two = treuwerk("clear", first, second, "--json").json

    assert (one["dry_run"], one["booked"], one["lines"]) == (True, 1, 1)
    assert [receipt["file"] for receipt in two] == ["a.csv", "b.csv"]


def test_clear_keeps_the_receipts_of_the_files_before_one_that_fails(world: World, treuwerk: Treuwerk) -> None:
    good, bad = world.file("a.csv", table([line()])), world.file("b.bin", b"\0\1\2")

    outcome = treuwerk("clear", good, bad, "--json")

    assert outcome.code == 1
    assert "b.bin: no source recognises this file" in outcome.json["error"]
    assert [receipt["booked"] for receipt in outcome.json["receipts"]] == [1]


def test_import_prints_what_became_of_the_rows(world: World, treuwerk: Treuwerk) -> None:
    good = world.file("p.csv", "customer_number;name;group\n1;A;installer\n")
    bad = world.file("q.csv", "customer_number;name;group\n2;B;gold\n")

    assert treuwerk("import", "participants", good).out == "p.csv: 1 created, 0 changed, 0 unchanged, 0 rejected\n"
    outcome = treuwerk("import", "participants", bad, "--json")

    assert outcome.code == 3
    assert {"created", "changed", "unchanged", "rejected", "problems"} <= set(outcome.json)


def test_attendance_is_imported_with_its_points(world: World, treuwerk: Treuwerk) -> None:
    file = world.file("l.csv", "seminar_code;held_on;participant;person;attended\nS-1;2026-05-04;10017;Ada;yes\n")

    outcome = treuwerk("import", "attendance", file, "--json")

    assert (outcome.code, outcome.json["points"]) == (0, {"bonus": 500})


def test_balance_statement_and_explanation_lead_from_one_to_the_next(world: World, treuwerk: Treuwerk) -> None:
    world.clear([line()])

    shown = treuwerk("balance", "0010017", "--json").json
    entries = treuwerk("statement", "gln:4012345000009", "--json").json["entries"]
    tree = treuwerk("explain", entries[0]["id"], "--json").json["tree"]

    assert shown["units"]["bonus"]["available"] == 800
    assert entries[0]["balance"] == 800
    assert tree["id"] == entries[0]["id"]
    assert "800" in treuwerk("explain", entries[0]["id"]).out


def test_explanation_tells_because_of_what_and_what_each_rule_was_short_of(world: World, treuwerk: Treuwerk) -> None:
    world.clear([line(scope="MODULE"), line(position="2", article_number="SW-W-10H")])
    with world.database.reading() as connection:
        [(account, nothing)] = connection.execute(select(purchase_line.c.account_id, purchase_line.c.id).where(
            purchase_line.c.article_number == "SW-W-10H")).all()
        booked = connection.execute(select(journal.c.id)).scalar_one()
    booking, unbooked = ids.public_id("txn", account, booked), ids.public_id("pur", account, nothing)

    near = treuwerk("explain", booking, "--json").json["tree"]["near"]
    tree = treuwerk("explain", unbooked, "--json").json["tree"]

    assert near[0]["ways"] == [{"points": {"bonus": 400}, "instead": [
        {"fact": "feature", "value": "SYSTEM", "name": "scope", "found": "MODULE"}]}]
    assert "with scope SYSTEM instead of MODULE: +400 bonus" in treuwerk("explain", booking).out
    assert (tree["id"], tree["awards"], tree["purchase"]["article_number"]) == (unbooked, [], "SW-W-10H")
    assert [(one["rule"], one["gave"], one["ways"]) for one in tree["near"]] == [
        ("module_points", {}, []), ("seminar_points", {}, [])]
    assert "module_points revision 1: nothing\n    the rule itself gives nothing for it" in treuwerk(
        "explain", unbooked).out


def test_bookings_are_explained_without_the_programme_and_rules_only_with_it(
        world: World, treuwerk: Treuwerk, tmp_path: Path) -> None:
    world.clear([line()])
    booking = treuwerk("statement", "10017", "--json").json["entries"][0]["id"]
    (world.folder / "programme.toml").rename(tmp_path / "elsewhere.toml")

    assert treuwerk("explain", booking, "--json").json["tree"]["near"] == []
    missing = treuwerk("explain", "pur_0000000000000g000000000002")
    assert missing.code == 1
    assert "named by --programme" in missing.err


@pytest.mark.parametrize("command", ["balance", "statement"])
def test_an_unknown_participant_is_named(treuwerk: Treuwerk, command: str) -> None:
    outcome = treuwerk(command, "4711")

    assert outcome.code == 1
    assert "found no participant with customer_number '4711'" in outcome.err


@pytest.mark.parametrize("given", ["4711", "txn_00000000000000000000000000"])
def test_an_unknown_booking_is_named(treuwerk: Treuwerk, given: str) -> None:
    outcome = treuwerk("explain", given)

    assert outcome.code in (1, 2)
    assert given in outcome.err


def test_verify_ends_with_0_or_1_and_names_the_law(world: World, treuwerk: Treuwerk) -> None:
    world.clear([line()])
    proven = treuwerk("verify", "--json")
    with world.database.writing() as connection:
        connection.execute(update(balance).values(posted=balance.c.posted + 1))

    violated = treuwerk("verify", "--json")

    assert (proven.code, proven.json["ok"], proven.json["transactions"]) == (0, True, 1)
    assert (violated.code, violated.json["ok"]) == (1, False)
    wrong = [law for law in violated.json["invariants"] if law["state"] == "violated"]
    assert {"name", "count", "first_violation"} <= set(wrong[0])
    assert "balance_is_sum_of_postings" in {law["name"] for law in wrong}
    assert "NOT PROVEN" in treuwerk("verify").out


def test_export_prints_the_journal_line_by_line(world: World, treuwerk: Treuwerk) -> None:
    world.clear(lines(3))

    outcome = treuwerk("export", "journal")

    assert outcome.code == 0
    assert [("transaction" in json.loads(row)) for row in outcome.out.splitlines()] == [True, True, True, False]


def test_read_shows_documents_and_stores_nothing(world: World, treuwerk: Treuwerk) -> None:
    before = world.counts()
    outcome = treuwerk("read", world.file("a.csv", table([line(), line("LS-2", quantity="x")])), "--json")

    assert outcome.code == 3
    document = outcome.json["documents"][0]
    assert (document["number"], document["lines"][0]["qty"], document["delivery_date"]) == ("LS-1", "10", "2026-05-04")
    assert outcome.json["documents"][1]["faults"][0]["line"] == 3
    assert world.counts() == before


def test_check_and_plugins_speak_of_the_programme(treuwerk: Treuwerk) -> None:
    assert treuwerk("check", "--json").json == {
        "errors": [], "programme": "league", "warnings": [], "rewards": {"barred": [], "ending": []}}
    assert "csv_feed" in {plugin["name"] for plugin in treuwerk("plugins", "--json").json if plugin["state"] == "used"}


def test_migrate_twice_is_harmless(world: World, treuwerk: Treuwerk) -> None:
    world.clear([line()])

    outcome = treuwerk("migrate", "--json")

    assert (outcome.code, outcome.json["changed"]) == (0, False)
    assert world.violated() == {}
