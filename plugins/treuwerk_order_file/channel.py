"""The channel itself: a file appears whole or not at all, and a note beside it remembers that it did.

A file is written as `sent/<key>.part`, linked as `sent/<key>.csv`, and moved to `<key>.csv`, where the supplier finds
it. Moving is one step for the file system, so a note without its part says that the file was there, wherever a crash
cut in: also when the supplier took it away at once.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from time import time

import attrs
from attrs.validators import min_len

from treuwerk.domain.handover_tables import as_cancelled_table, as_table
from treuwerk.domain.handovers import Answer, Cancellation, ChannelUnavailable, Handover, Reply, SentParcel
from treuwerk.domain.parcel_reports import MOST_BYTES, parcels_in_table

_SENT, _ANSWERS = "sent", "answers"
QUIET_SECONDS = 10
"""How long an answer must not have changed before it is read."""


@attrs.frozen
class OrderFileSettings:
    """``[[suppliers]]`` with ``channel = "order_file"``."""

    folder: str = attrs.field(validator=min_len(1))
    """Where files appear as ``<key>.csv``; a relative path begins at the folder of the programme.

    What is cancelled later appears beside them as ``<key>-cancelled-<pieces>.csv``; parcels are read from
    ``answers/<key>*.csv``.
    """


@attrs.frozen
class OrderFile:
    """Files in a folder. What was written once is noted in its folder ``sent``, also when the supplier took it away."""

    folder: Path

    def hand_over(self, handover: Handover) -> Reply:
        """Write the file, unless it was written before."""
        return self._accepted(handover.key, as_table(handover))

    def reconcile(self, handover: Handover) -> Reply:
        """Whether the file was written."""
        found = self._was_there(handover.key)
        return Reply(Answer.ACCEPTED, "written before") if found else Reply(Answer.NOT_THERE)

    def sent(self, handover: Handover) -> Sequence[SentParcel]:
        """What stands in the files ``answers/<key>*.csv``, which the supplier writes; see `parcels_in_table`."""
        found: list[SentParcel] = []
        for path in sorted((self.folder / _ANSWERS).glob(f"{handover.key}*.csv")):
            try:
                found += () if (text := _report(path)) is None else parcels_in_table(text)
            except FileNotFoundError:
                continue  # taken away meanwhile
            except (OSError, ValueError) as error:
                raise ChannelUnavailable(f"{path}: {error}") from error
        return found

    def cancel(self, cancellation: Cancellation) -> Reply:
        """Write what is not wanted any more beside the orders, unless it was written before."""
        return self._accepted(cancellation.name, as_cancelled_table(cancellation))

    def _accepted(self, name: str, content: str) -> Reply:
        try:
            if self._was_there(name):
                return Reply(Answer.ACCEPTED, "written before")
            self._write(name, content)
        except OSError as error:
            raise ChannelUnavailable(f"{self.folder}: {error.strerror or error}; let this user write there") from error
        return Reply(Answer.ACCEPTED, f"{name}.csv")

    def _was_there(self, name: str) -> bool:
        return self._note(name).exists() and not self._part(name).exists()

    def _write(self, name: str, content: str) -> None:
        note, part = self._note(name), self._part(name)
        note.parent.mkdir(parents=True, exist_ok=True)
        note.unlink(missing_ok=True)  # of an attempt that ended before the file appeared
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, note)
        _keep(note.parent)
        part.replace(self.folder / f"{name}.csv")
        _keep(self.folder)
        _keep(note.parent)

    def _note(self, name: str) -> Path:
        return self.folder / _SENT / f"{name}.csv"

    def _part(self, name: str) -> Path:
        return self.folder / _SENT / f"{name}.part"


def _report(path: Path) -> str | None:
    """What stands in an answer; None while somebody may be writing it.

    Raises:
        OSError, ValueError: it is no file of a size that can be read.
    """
    about = path.stat()
    if not S_ISREG(about.st_mode):  # to open a pipe would wait for whoever writes to it
        raise ValueError("found no file, expected a table of parcels")
    if about.st_size > MOST_BYTES:
        raise ValueError(f"found {about.st_size:,} bytes, expected at most {MOST_BYTES:,}")
    return path.read_text("utf-8") if about.st_mtime < time() - QUIET_SECONDS else None


def _keep(folder: Path) -> None:
    """Have the names in a folder outlive a power cut, where the system can open folders."""
    with suppress(PermissionError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
