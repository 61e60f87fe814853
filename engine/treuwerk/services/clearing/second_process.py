"""The second process of a clearing: how it comes to be, and how scored batches travel from it.

A fork has the programme in its memory and is there at once, but only a process of one thread can be forked safely:
locks that other threads hold would stay locked for ever. Otherwise a new process loads the programme from its folder.
"""

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing import get_context
from os import fdopen, pipe
from pathlib import Path
from typing import IO

import attrs

from treuwerk.domain.tabular import UnreadableFile
from treuwerk.programme.reading import read_programme
from treuwerk.services.clearing.intake import ReaderFailed
from treuwerk.services.clearing.scoring import ScoredBatch
from treuwerk.services.installation import Installation
from treuwerk.services.pacing import without_collection
from treuwerk.store.database import Database

if sys.platform == "linux":
    from fcntl import F_SETPIPE_SZ, fcntl

PIPE_BYTES = 1 << 20  # the most that Linux gives everybody
_THREADS = Path("/proc/self/task")


class ScoringFailed(RuntimeError):
    """The scoring process ended before the file did; what it said is in the message."""


@attrs.frozen
class Task:
    """What the scoring process needs to know. It travels over a pipe, so that no password shows in arguments."""

    folder: Path
    database: str
    source: str
    file: Path
    now: int
    behind: int


Scorer = Callable[[Installation, Task], Iterator[ScoredBatch]]
Meanwhile = Callable[[], None]
Message = ScoredBatch | UnreadableFile | ReaderFailed | ScoringFailed | None
"""None is the end of the file: where it is missing, the process was ended before."""


def can_fork() -> bool:
    """Whether this process may be copied: on Linux, while it has one thread, those of libraries included."""
    return sys.platform == "linux" and _THREADS.is_dir() and len(list(_THREADS.iterdir())) == 1


def forked(installation: Installation, task: Task, scorer: Scorer, meanwhile: Meanwhile) -> Iterator[ScoredBatch]:
    """Batches from a copy of this process; what is to be done before the first one is done here meanwhile.

    Raises:
        UnreadableFile: the file as a whole is not what the source reads.
        ScoringFailed: the process died.
    """
    installation.database.disconnect()  # a connection must not be shared: from here on each process opens its own
    reading, writing = pipe()
    with fdopen(reading, "rb", PIPE_BYTES) as out, fdopen(writing, "wb") as into:
        process = get_context("fork").Process(target=_copy, args=(installation, task, scorer, out, into), daemon=True)
        process.start()
        into.close()
        _widen(out)
        try:
            meanwhile()
            yield from _received(out)
        finally:
            process.kill()
            process.join()


def started(task: Task, meanwhile: Meanwhile) -> Iterator[ScoredBatch]:
    """The same from a new process, which loads the programme from its folder."""
    command = [sys.executable, "-c", "from treuwerk.services.clearing.pipeline import main; main()"]
    with subprocess.Popen(  # noqa: S603 (our own module, by our own interpreter)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=PIPE_BYTES) as process:
        assert process.stdin is not None  # both are pipes
        assert process.stdout is not None
        try:
            with suppress(BrokenPipeError):  # it ended at once, which shows below
                pickle.dump(task, process.stdin)
                process.stdin.close()
            _widen(process.stdout)
            meanwhile()
            yield from _received(process.stdout)
        finally:
            process.kill()


def _widen(pipe_end: IO[bytes]) -> None:
    """Let a batch of some thousand lines lie in the pipe: who sends it goes on with the next one at once."""
    if sys.platform == "linux":
        with suppress(OSError):  # the system allows less
            fcntl(pipe_end, F_SETPIPE_SZ, PIPE_BYTES)


def _received(stream: IO[bytes]) -> Iterator[ScoredBatch]:
    while (message := _next_message(stream)) is not None:
        if isinstance(message, Exception):
            raise message
        yield message
        message = None  # the batch is free as soon as its user lets go of it


def _next_message(stream: IO[bytes]) -> Message:
    try:
        message: Message = pickle.load(stream)  # noqa: S301 (from the process started here)
    except (EOFError, pickle.UnpicklingError):  # the latter where it broke off inside a batch
        return _failed("the process was ended")
    return message


def _failed(why: object) -> ScoringFailed:
    return ScoringFailed(f"scoring stopped: {why}; clear the file again to go on from there")


def _copy(installation: Installation, task: Task, scorer: Scorer, out: IO[bytes], into: IO[bytes]) -> None:
    """What the fork does. It lets go of the end that is read, so that it cannot outlive its reader."""
    out.close()
    with into:
        _send(lambda: installation, task, scorer, into)


def _send(opened: Callable[[], Installation], task: Task, scorer: Scorer, into: IO[bytes]) -> None:
    """All batches, and None behind them; or the reason why there are no more."""
    end: Message = None
    try:
        with without_collection():
            for batch in scorer(opened(), task):
                pickle.dump(batch, into, pickle.HIGHEST_PROTOCOL)
                into.flush()
                del batch
    except (UnreadableFile, ReaderFailed) as error:
        end = error
    except BrokenPipeError:  # nobody reads any more
        return
    except Exception as error:
        end = _failed(f"{type(error).__name__}: {error}")
    pickle.dump(end, into)


def serve(scorer: Scorer) -> None:
    """What a new process does: a task comes in, batches go out."""
    task: Task = pickle.load(sys.stdin.buffer)  # noqa: S301 (it comes from the process that started this one)
    _send(lambda: Installation(read_programme(task.folder), Database(task.database)), task, scorer, sys.stdout.buffer)
