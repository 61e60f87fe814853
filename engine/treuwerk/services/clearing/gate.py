"""The gate before the booking of a file: what is broken as a whole does not get through, whoever tries how often.

The answer is there before the first batch is booked. What is booked in part, by a run that was killed, is booked to its
end: the answer was given before, and by the same bytes it is the same.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import attrs

from treuwerk.programme.settings import Source
from treuwerk.services.clearing.clearing_run import ClearingRun
from treuwerk.services.clearing.file_verdicts import verdict
from treuwerk.services.clearing.held_files import HeldFile, NotReleased, hold_back, known, rehearsed
from treuwerk.store.database import Database
from treuwerk.store.held import CLEARED, REJECTED, RELEASED

T = TypeVar("T")


class KeptBack(Exception):
    """Nothing of the file is booked; `held` says why."""

    def __init__(self, held: HeldFile) -> None:
        super().__init__(held.in_words)
        self.held = held


@attrs.frozen
class Gate:
    """Whether one file may be booked by one run."""

    _database: Database
    _source: Source
    _path: Path
    _run: ClearingRun
    _sha256: str
    _now: int

    def check(self) -> None:
        """Let the file through, or hold it.

        Raises:
            KeptBack: it is held, or was rejected.
            UnreadableFile: the file as a whole is not what the source reads.
        """
        if self._is_decided():
            return
        told = verdict(self._source, self._path)
        if told.reasons:
            raise KeptBack(hold_back(self._database, self._path, self._run.source, self._run.name, self._sha256, told,
                                     self._now))

    def rehearse(self) -> None:
        """The same, and nothing is stored."""
        if self._is_decided():
            return
        told = verdict(self._source, self._path)
        if told.reasons:
            raise KeptBack(self._run.held or rehearsed(self._run.source, self._run.name, self._sha256, told, self._now))

    def _is_decided(self) -> bool:
        held = self._run.held
        if self._run.noted or (held is not None and held.state in (RELEASED, CLEARED)):
            return True
        if held is not None and held.state == REJECTED:
            raise KeptBack(held)
        return False

    def passed(self, act: Callable[[], T]) -> T:
        """Do what may meet somebody who takes the release back.

        Raises:
            KeptBack: it is held after all.
        """
        try:
            return act()
        except NotReleased:
            with self._database.reading() as connection:
                found = known(connection, self._sha256, self._run.source)
            assert found is not None, "it was there a moment ago"
            raise KeptBack(found) from None
