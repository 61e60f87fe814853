"""The inbox: partners put files into a folder, and each is taken once, as it was when its last byte was there.

Below the inbox lies a folder for each source. In it, ``taken`` holds what is being cleared, ``done`` and ``failed``
what was, each beside its receipt, ``held`` what waits for a decision, and ``out`` the receipts for the partner to
fetch. A file is first copied to the shelf, then noted together with its order, and only then moved: whoever dies in
between leaves a file that the next look finds, and recognises.
"""

import errno
import glob
import json
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock

import attrs

from treuwerk.programme.settings import Inbox
from treuwerk.services.clearing.incoming import Arrival, Incoming, receive
from treuwerk.services.clearing.shelf import TooLarge, pieces_of, shelf_of
from treuwerk.services.installation import Installation
from treuwerk.store import incoming, work

OWN_FOLDERS = TAKEN, DONE, FAILED, HELD, OUT = "taken", "done", "failed", "held", "out"
RECEIPT = ".receipt.json"
MARKER = ".done"
_LONGEST_NAME = 200
"""Bytes of a name; what we put before and behind it fits into the 255 that file systems allow."""
_OF_ONE_FILE = frozenset({errno.EACCES, errno.EPERM, errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ELOOP,
                          errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ})
_MEBIBYTE = 1 << 20
_NANOSECONDS = 1_000_000_000
_OPENING = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@attrs.define
class Look:
    """What one look through the inbox came to: names of files taken, still growing, and refused with the reason."""

    taken: list[str] = attrs.field(factory=list)
    growing: list[str] = attrs.field(factory=list)
    refused: dict[str, str] = attrs.field(factory=dict)

    def in_words(self) -> str:
        """For the list of orders."""
        return f"{len(self.taken)} taken, {len(self.growing)} still growing, {len(self.refused)} refused"


class StillGrowing(Exception):
    """Somebody writes to the file."""


class Refused(Exception):
    """The file is none that may be taken; the message says why."""


@attrs.frozen
class Watch:
    """What this process saw of files before, so that it knows which have not changed since."""

    _seen: dict[Path, tuple[tuple[int, ...], float]] = attrs.field(factory=dict)
    _lock: Lock = attrs.field(factory=Lock)

    def quiet_for(self, path: Path, now_stat: tuple[int, ...]) -> float:
        """For how many seconds, by a clock that nobody sets, a file looks as it does."""
        with self._lock:
            before, since = self._seen.get(path, ((), 0.0))
            if before == now_stat:
                return time.monotonic() - since
            self._seen[path] = (now_stat, time.monotonic())
            return 0.0

    def forget(self, path: Path) -> None:
        """It is gone."""
        with self._lock:
            self._seen.pop(path, None)


def inbox_folder(installation: Installation) -> Path | None:
    """Where the inbox lies; None where the programme has none."""
    named = installation.programme.settings.inbox.folder
    return installation.programme.folder / named if named else None


def look_through(installation: Installation, now: int, watch: Watch) -> Look:
    """Take what is complete: each file is on the shelf and noted with its order before it is moved."""
    look, folder = Look(), inbox_folder(installation)
    if folder is None:
        return look
    for source in installation.programme.settings.sources:
        place = folder / source.head.name
        place.mkdir(parents=True, exist_ok=True)
        for path in _files(place, installation.programme.settings.inbox):
            _take(installation, source.head.name, path, now, watch, look)
    return look


def _files(place: Path, settings: Inbox) -> Iterator[Path]:
    """What lies in the folder of a source itself and is meant to be taken, by name."""
    names = {entry.name for entry in os.scandir(place) if not entry.is_dir(follow_symlinks=False)}
    for name in sorted(names):
        if name.startswith(".") or name.endswith((RECEIPT, *settings.unfinished)):
            continue
        if settings.wait_for_marker and (name.endswith(MARKER) or name + MARKER not in names):
            continue
        yield place / name


