"""``treuwerk plugins`` tells what fails and is paused; safe mode leaves strangers out and books nothing."""

from typing import Any

from tests.engine.cli.conftest import invoke
from tests.engine.failures.conftest import Hostile
from tests.support.worlds import World, line, lines, table


def run(world: World, *arguments: str) -> tuple[int, str, str]:
    done = invoke("--programme", world.folder, "--database", world.database.url.render_as_string(False), *arguments)
    return done.code, done.out, done.err


def listed(world: World, name: str, *options: str) -> Any:
    done = invoke(*options, "--programme", world.folder, "--database", world.database.url.render_as_string(False),
                  "plugins", "--json")
    assert done.code == 0
    return next(one for one in done.json if one["name"] == name)


def test_the_list_names_failures_and_pauses_and_a_person_lets_the_plugin_go_on(hostile: Hostile) -> None:
    world = hostile("exception", isolated=False, policy="pause_after_failures = 2\n")
    world.file("bad.csv", table([line(f"LS-{at}", quantity="3") for at in range(2)]))
    world.file("good.csv", table(lines(4, "LX")))

    assert run(world, "clear", str(world.folder / "bad.csv"))[0] == 3
    found = listed(world, "hostile_rule")
    code, out, err = run(world, "plugins")

    assert (found["state"], found["version"]) == ("paused", "6.6.6")
    assert [(one["part"], one["error"], one["times"]) for one in found["failures"]] == [("extra", "ValueError", 2)]
    assert [one["paused_by"] for one in found["paused"]] == ["engine"]
    assert "extra: ValueError: no number in … of line #" in out
    assert "then: treuwerk plugins resume hostile_rule" in err

    assert run(world, "clear", str(world.folder / "good.csv"))[0] == 3
    code, out, _ = run(world, "plugins", "resume", "hostile_rule", "--actor", "Ada")

    assert code == 0
    assert out.startswith("hostile_rule goes on. 6 lines: 4 booked")
    assert run(world, "verify")[0] == 0


def test_a_person_pauses_a_plugin_for_a_reason(hostile: Hostile) -> None:
    world = hostile("exception", isolated=False)

    assert "expected at least two words" in run(
        world, "plugins", "pause", "hostile_rule", "--actor", "Ada", "--reason", "why")[2]
    assert "expected one of csv_feed" in run(
        world, "plugins", "pause", "hostil", "--actor", "Ada", "--reason", "It is wrong")[2]
    assert run(world, "plugins", "pause", "hostile_rule", "--actor", "Ada", "--reason", "It is wrong")[0] == 0
    assert run(world, "plugins", "pause", "hostile_rule", "--actor", "Ada", "--reason", "It is wrong")[0] == 1
    assert listed(world, "hostile_rule")["state"] == "paused"
    assert run(world, "plugins", "acknowledge", "hostile_rule", "--actor", "Ada")[1].startswith("hostile_rule: 0 kinds")


def test_safe_mode_looks_without_strangers_and_books_nothing(hostile: Hostile) -> None:
    world = hostile("exception", isolated=False)
    world.clear(lines(2))
    file = str(world.file("more.csv", table(lines(2, "LX"))))
    (world.folder / "programme.toml").write_text(
        (world.folder / "programme.toml").read_text("utf-8").replace('act = "exception"', "act = 5"), "utf-8")

    assert run(world, "balance", "10017")[0] == 2
    assert run(world, "--safe-mode", "balance", "10017")[0] == 0
    assert run(world, "--safe-mode", "verify")[0] == 0
    assert run(world, "--safe-mode", "export", "journal")[0] == 0
    code, _, err = run(world, "--safe-mode", "clear", file)

    assert (code, "safe mode leaves out plugins and books nothing" in err) == (2, True)
    left_out = listed(world, "hostile_rule", "--safe-mode")
    assert (left_out["state"], left_out["error"]) == (
        "left_out", "safe mode: comes from hostile-shelf, not with the engine")
