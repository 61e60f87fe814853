"""The command line on an installation with master data."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner

from tests.support.worlds import World, make_world
from treuwerk.cli import main
from treuwerk.store.database import Database


@attrs.frozen
class Outcome:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it said to a machine."""
        return json.loads(self.out)


Treuwerk = Callable[..., Outcome]


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """Programme and database with master data."""
    return make_world(tmp_path / "league", database)


@pytest.fixture
def treuwerk(world: World) -> Treuwerk:
    """Runs a command on the programme and database of the test."""
    def run(*arguments: str | Path) -> Outcome:
        return invoke("--programme", world.folder, "--database", world.database.url.render_as_string(False), *arguments)

    return run


def invoke(*arguments: str | Path) -> Outcome:
    """Runs a command as the shell would; an error without a message of ours is raised."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    return Outcome(result.exit_code, result.stdout, result.stderr)
