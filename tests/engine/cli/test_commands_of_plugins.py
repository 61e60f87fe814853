"""Commands that plugins add to the command line."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.cli.conftest import Treuwerk
from tests.support.worlds import World
from treuwerk.cli import COMMANDS

SHELF = Path(__file__).parents[2] / "support" / "command_shelf"


@pytest.fixture(autouse=True)
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The plugins look installed."""
    monkeypatch.syspath_prepend(str(SHELF))
    yield
    sys.modules.pop("counting_commands", None)


def use(world: World, *plugins: str) -> None:
    """Let the programme name plugins, too."""
    path = world.folder / "programme.toml"
    names = "".join(f'"{name}", ' for name in plugins)
    path.write_text(path.read_text("utf-8").replace("plugins = [", f"plugins = [{names}", 1), "utf-8")


def test_a_command_of_a_plugin_is_listed_behind_those_of_the_engine_and_runs(world: World, treuwerk: Treuwerk) -> None:
    use(world, "counting")

    help_text = treuwerk("--help").out
    done, failed = treuwerk("count-people"), treuwerk("count-people", "--at-least", "99")

    assert help_text.index("maintenance") < help_text.index("Commands of plugins:\n  count-people  Count the part")
    assert (done.code, failed.code) == (0, 1)
    assert "participants in league" in done.out
    assert "Fail where there are fewer." in treuwerk("count-people", "--help").out


def test_a_plugin_that_the_programme_does_not_name_adds_nothing(treuwerk: Treuwerk) -> None:
    unknown = treuwerk("count-people")

    assert unknown.code == 2
    assert "No such command 'count-people'" in unknown.err
    assert "Commands of plugins" not in treuwerk("--help").out


@pytest.mark.parametrize(("plugin", "command", "says"), [
    ("taken_command", "roof", "a plugin offers 'clear'; expected a name of small letters"),
    ("no_command", "nothing", "the plugin with the command 'nothing' built 'count'; expected a click.Command")])
def test_a_wrong_command_is_told_with_the_remedy(world: World, treuwerk: Treuwerk, plugin: str, command: str,
                                                 says: str) -> None:
    use(world, plugin)

    told = treuwerk(command)

    assert told.code == 2
    assert says in told.err
    assert treuwerk("balance", "10017").code == 0, "commands of the engine do not ask plugins for theirs"


def test_no_command_of_the_engine_can_be_taken_over(world: World, treuwerk: Treuwerk) -> None:
    use(world, "taken_command")

    assert "Clear the roof" not in treuwerk("clear", "--help").out
    assert "clear" in COMMANDS
