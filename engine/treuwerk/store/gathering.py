"""What many threads ask for at once is written together: whoever has the turn takes all that wait by then.

Nobody waits for a full group, and no clock is asked: while one group is written, the next one gathers by itself.
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Generic, TypeVar

from treuwerk.store.faults import OutcomeUnknown
from treuwerk.store.turns import Turns

W = TypeVar("W")
GROUP_WORKS = 32
_NOTHING: Any = object()


class _Job(Generic[W]):
    """A work that waits, then its outcome."""

    __slots__ = ("outcome", "work")

    def __init__(self, work: W) -> None:
        self.work = work
        self.outcome: Any = _NOTHING


class Gatherer(Generic[W]):
    """Gathers works of the threads of one process. Groups are written one after the other, in the order of asking."""

    def __init__(self) -> None:
        self._turns, self._guard = Turns(), Lock()
        self._waiting: deque[_Job[W]] = deque()

    def run(self, work: W, write: Callable[[Sequence[W]], Sequence[Any]]) -> Any:
        """The outcome of a work, which this thread writes for all that wait, or another one has written for it.

        `write` returns an outcome for each work, in their order. It must not wait for what others have locked, since
        everybody waits for it. An outcome that is an error is raised for its work; what `write` itself raises is
        raised here, and the others hear `OutcomeUnknown`.
        """
        job = _Job(work)
        with self._guard:
            self._waiting.append(job)
        try:
            with self._turns.taken():
                if job.outcome is _NOTHING:
                    self._write(write)
        except BaseException:
            self._withdraw(job)
            raise
        outcome, job.outcome = job.outcome, None  # an error knows this frame, which knows the job: a circle
        if isinstance(outcome, BaseException):
            try:
                raise outcome
            finally:
                del outcome
        return outcome

    def _write(self, write: Callable[[Sequence[W]], Sequence[Any]]) -> None:
        with self._guard:
            jobs = [self._waiting.popleft() for _ in range(min(GROUP_WORKS, len(self._waiting)))]
        outcomes: Sequence[Any] = [_lost() for _ in jobs]
        try:
            outcomes = write([job.work for job in jobs])
        finally:
            for job, outcome in zip(jobs, outcomes, strict=True):
                job.outcome = outcome

    def _withdraw(self, job: _Job[W]) -> None:
        """What nobody waits for is not begun."""
        with self._guard:
            if job in self._waiting:
                self._waiting.remove(job)


def _lost() -> OutcomeUnknown:
    return OutcomeUnknown("the thread that wrote for others broke off; ask again with the same key: what is stored is "
                          "not stored twice")
