"""Where uploaded files lie: by the hash of their content, below one folder, never by a name from outside."""

import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import attrs

from treuwerk.domain.refusals import Refusal
from treuwerk.store.database import Database

VARIABLE = "TREUWERK_DOCUMENTS"
_HASH = re.compile(r"[0-9a-f]{64}")
_PIECE = 1 << 18


class NoDocumentsFolder(Exception):
    """Nobody said where uploaded files shall lie."""

    def __init__(self) -> None:
        super().__init__(f"found no folder for uploaded files; set {VARIABLE} to one that all servers share")


@attrs.frozen
class Incoming:
    """A file that has just come in, under a name of our own, with the hash and size of its content."""

    path: Path
    sha256: str
    size: int


@attrs.frozen
class Documents:
    """The folder of uploaded files and of the pictures of their pages."""

    root: Path

    @contextmanager
    def received(self, stream: BinaryIO, most: int) -> Iterator[Incoming]:
        """Write a stream down piece by piece; it is gone afterwards, unless it was kept.

        Raises:
            Refusal: `too_large`: there are more than `most` bytes.
        """
        folder = self.root / "incoming"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / secrets.token_hex(16)
        try:
            yield _written(stream, path, most)
        finally:
            path.unlink(missing_ok=True)

    @contextmanager
    def drawing(self) -> Iterator[Path]:
        """A folder for pictures that are being drawn; it is gone afterwards, unless it was kept."""
        folder = self.root / "incoming" / f"{secrets.token_hex(16)}.pages"
        folder.mkdir(parents=True, mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def keep(self, incoming: Incoming) -> None:
        """Give a file its place; the same content twice is the same file."""
        place = self.original(incoming.sha256)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        incoming.path.replace(place)
        _settle(place.parent)

    def keep_pictures(self, folder: Path, digest: str) -> None:
        """Give pictures their place; who was faster with the same ones has drawn the same, and they count as new."""
        place = self._pictures(digest)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            folder.replace(place)
        except OSError:
            try:
                os.utime(place)
            except FileNotFoundError:  # taken away in between: there is room now
                folder.replace(place)

    def keep_for_rewards(self, folder: Path, digest: str) -> None:
        """Give a folder of files its place among those of rewards; one that is there gets what it has not."""
        place = self.reward_file(digest, "file").parent
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            folder.replace(place)
        except OSError:
            try:
                os.utime(place)  # it counts as new, so that no sweep takes it
                for path in sorted(folder.iterdir()):
                    path.replace(place / path.name)
            except FileNotFoundError:
                folder.replace(place)
        _settle(place)
        _settle(place.parent)

    def reward_file(self, digest: str, name: str) -> Path:
        """Where a picture of a reward or a paper about one lies: ``file`` as it came, ``480.webp`` as it is shown."""
        return self.root / "rewards" / _checked(digest)[:2] / digest / name

    def original(self, digest: str) -> Path:
        """Where a file lies, or would lie."""
        return self.root / "files" / _checked(digest)[:2] / digest

    def picture(self, digest: str, number: int, *, small: bool = False) -> Path:
        """Where the picture of a page lies."""
        return self._pictures(digest) / f"{int(number)}{'.small' if small else ''}.jpg"

    def forget(self, digest: str) -> None:
        """Remove a file and its pictures."""
        self.original(digest).unlink(missing_ok=True)
        shutil.rmtree(self._pictures(digest), ignore_errors=True)

    def has(self, digest: str) -> bool:
        """Whether a file of this content is there."""
        return self.original(digest).is_file()

    def _pictures(self, digest: str) -> Path:
        return self.root / "pages" / _checked(digest)[:2] / digest


def documents_of(database: Database, environ: Mapping[str, str] | None = None) -> Documents:
    """The folder of an installation: what the environment names, else one beside the database's file.

    Raises:
        NoDocumentsFolder: the database is no file, and the environment names none.
    """
    named = (os.environ if environ is None else environ).get(VARIABLE, "")
    if named:
        return Documents(Path(named).absolute())
    if database.file is None:
        raise NoDocumentsFolder
    return Documents(database.file.absolute().with_name(f"{database.file.name}.documents"))


def _written(stream: BinaryIO, path: Path, most: int) -> Incoming:
    digest, size = sha256(), 0
    with path.open("xb") as file:
        while piece := stream.read(_PIECE):
            size += len(piece)
            if size > most:
                raise Refusal("too_large", f"found more than {most} bytes, expected at most so many", most=most)
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return Incoming(path, digest.hexdigest(), size)


def _settle(folder: Path) -> None:
    """The new name is on disk, too, where the system can promise that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _checked(digest: str) -> str:
    if not _HASH.fullmatch(digest):
        raise ValueError(f"found {digest[:80]!r}, expected a SHA-256 in hexadecimal")
    return digest
