"""The channel itself: a file appears whole or not at all, and a note beside it remembers that it did.

A file is written as `sent/<key>.part`, linked as `sent/<key>.csv`, and moved to `<key>.csv`, where the supplier finds
it. Moving is one step for the file system, so a note without its part says that the file was there, wherever a crash
cut in: also when the supplier took it away at once.
"""

import os
from contextlib import suppress
from pathlib import Path

import attrs
from attrs.validators import min_len

from treuwerk.domain.handover_tables import as_table
from treuwerk.domain.handovers import Answer, ChannelUnavailable, Handover, Reply

_SENT = "sent"


@attrs.frozen
class OrderFileSettings:
    """``[[suppliers]]`` with ``channel = "order_file"``."""

    folder: str = attrs.field(validator=min_len(1))
    """Where files appear as ``<key>.csv``; a relative path begins at the folder of the programme."""


@attrs.frozen
class OrderFile:
    """Files in a folder. What was written once is noted in its folder ``sent``, also when the supplier took it away."""

    folder: Path

    def hand_over(self, handover: Handover) -> Reply:
        """Write the file, unless it was written before."""
        try:
            if self._was_there(handover):
                return Reply(Answer.ACCEPTED, "written before")
            self._write(handover)
        except OSError as error:
            raise ChannelUnavailable(f"{self.folder}: {error.strerror or error}; let this user write there") from error
        return Reply(Answer.ACCEPTED, f"{handover.key}.csv")

    def reconcile(self, handover: Handover) -> Reply:
        """Whether the file was written."""
        found = self._was_there(handover)
        return Reply(Answer.ACCEPTED, "written before") if found else Reply(Answer.UNKNOWN)

    def _was_there(self, handover: Handover) -> bool:
        return self._note(handover).exists() and not self._part(handover).exists()

    def _write(self, handover: Handover) -> None:
        note, part = self._note(handover), self._part(handover)
        note.parent.mkdir(parents=True, exist_ok=True)
        note.unlink(missing_ok=True)  # of an attempt that ended before the file appeared
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(as_table(handover))
            file.flush()
            os.fsync(file.fileno())
        os.link(part, note)
        _keep(note.parent)
        part.replace(self.folder / f"{handover.key}.csv")
        _keep(self.folder)
        _keep(note.parent)

    def _note(self, handover: Handover) -> Path:
        return self.folder / _SENT / f"{handover.key}.csv"

    def _part(self, handover: Handover) -> Path:
        return self.folder / _SENT / f"{handover.key}.part"


def _keep(folder: Path) -> None:
    """Have the names in a folder outlive a power cut, where the system can open folders."""
    with suppress(PermissionError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
