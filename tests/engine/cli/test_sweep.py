"""``treuwerk sweep`` as an operator uses it."""

import os
from pathlib import Path

import pytest

from tests.engine.cli.conftest import Treuwerk
from tests.support.worlds import World
from treuwerk.services.clearing.shelf import shelf_of
from treuwerk.services.documents_folder import VARIABLE


@pytest.fixture
def lost(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A delivery of three days ago that was kept and never noted."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "documents"))
    path = shelf_of(world.database).keep([b"never noted"], 100).path
    old = path.stat().st_mtime - 3 * 86_400
    os.utime(path, (old, old))
    return path


def test_sweep_counts_first_and_removes_then(lost: Path, treuwerk: Treuwerk) -> None:
    looked = treuwerk("sweep", "--dry-run")
    there = lost.exists()
    swept = treuwerk("sweep", "--json").json

    assert "1 leftovers of broken uploads would be removed (11 bytes)" in looked.out
    assert (there, lost.exists()) == (True, False)
    assert swept == {"arrived": 1, "bytes": 11, "drafts": 0, "dry_run": False, "files": 0, "unfinished": 0,
                     "unknown": 0}


def test_every_night_sweeps(lost: Path, treuwerk: Treuwerk) -> None:
    done = treuwerk("jobs", "run", "sweep")

    assert done.code == 0, done.err
    assert not lost.exists()
