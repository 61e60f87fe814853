"""What an auditor types: verify, anchor, digest, export, protect."""

import json
from pathlib import Path

from sqlalchemy import text

from tests.engine.cli.conftest import Treuwerk
from tests.support.guarded import switch_guards_off
from tests.support.singles import redeem_one_lot
from tests.support.worlds import SIX_IN_THE_EVENING, World, lines

PERSONAL = ("Canary Name", "canary@example.org", "Canarystreet", "87499", "Canarytown", "Canarygroup", "CanaryWritten",
            "canary-attribute", "Canary Person")


def test_verify_seals_first_and_tells_how_long_each_law_took(world: World, treuwerk: Treuwerk) -> None:
    world.clear(lines(3))
    redeem_one_lot(world, SIX_IN_THE_EVENING + 1)

    proven = treuwerk("verify", "--json")

    assert proven.code == 0
    assert (proven.json["ok"], proven.json["transactions"], proven.json["unsealed"]) == (True, 4, 0)
    assert all(set(law) == {"name", "state", "count", "first_violation", "duration"}
               for law in proven.json["invariants"])
    assert world.rows(text("SELECT COUNT(*) FROM sealed")) == [(4,)]


def test_an_anchor_in_a_file_finds_what_was_cut_off(world: World, treuwerk: Treuwerk, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.jsonl"
    world.clear(lines(3))
    first = treuwerk("anchor", "--file", anchors)
    redeem_one_lot(world, SIX_IN_THE_EVENING + 1)
    second = treuwerk("anchor", "--json", "--file", anchors)
    kept = treuwerk("verify", "--anchor", anchors)
    switch_guards_off(world.database)
    with world.database.writing() as connection:
        for statement in ("DELETE FROM seal WHERE number = 2", "DELETE FROM sealed WHERE sequence = 4"):
            connection.execute(text(statement))

    cut = treuwerk("verify", "--anchor", anchors, "--json")

    assert first.out.splitlines()[:2] == ["sequence 3", "seal 1"]
    assert (second.json["sequence"], second.json["seal"]) == (4, 2)
    assert [json.loads(row)["sequence"] for row in anchors.read_text().splitlines()] == [3, 4]
    assert kept.code == 0
    assert "anchors_are_in_the_chain" in kept.out
    found = {law["name"]: law["first_violation"] for law in cut.json["invariants"] if law["state"] == "violated"}
    assert cut.code == 1
    assert found["anchors_are_in_the_chain"].startswith("sequence 4 to 4 are gone")


def test_a_file_that_holds_no_anchor_is_a_mistake_of_the_one_who_names_it(treuwerk: Treuwerk, tmp_path: Path) -> None:
    file = tmp_path / "anchors.jsonl"
    file.write_bytes(b"\xff\n")
    unreadable = treuwerk("verify", "--anchor", file)
    file.write_text("hello\n")

    outcome = treuwerk("verify", "--anchor", file)

    assert (unreadable.code, outcome.code) == (2, 2)
    assert "found no UTF-8" in unreadable.err
    assert "anchors.jsonl, line 1: found 'hello', expected an anchor as treuwerk anchor --json prints it" in outcome.err


def test_the_digest_is_one_line_or_its_sections(world: World, treuwerk: Treuwerk) -> None:
    world.clear(lines(3))

    plain, found = treuwerk("digest"), treuwerk("digest", "--json")

    assert plain.out == f"{found.json['digest']}\n"
    assert {one["name"]: one["lines"] for one in found.json["sections"]}["transactions"] == 3


def test_export_seals_first_and_prints_the_same_bytes_twice(world: World, treuwerk: Treuwerk) -> None:
    world.clear(lines(3))
    redeem_one_lot(world, SIX_IN_THE_EVENING + 1)

    first, second = treuwerk("export", "journal"), treuwerk("export", "journal")

    assert first.out == second.out
    assert [("transaction" in json.loads(row)) for row in first.out.splitlines()] == [True, True, True, False, True,
                                                                                      False]


def test_no_personal_data_is_in_the_exported_text(world: World, treuwerk: Treuwerk) -> None:
    world.participants("customer_number;name;group;email;street;postcode;city;identifiers\n"
                       "CanaryWritten;Canary Name;installer;canary@example.org;Canarystreet 1;87499;Canarytown;"
                       "vat:Canarygroup\n")
    with world.database.writing() as connection:
        connection.execute(text("UPDATE participant SET attributes = '{\"x\":\"canary-attribute\"}'"))
    world.clear(lines(3, customer_number="CanaryWritten"))
    world.attendance("seminar_code;held_on;participant;person;attended\n"
                     "S-1;2026-05-04;CanaryWritten;Canary Person;yes\n")
    with world.database.reading() as connection:
        stored = json.dumps([list(map(str, row)) for table in ("participant", "person", "identifier")
                             for row in connection.execute(text(f"SELECT * FROM {table}"))])

    exported = treuwerk("export", "journal").out

    assert len(exported.splitlines()) == 6
    assert [canary for canary in PERSONAL if canary.casefold() not in stored.casefold()] == []
    assert [canary for canary in PERSONAL if canary.casefold() in exported.casefold()] == []


def test_protect_puts_guards_back_that_verify_missed(world: World, treuwerk: Treuwerk) -> None:
    switch_guards_off(world.database)

    missed, mended, again = treuwerk("verify", "--json"), treuwerk("protect"), treuwerk("protect", "--json")

    found = {law["name"]: law["first_violation"] for law in missed.json["invariants"] if law["state"] == "violated"}
    assert missed.code == 1
    assert set(found) == {"append_only_guards_are_there"}
    assert found["append_only_guards_are_there"].endswith("is missing; treuwerk protect puts it back")
    assert "on journal was missing: put back" in mended.out
    assert again.json["put_back"] == []
    assert treuwerk("verify").code == 0


def test_protect_names_a_role_that_is_not_there(treuwerk: Treuwerk, world: World) -> None:
    outcome = treuwerk("protect", "--role", "nobody_here")

    assert outcome.code == 2
    assert ("SQLite knows no roles" if world.database.is_sqlite else "found no role 'nobody_here'") in outcome.err
