"""The shelf: files that came in by themselves, kept by their content, so that what was fingerprinted is what is read.

The same bytes lie there once. A file on the shelf never changes; whoever wrote it first made it durable.
"""

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Self

import attrs

from treuwerk.services.documents_folder import documents_of
from treuwerk.store.database import Database

_ARRIVED = "arrived"
_PIECE = 1 << 20


class TooLarge(Exception):
    """More bytes came than are allowed."""


@attrs.frozen
class Kept:
    """A file on the shelf."""

    sha256: str
    size: int
    path: Path


@attrs.frozen
class Shelf:
    """A folder of files by their hash. All workers of an installation must see the same one."""

    folder: Path

    def keep(self, pieces: Iterable[bytes], most_bytes: int) -> Kept:
        """Keep what comes, in flat memory; it is on the disk when this returns.

        Raises:
            TooLarge: it is more than allowed; nothing is kept.
            OSError: the disk is full, or the folder cannot be written.
        """
        with self.begin(most_bytes) as one:
            for piece in pieces:
                one.add(piece)
            return one.end()

    def begin(self, most_bytes: int) -> "Arriving":
        """A file that arrives piece by piece."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Arriving(self, most_bytes)

    def path(self, digest: str) -> Path:
        """Where the file with this hash lies."""
        return self.folder / digest[:2] / digest


class Arriving:
    """A file on its way to the shelf; a context manager that leaves nothing behind where it was not ended."""

    def __init__(self, shelf: Shelf, most_bytes: int) -> None:
        self._shelf, self._most = shelf, most_bytes
        self._digest, self.size = sha256(), 0
        self._path = shelf.folder / f".{secrets.token_hex(8)}.part"
        self._stream = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it, and remove what was not ended."""
        self._stream.close()
        with suppress(FileNotFoundError):
            self._path.unlink()

    def add(self, piece: bytes) -> None:
        """Take the next bytes.

        Raises:
            TooLarge: these are too many.
        """
        self.size += len(piece)
        if self.size > self._most:
            raise TooLarge
        self._digest.update(piece)
        self._stream.write(piece)

    def end(self) -> Kept:
        """Nothing more comes: the file is made durable and gets its name, both before this returns."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        digest = self._digest.hexdigest()
        path = self._shelf.path(digest)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        self._path.replace(path)
        for folder in (path.parent, self._shelf.folder):
            _sync(folder)
        return Kept(digest, self.size, path)


def shelf_of(database: Database) -> Shelf:
    """The shelf of an installation, beside its uploaded files.

    Raises:
        NoDocumentsFolder: the database is no file, and the environment names no folder.
    """
    return Shelf(documents_of(database).root / _ARRIVED)


def pieces_of(descriptor: int) -> Iterable[bytes]:
    """What an open file holds from its present place on."""
    while piece := os.read(descriptor, _PIECE):
        yield piece


def _sync(folder: Path) -> None:
    """Names are durable once their folder is; Windows knows no such thing."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
