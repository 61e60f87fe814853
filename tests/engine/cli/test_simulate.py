"""``treuwerk simulate`` as integrators and their CI use it."""

import csv

import pytest

from tests.engine.cli.conftest import Treuwerk
from tests.support.assemblies import SYSTEM
from tests.support.simulations import THRICE, changed
from tests.support.worlds import World, line, table


def test_a_file_is_explained_line_by_line_and_nothing_is_booked(world: World, treuwerk: Treuwerk) -> None:
    world.clear([line("LS-1")])
    file = world.file("new.csv", table([
        line("LS-1"), line("LS-2", scope="MODULE"), line("LS-3", article_number="SW-W-10H"),
        line("LS-4", customer_number="99999")]))
    before = world.counts()

    told, words = treuwerk("simulate", file, "--json"), treuwerk("simulate", file)

    assert (told.code, told.json["points"]) == (0, {"bonus": 1200, "status": 800})
    assert [(one["document"], one["fate"], one["unit"], one["points"]) for one in told.json["awards"]] == [
        ("LS-1", "known", "bonus", 800), ("LS-1", "known", "status", 400), ("LS-2", "new", "bonus", 400),
        ("LS-2", "new", "status", 400)]
    first = told.json["awards"][0]
    assert (first["rule"], first["revision"], first["participant"], first["steps"][0], first["steps"][-1]) == (
        "module_points", 1, "10017",
        {"operation": "start", "name": "quantity", "operand": "10", "figure": "10"},
        {"operation": "round_down", "name": "points", "operand": "", "figure": "800"})
    assert [one["document"] for one in told.json["without_points"]] == ["LS-3"]
    assert [(one["document"], one["code"], one["state"]) for one in told.json["problems"]] == [
        ("LS-4", "unknown_participant", "waiting")]
    assert ("LS-1 line 1 of 2026-05-04 by 10017: 10 × SW-M-400, which is booked already\n"
            "  module_points revision 1 → 800 bonus\n") in words.out
    assert "LS-3 line 1 of 2026-05-04 by 10017: 10 × SW-W-10H\n  earns nothing\n" in words.out
    assert words.out.endswith("new.csv would earn 1,200 bonus, 800 status; nothing is booked\n")
    assert world.counts() == before


def test_a_file_is_scored_as_if_bought_on_another_day(world: World, treuwerk: Treuwerk) -> None:
    world.clear([line("LS-1")])
    changed(world, ('title = { de = "Modulpunkte" }', 'title = { de = "Modulpunkte" }\nvalid_until = 2029-12-31'))
    (world.folder / "programme.toml").write_text((world.folder.parent / "next" / "programme.toml").read_text())
    file = world.file("new.csv", table([line("LS-1")]))

    last, behind = (treuwerk("simulate", file, "--at", day, "--json").json for day in ("2029-12-31", "2030-01-01"))
    early = treuwerk("simulate", file, "--at", "2020-01-01")

    assert [(one["points"], one["day"], one["fate"]) for one in last["awards"]] == [
        (800, "2029-12-31", "known"), (400, "2029-12-31", "known")]
    assert (behind["awards"], behind["without_points"][0]["fate"], behind["problems"]) == ([], "known", [])
    assert early.code == 1
    assert "found 2020-01-01, expected a day from the programme's start 2024-01-01 on" in early.err


def test_a_line_of_an_order_tells_what_it_earns_once_that_is_complete(world: World, treuwerk: Treuwerk) -> None:
    changed(world, ("[measures]", SYSTEM), ('"MODULE"]\n', '"MODULE"]\noptional = true\n'))
    (world.folder / "programme.toml").write_text((world.folder.parent / "next" / "programme.toml").read_text())
    file = world.file("new.csv", table([line("LS-1", scope="")]))

    told = treuwerk("simulate", file)

    assert "  module_points revision 1 → 400 bonus\n" in told.out
    assert "  module_points revision 1 → 800 bonus, once its order is complete\n" in told.out
    assert "would earn 400 bonus, 400 status" in told.out


def test_a_changed_programme_is_told_as_words_json_csv_and_markdown(world: World, treuwerk: Treuwerk) -> None:
    world.clear([line("LS-1"), line("LS-2", customer_number="10109", scope="MODULE")])
    changed(world, THRICE)
    place, out = world.folder.parent / "next", world.folder / "effect.csv"

    words, machine, review = (treuwerk("simulate", "--next", place, *more) for more in (
        ("--out", out), ("--json",), ("--markdown", "--since", "2026-01-01")))

    assert (words.code, machine.code, review.code) == (0, 0, 0)
    assert words.out.startswith("2 purchase lines and 0 activities asked about, 1 would earn something else\n")
    assert "10017\tSonnendach Brandmaier GmbH\tbonus\t800\t1200\t400\t\n" in words.out
    assert "  next  1200 bonus by revision 1: start quantity 10, times wp 400, " in words.out
    assert machine.json["totals"]["bonus"]["difference"] == 400
    assert [one["participant"] for one in machine.json["participants"]] == ["10017"]
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert [(row["participant"], row["unit"], row["difference"]) for row in rows] == [
        ("10017", "bonus", "400"), ("10017", "status", "0")]
    assert review.out.startswith("## Effect of the changed programme league, since 2026-01-01 up to ")
    assert "| bonus | 1,200 | 1,600 | +400 | +400 |  | 0 |\n" in review.out
    assert "| module\\_points | LS-1 | 1 | 2026-05-04 | 800 bonus by revision 1: " in review.out


def test_a_programme_that_did_not_change_says_so(world: World, treuwerk: Treuwerk) -> None:
    world.clear([line()])

    assert treuwerk("simulate", "--next", world.folder).out == (
        "1 purchase lines and 0 activities asked about, 0 would earn something else\nno difference\n")


@pytest.mark.parametrize("arguments", [
    (), ("--at", "2026-01-01", "--next", "."), ("--json", "--markdown", "--next", "."),
    ("--next", ".", "--propose", "more for systems")])
def test_arguments_that_mean_nothing_are_refused(treuwerk: Treuwerk, arguments: tuple[str, ...]) -> None:
    outcome = treuwerk("simulate", *arguments)

    assert outcome.code == 2
    assert "Error:" in outcome.err


def test_a_programme_with_mistakes_is_told_with_all_of_them(world: World, treuwerk: Treuwerk) -> None:
    place = world.folder.parent / "broken"
    place.mkdir()
    (place / "programme.toml").write_text((world.folder / "programme.toml").read_text().replace(
        "attribute_per_point = 10", "attribute_per_point = 0"))

    outcome = treuwerk("simulate", "--next", place)

    assert outcome.code == 2
    assert "attribute_per_point" in outcome.err
