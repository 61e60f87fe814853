"""Files of which nobody knows: what a crash left between a file and its row, found by walking through the folders.

A file is only taken away once it is old, so that none of an upload that is under way is. It is moved aside first and
looked at once more: whoever brought the same content at this very moment gets it back.
"""

import os
import re
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import attrs

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_AT_ONCE = 500
Known = Callable[[Collection[str]], Collection[str]]
"""Those of some hashes of which there is a row."""


@attrs.frozen
class Leftover:
    """A file or folder that nobody needs: where it lies, how large it is, and which one it was when it was seen."""

    path: Path
    size: int
    state: tuple[int, ...]


def unfinished(folder: Path, before: float, *, name: re.Pattern[str] | None = None) -> Iterator[Leftover]:
    """What lies in a folder of files under way, and has not changed since an instant in seconds."""
    for path in _entries(folder):
        if name is None or name.fullmatch(path.name):
            yield from _old(path, before)


def unknown(folder: Path, before: float, known: Known) -> Iterator[Leftover]:
    """What lies below a folder by its hash, older than an instant in seconds, and has no row."""
    for part in _entries(folder):
        if len(part.name) != 2:
            continue
        found = [one for path in _entries(part) if _HASH.fullmatch(path.name) for one in _old(path, before)]
        for some in _in_parts(found):
            there = set(known([one.path.name for one in some]))
            yield from (one for one in some if one.path.name not in there)


def take_away(found: Leftover, aside: Path, is_known: Callable[[], bool]) -> bool:
    """Remove what was found; False where it is another one by now, or known.

    `aside` is a folder of the same file system, in which the next sweep finds what is ``.<16 hex digits>.part``.

    Raises:
        OSError: it cannot be moved or removed.
    """
    away = aside / f".{secrets.token_hex(8)}.part"
    try:
        found.path.rename(away)
    except FileNotFoundError:
        return False
    if state_of(away) != found.state or is_known():
        with suppress(OSError):  # who came in between has put the same content there
            away.rename(found.path)
        return False
    remove(away)
    return True


def remove(path: Path) -> None:
    """Remove a file, or a folder with what is in it."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def state_of(path: Path) -> tuple[int, ...]:
    """Size, time of the last change and number of a file; empty where there is none."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return ()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _old(path: Path, before: float) -> Iterator[Leftover]:
    state = state_of(path)
    if state and state[1] < before * 1_000_000_000:
        yield Leftover(path, _size(path, state[0]), state)


def _size(path: Path, own: int) -> int:
    return sum(state_of(one)[0] for one in _entries(path)) if path.is_dir() else own


def _entries(folder: Path) -> Sequence[Path]:
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _in_parts(found: Sequence[Leftover]) -> Iterator[Sequence[Leftover]]:
    for start in range(0, len(found), _AT_ONCE):
        yield found[start:start + _AT_ONCE]
