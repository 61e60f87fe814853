"""How many pictures are drawn at once: a bound for all servers and workers of one machine.

Decoders need much memory. Each drawing holds one of so many locks of the system, which end with whoever holds them,
however he ends; the process that draws holds it, too, should the server die before it. Where all are taken, a few wait
for a while, and everybody else is told at once to come again. What takes a moment only, such as turning a picture, may
be waited for by all: a page asks for many pictures at once.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl

_PAUSE_SECONDS = 0.05
_WAITING_FOR_EACH = 2
"""So many requests of a process wait for each slot; they hold threads that others need."""
_WINDOWS = sys.platform == "win32"  # there the bound is one of each process
_lock = Lock()
_rooms: dict[tuple[str, int], BoundedSemaphore] = {}


class DrawingBusy(Exception):
    """So many pictures are being drawn on this machine that this one did not have its turn."""

    def __init__(self, most: int) -> None:
        super().__init__(f"found {most} pictures being drawn, expected fewer; come again in some seconds")


@contextmanager
def slot(purpose: str, most: int, seconds: float, *, all_wait: bool = False) -> Iterator[int | None]:
    """A place among `most` of a purpose; the answer is its descriptor for a process that draws, None on Windows.

    Raises:
        DrawingBusy: none was free for so many `seconds`; or too many wait already, unless `all_wait`.
    """
    room, until = _room(purpose, most), time.monotonic() + seconds
    if not room.acquire(timeout=seconds if all_wait else 0):
        raise DrawingBusy(most)
    try:
        with _taken(purpose, most, until) as held:
            yield None if _WINDOWS else held.fileno()
    finally:
        room.release()


def _room(purpose: str, most: int) -> BoundedSemaphore:
    """How many of this process draw or wait at once."""
    with _lock:
        return _rooms.setdefault((purpose, most), BoundedSemaphore(
            most if _WINDOWS else most * (1 + _WAITING_FOR_EACH)))


@contextmanager
def _taken(purpose: str, most: int, until: float) -> Iterator[BinaryIO]:
    while True:
        for number in range(most):
            file = (_folder() / f"{purpose}.{number}").open("ab")
            if _is_ours(file):
                with file:
                    yield file
                return
            file.close()
        if time.monotonic() >= until:
            raise DrawingBusy(most)
        time.sleep(_PAUSE_SECONDS)


def _is_ours(file: BinaryIO) -> bool:
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _folder() -> Path:
    """A folder of this user on this machine: locks on files that several machines share are not to be relied on.

    Raises:
        PermissionError: somebody else has put a link or folder of his there.
    """
    user = 0 if sys.platform == "win32" else os.getuid()
    folder = Path(tempfile.gettempdir()) / f"treuwerk-drawing-{user}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != user:  # Windows says 0 of everybody
        raise PermissionError(f"found {folder} in the hands of somebody else, expected a folder of our own; remove it")
    return folder