def _take(installation: Installation, source: str, path: Path, now: int, watch: Watch, look: Look) -> None:
    try:
        arrival = _arrived(installation, source, path, watch)
        found, _ = receive(installation, arrival, now)
        _moved(path, path.parent / TAKEN / taken_name(found))
        look.taken.append(path.name)
        watch.forget(path)
        with suppress(FileNotFoundError):
            (path.parent / (path.name + MARKER)).unlink()
        if found.is_settled:  # it came back, or whoever moved it last time died before
            hand_out(installation, found)
    except FileNotFoundError:  # taken by another worker, or taken back by the partner
        watch.forget(path)
    except StillGrowing:
        look.growing.append(path.name)
    except Refused as error:
        _refuse(installation, source, path, str(error), now, look)
    except OSError as error:
        _complain(installation, source, path, error, now, look)


def _refuse(installation: Installation, source: str, path: Path, reason: str, now: int, look: Look) -> None:
    name = _bearable(path.name)
    look.refused[name] = reason
    try:
        _put_aside(path, name, {"file": name, "source": source, "error": reason})
        _tell(installation, source, name, reason, now)
    except OSError as error:
        _complain(installation, source, path, error, now, look)


def _complain(installation: Installation, source: str, path: Path, error: OSError, now: int, look: Look) -> None:
    """One file that makes trouble holds up no others; what is wrong with the machine itself is not for this file."""
    if error.errno not in _OF_ONE_FILE:
        raise error
    name = _bearable(path.name)
    reason = f"{name} cannot be read or moved ({error.strerror}); "
    reason += ("give the user of treuwerk the right to" if isinstance(error, PermissionError)
               else "mend that, it is taken at the next look")
    look.refused[name] = reason
    _tell(installation, source, name, reason, now)


def _bearable(name: str) -> str:
    """A name that everything can write down: valid, and short enough for what we add to it."""
    return os.fsencode(name)[:_LONGEST_NAME].decode("utf-8", "replace").replace("\ufffd", "_")


def _check_name(name: str) -> None:
    raw = os.fsencode(name)
    if name in OWN_FOLDERS:
        raise Refused(f"{name}: found a file in place of our own folder, expected another name; rename it")
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise Refused(f"{_bearable(name)}: found a name with bytes that are no UTF-8, expected a name in UTF-8; rename "
                      "it, or set the partner's program to UTF-8") from None
    if len(raw) > _LONGEST_NAME:
        raise Refused(f"{_bearable(name)}: found a name of {len(raw)} bytes, expected at most {_LONGEST_NAME}; give it "
                      "a shorter one")


def _arrived(installation: Installation, source: str, path: Path, watch: Watch) -> Arrival:
    """The file on the shelf.

    Raises:
        StillGrowing: it changed a moment ago, or while it was copied.
        Refused: a link, a device, a pipe, a file that is too large, or one with a name that cannot be kept.
    """
    _check_name(path.name)
    settings = installation.programme.settings.inbox
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise Refused(f"{path.name}: found a link, device or pipe, expected a file; put the file itself here")
    descriptor = os.open(path, _OPENING)
    try:
        before = _state(descriptor)
        if before[0] > settings.largest_mebibytes * _MEBIBYTE:
            raise Refused(f"{path.name}: found {before[0]:,} bytes, expected at most {settings.largest_mebibytes:,} "
                          "MiB; send it in parts, or set largest_mebibytes under [inbox]")
        if not settings.wait_for_marker and not _is_quiet(path, before, settings.quiet_seconds, watch):
            raise StillGrowing
        kept = shelf_of(installation.database).keep(pieces_of(descriptor), before[0])
        if _state(descriptor) != before or kept.size != before[0]:
            raise StillGrowing
    except TooLarge:  # more than there was a moment ago
        raise StillGrowing from None
    finally:
        os.close(descriptor)
    # The same file in the same state is the same arrival, should we die before it is moved.
    key = f"inbox:{path.name}:{':'.join(map(str, before))}:{kept.sha256}"
    return Arrival(incoming.INBOX, source, path.name, kept, key)


def _state(descriptor: int) -> tuple[int, ...]:
    """Size, time of the last change, and which file it is."""
    found = os.fstat(descriptor)
    return (found.st_size, found.st_mtime_ns, found.st_ino, found.st_dev)


def _is_quiet(path: Path, state: tuple[int, ...], quiet_seconds: int, watch: Watch) -> bool:
    """Whether nobody wrote to it for a while, by its own time or as we saw it: clocks of file servers differ."""
    seen = watch.quiet_for(path, state)
    return seen >= quiet_seconds or time.time_ns() - state[1] >= quiet_seconds * _NANOSECONDS


