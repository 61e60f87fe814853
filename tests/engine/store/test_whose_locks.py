"""Nothing that runs in a process closes the file of its database but SQLite: POSIX would drop all locks on it.

What the operating system is asked to open is told by Python itself (PEP 578), whoever asks: a test that names the
places would pass by the next one.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.worlds import World, lines, make_world, table
from treuwerk.store.database import Database

WATCHED = """
import json, os, sys, traceback

database, opened = sys.argv[2], []
status = os.stat(database)
mine = status.st_dev, status.st_ino


def noted(event, arguments):
    if event != "open" or not isinstance(arguments[0], str) or not os.path.exists(arguments[0]):
        return
    found = os.stat(arguments[0])
    if (found.st_dev, found.st_ino) == mine:
        opened.append(next(frame.filename for frame in reversed(traceback.extract_stack()[:-1])
                           if "treuwerk" in frame.filename))


sys.addaudithook(noted)
from click.testing import CliRunner
from treuwerk.cli import main

codes = [CliRunner().invoke(main, ["--programme", sys.argv[1], "--database", f"sqlite:///{database}", *command],
                            catch_exceptions=False).exit_code for command in json.loads(sys.argv[3])]
print(json.dumps([codes, opened]))
"""
COMMANDS = [["doctor"], ["check"], ["verify"], ["digest"], ["anchor"], ["export", "journal"], ["report", "liability"],
            ["jobs", "list"], ["sweep", "--dry-run"], ["daily"]]


@pytest.mark.skipif(sys.platform == "win32", reason="locks belong to descriptors there")
def test_no_command_opens_the_file_of_the_database_past_sqlite(tmp_path: Path, sqlite_database: Database) -> None:
    world = make_world(tmp_path / "league", sqlite_database)
    delivery = tmp_path / "deliveries.csv"
    delivery.write_text(table(lines(2_500)), "utf-8")  # enough for a second process
    assert sqlite_database.file

    codes, opened = _watched(world, sqlite_database.file, [["clear", str(delivery)], *COMMANDS])

    assert codes[0] == 0
    assert 2 not in codes, "a command that does not run proves nothing"
    assert [Path(one).name for one in opened] in ([], ["safety.py"])


def _watched(world: World, file: Path, commands: list[list[str]]) -> tuple[list[int], list[str]]:
    done = subprocess.run([sys.executable, "-c", WATCHED, str(world.folder), str(file), json.dumps(commands)],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    codes, opened = json.loads(done.stdout.splitlines()[-1])
    return codes, opened
