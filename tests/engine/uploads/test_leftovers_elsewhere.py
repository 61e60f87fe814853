"""Leftovers of an inbox on another file system, and leftovers that cannot be removed, hold up no sweep."""

import errno
import logging
import os
from pathlib import Path

import pytest

from tests.engine.uploads.test_sweeping import aged
from tests.support.portal import NOW, PROGRAMME, Portal, open_portal
from treuwerk.services.submissions.sweeping import sweep
from treuwerk.store.database import Database

PART = ".0123456789abcdef.part"


@pytest.fixture
def with_inbox(tmp_path: Path, sqlite_database: Database) -> Portal:
    """A portal with an inbox, in which a receipt was half written."""
    portal = open_portal(tmp_path, sqlite_database, PROGRAMME + '\n[inbox]\nfolder = "inbox"\n')
    out = inbox_of(portal) / "deliveries" / "out"
    out.mkdir(parents=True)
    (out / PART).write_bytes(b"torn")
    (out / ".of-a-partner.part").write_bytes(b"not ours")
    aged(out, 2)
    return portal


def inbox_of(portal: Portal) -> Path:
    return portal.installation.programme.folder / "inbox"


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_an_inbox_may_lie_on_another_file_system(with_inbox: Portal, folder: Path,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    rename, inbox = Path.rename, inbox_of(with_inbox)

    def renamed(self: Path, target: Path) -> Path:
        if self.is_relative_to(inbox) is not target.is_relative_to(inbox):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", renamed)
    swept = sweep(with_inbox.installation, NOW)

    assert (swept.unfinished, files_in(inbox)) == (1, [".of-a-partner.part"])


def test_a_leftover_that_cannot_be_removed_is_told_and_the_others_go(
        with_inbox: Portal, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "incoming").mkdir(parents=True)
    (folder / "incoming" / "first").write_bytes(b"held")
    (folder / "incoming" / "second").write_bytes(b"torn")
    aged(folder, 2)
    rename = Path.rename

    def renamed(self: Path, target: Path) -> Path:
        if self.name == "first":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", renamed)
    with caplog.at_level(logging.WARNING, "treuwerk.sweeping"):
        swept = sweep(with_inbox.installation, NOW)

    assert (swept.unfinished, files_in(folder), files_in(inbox_of(with_inbox))) == (
        2, ["first"], [".of-a-partner.part"])
    assert f"{folder / 'incoming' / 'first'} was not removed (Permission denied)" in caplog.text


def test_a_sweep_that_dies_in_between_leaves_what_the_next_one_finds(with_inbox: Portal, folder: Path,
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("treuwerk.services.submissions.leftovers.remove", _die)
        with pytest.raises(KeyboardInterrupt):
            sweep(with_inbox.installation, NOW)
    before = files_in(inbox_of(with_inbox))

    swept = sweep(with_inbox.installation, NOW)

    assert len(before) == 2
    assert PART not in before
    assert (swept.unfinished, files_in(inbox_of(with_inbox))) == (1, [".of-a-partner.part"])


def _die(path: Path) -> None:
    raise KeyboardInterrupt