def taken_name(found: Incoming) -> str:
    """What a file is called while it is cleared: no other one is."""
    return f"{found.id}-{found.name}"


def hand_out(installation: Installation, found: Incoming) -> None:
    """Move a settled file to where it belongs, with its receipt beside it and one for the partner.

    Done again after a crash it does the rest; a receipt appears as a whole or not at all.
    """
    folder = inbox_folder(installation)
    if folder is None or found.way != incoming.INBOX or not found.is_settled:
        return
    place = folder / found.source
    taken = place / TAKEN / taken_name(found)
    if not taken.exists():
        return
    name = _free_name(place, found.name)
    receipt = json.dumps(found.receipt or {}, ensure_ascii=False, indent=2)
    if found.state == incoming.HELD:  # under its own name, by which it is found again
        _written(place / OUT / (name + RECEIPT), receipt)
        _moved(taken, place / HELD / taken_name(found))
        return
    kind = FAILED if found.state == incoming.FAILED else DONE
    for receipts in (OUT, kind):
        _written(place / receipts / (name + RECEIPT), receipt)
    _moved(taken, place / kind / name)


def restore_held(installation: Installation, found: Incoming) -> None:
    """Bring a file back that was held, as something was decided on it."""
    folder = inbox_folder(installation)
    lies = folder / found.source / HELD / taken_name(found) if folder else None
    if folder and lies and found.way == incoming.INBOX and lies.exists():
        _moved(lies, folder / found.source / TAKEN / taken_name(found))


def restore_failed(installation: Installation, found: Incoming) -> None:
    """Bring a failed file back among those that are being cleared, as it is tried once more."""
    folder = inbox_folder(installation)
    if folder is None or found.way != incoming.INBOX:
        return
    failed = _lying(folder / found.source / FAILED, found)
    if failed is not None:
        _moved(failed, folder / found.source / TAKEN / taken_name(found))
        with suppress(FileNotFoundError):
            failed.with_name(failed.name + RECEIPT).unlink()


def _lying(place: Path, found: Incoming) -> Path | None:
    """Where a file lies among those that failed; others had its name before, and only receipts tell them apart."""
    name = Path(found.name)
    for path in (place / found.name, *sorted(place.glob(f"{glob.escape(name.stem)}~*{glob.escape(name.suffix)}"))):
        with suppress(OSError, ValueError):
            receipt = json.loads(path.with_name(path.name + RECEIPT).read_text("utf-8"))
            if receipt.get("sha256") == found.sha256 and path.exists():
                return path
    return None


def _put_aside(path: Path, name: str, receipt: dict[str, str]) -> None:
    """What may not be taken goes to the failed ones, as it is."""
    name = _free_name(path.parent, name)
    for folder in (OUT, FAILED):
        _written(path.parent / folder / (name + RECEIPT), json.dumps(receipt, ensure_ascii=False, indent=2))
    with suppress(FileNotFoundError):
        _moved(path, path.parent / FAILED / name)


def _tell(installation: Installation, source: str, name: str, reason: str, now: int) -> None:
    """The office gets to know."""
    installation.database.run(lambda connection: work.put(
        connection, work.ORDER, f"inbox:{source}:{name}"[:200], now, gist=reason[:200]))


def _free_name(place: Path, name: str) -> str:
    """The name, or the name with a number, such that neither file nor receipt is there yet."""
    stem, suffix = Path(name).stem, Path(name).suffix
    number, free = 1, name
    while any((place / folder / one).exists() for folder in (DONE, FAILED, OUT) for one in (free, free + RECEIPT)):
        number += 1
        free = f"{stem}~{number}{suffix}"
    return free


def _written(path: Path, text: str) -> None:
    _make_folder(path.parent)
    # Nobody can guess the name, and none that is there is taken: what a partner left here is never written through.
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    with part.open("x", encoding="utf-8") as stream:
        stream.write(text + "\n")
    part.replace(path)


def _moved(path: Path, to: Path) -> None:
    _make_folder(to.parent)
    path.rename(to)


def _make_folder(folder: Path) -> None:
    """Let there be a folder of ours: partners can make links beside their files, which would lead us elsewhere."""
    folder.mkdir(exist_ok=True)
    if folder.is_symlink():
        raise PermissionError(errno.EPERM, f"found a link in place of the folder {folder.name!r}")
