"""Whether files of tests may lie in memory."""

import tempfile
from pathlib import Path

import pytest

from tests.support import quick_disk


def test_a_folder_that_is_not_there_is_not_used(tmp_path: Path) -> None:
    assert not quick_disk.fits(tmp_path / "nowhere")


def test_a_folder_without_room_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = quick_disk.fits(tmp_path)
    monkeypatch.setattr(quick_disk, "ROOM", 2**63)

    assert before
    assert not quick_disk.fits(tmp_path)


def test_a_place_that_somebody_named_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    quick_disk.use_it()

    assert tempfile.gettempdir() == str(tmp_path)
