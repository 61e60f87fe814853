"""Delimited text by a partner's profile."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast
from zipfile import ZipFile

import attrs

from treuwerk.domain.census import Census
from treuwerk.domain.documents import Document
from treuwerk.domain.packed import Limits, check_archive
from treuwerk.domain.tabular import BadLine, Dialect, Row, UnreadableFile, rows
from treuwerk_csv_feed.census import census
from treuwerk_csv_feed.profiles import ProfileReader
from treuwerk_csv_feed.settings import CsvFeedSettings, Heads
from treuwerk_csv_feed.wide import as_utf8

_ZIP = b"PK\x03\x04"


class CsvFeed:
    """A clearing source for one partner's files of delimited text."""

    def __init__(self, name: str, settings: CsvFeedSettings) -> None:
        self._settings = settings
        self._reader = ProfileReader(name, settings, settings.delimiter)

    @property
    def seller(self) -> str:
        """Who numbers the documents, empty where a column says it."""
        heads = self._settings.heads
        named = self._settings.columns.seller or (heads.columns.seller if heads else "")
        return "" if named else self._settings.seller

    def recognises(self, name: str, head: bytes) -> bool:
        """A file is ours when its name fits and its first line has all columns of the map, or reads without fault."""
        settings, short = self._settings, Path(name).name
        if not fnmatchcase(short, settings.files):
            return False
        if settings.heads and settings.heads.lines_name:
            if head.startswith(_ZIP):  # both files in one archive; what they are called is seen on reading
                return True
            if settings.heads.lines_name not in short:
                return False
        with suppress(UnreadableFile):
            return self._reader.fits(self._rows(BytesIO(head)))
        return False

    def read(self, stream: BinaryIO) -> Iterator[Document]:
        """Documents in the order of the file.

        Raises:
            UnreadableFile: columns are missing, or the file with the heads is.
        """
        heads = self._settings.heads
        if heads is None or not heads.lines_name:
            yield from self._reader.documents(self._rows(stream))
            return
        with _pair(stream, heads) as (lines, name, beside):
            yield from self._reader.documents(self._rows(lines), name, self._rows(beside))

    def census(self, stream: BinaryIO) -> Census | None:
        """How many lines there are, and how many of them may be unreadable."""
        return census(stream, self._settings)

    def _rows(self, stream: BinaryIO) -> Iterator[Row | BadLine]:
        encoding = self._settings.encoding
        if not encoding.lower().startswith("utf-16"):
            return rows(stream, Dialect(self._settings.delimiter, encoding))
        return (_of_wide(line, encoding) for line in
                rows(as_utf8(stream, encoding), Dialect(self._settings.delimiter)))


def _of_wide(line: Row | BadLine, encoding: str) -> Row | BadLine:
    if isinstance(line, BadLine) and line.code == "bad_encoding":
        return attrs.evolve(line, reason=f"found half a character, expected {encoding}; check the feed's encoding")
    return line


@contextmanager
def _pair(stream: BinaryIO, heads: Heads) -> Iterator[tuple[BinaryIO, str, BinaryIO]]:
    """The file with the lines, and the name and content of the one with their heads: in an archive, or beside."""
    start = stream.read(len(_ZIP))
    stream.seek(0)
    if start == _ZIP:
        check_archive(stream, Limits(), "the archive")
        with ZipFile(stream) as archive:
            lines, name = _named(archive.namelist(), heads)
            with archive.open(lines) as inside, archive.open(name) as beside:
                yield cast(BinaryIO, inside), name, cast(BinaryIO, beside)
        return
    path = _beside(stream, heads)
    with path.open("rb") as beside_it:
        yield stream, path.name, beside_it


def _named(entries: Sequence[str], heads: Heads) -> tuple[str, str]:
    """The names of both files of an archive."""
    found = [entry for entry in entries if heads.lines_name in Path(entry).name]
    if len(found) != 1:
        raise UnreadableFile(f"found {len(found)} files with {heads.lines_name!r} in their names in the archive "
                             f"({', '.join(entries[:10])}), expected one with the lines")
    wanted = _name_of_heads(Path(found[0]).name, heads)
    beside = next((entry for entry in entries if Path(entry).name == wanted), "")
    if not beside:
        raise UnreadableFile(f"found no {wanted} in the archive, expected the file with the heads")
    return found[0], beside


def _name_of_heads(lines: str, heads: Heads) -> str:
    before, _, behind = lines.rpartition(heads.lines_name)
    return f"{before}{heads.heads_name}{behind}"


def _beside(stream: BinaryIO, heads: Heads) -> Path:
    """The file with the heads: of the same name, but for one part of it."""
    name = getattr(stream, "name", "")
    if not isinstance(name, str) or heads.lines_name not in Path(name).name:
        raise UnreadableFile(f"the heads of these lines stand in a second file ({heads.heads_name} instead of "
                             f"{heads.lines_name} in its name), which does not come along this way; pack both files "
                             "into one ZIP archive")
    path = Path(name).with_name(_name_of_heads(Path(name).name, heads))
    if not path.is_file():
        raise UnreadableFile(f"{Path(name).name}: found no {path.name} beside it, expected the file with its heads; "
                             "put it there first, then clear this one again")
    return path
