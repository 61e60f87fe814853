"""Packed files within limits: what a small file unpacks to is counted before anybody relies on it.

The sizes that an archive tells of itself are not trusted: each entry is unpacked once and counted.
"""

import zlib
from collections.abc import Callable, Iterator
from io import SEEK_END, BufferedReader, RawIOBase, UnsupportedOperation
from typing import Any, BinaryIO, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

import attrs

from treuwerk.domain.tabular import UnreadableFile

GZIP = b"\x1f\x8b"
_PIECE = 1 << 16
_GZIP_WINDOW = 31  # zlib's number for "with the head of gzip"
_SMALL = 1 << 20  # a file that unpacks to less than this does no harm, whatever its ratio


@attrs.frozen
class Limits:
    """What a packed file may come to when it is unpacked."""

    most_bytes: int = 4 << 30
    most_ratio: int = 250
    """Bytes that one packed byte may become: tables come to 5 to 50, bombs to 1,000."""
    most_entries: int = 1_000

    def check(self, unpacked: int, packed: int, name: str) -> None:
        """Refuse what has come to so many bytes.

        Raises:
            UnreadableFile: it is larger than allowed, or was packed suspiciously well.
        """
        if unpacked > self.most_bytes:
            raise UnreadableFile(f"{name}: unpacks to more than {self.most_bytes // 1_000_000:,} MB; send it in parts")
        if unpacked > _SMALL and unpacked > packed * self.most_ratio:
            raise UnreadableFile(f"{name}: unpacks to more than {self.most_ratio} times its size, which no table does; "
                                 "it was isolated, ask the sender")


def unpacked(stream: BinaryIO, limits: Limits, name: str) -> BinaryIO:
    """The stream, or what is packed in it by gzip. The first bytes tell; reading may then raise `UnreadableFile`."""
    start = stream.read(len(GZIP))
    stream.seek(0)
    return BufferedReader(cast(Any, _Gunzipped(stream, limits, name)), _PIECE) if start == GZIP else stream


def bytes_read(stream: BinaryIO) -> int:
    """How many bytes of a file are read; of a packed one, how many packed bytes."""
    raw = getattr(stream, "raw", None)
    return raw.packed if isinstance(raw, _Gunzipped) else stream.tell()


class _Gunzipped(RawIOBase):
    """Unpacks piece by piece. `packed` is how far into the packed stream that has come."""

    def __init__(self, stream: BinaryIO, limits: Limits, name: str) -> None:
        self._stream, self._limits, self._name = stream, limits, name
        self._begin()

    def _begin(self) -> None:
        self._inflater = zlib.decompressobj(_GZIP_WINDOW)
        self.packed = self._done = 0
        self._input = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._done

    def seek(self, offset: int, whence: int = 0) -> int:
        """Back to the start; there is no other place to go."""
        if (offset, whence) != (0, 0):
            raise UnsupportedOperation("what is packed can only be read from its start")
        self._stream.seek(0)
        self._begin()
        return 0

    def close(self) -> None:
        self._stream.close()
        super().close()

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while True:
            if not self._input:
                self._input = self._stream.read(_PIECE)
                self.packed += len(self._input)
            if not self._input:
                return self._end()
            try:
                data = self._inflater.decompress(self._input, len(buffer))
            except zlib.error as error:
                raise UnreadableFile(f"{self._name}: cannot be unpacked: {error}; send it again") from error
            self._input = self._inflater.unconsumed_tail
            if self._inflater.eof:
                self._next_member()
            if data:
                self._done += len(data)
                self._limits.check(self._done, self.packed, self._name)
                buffer[:len(data)] = data
                return len(data)

    def _next_member(self) -> None:
        self._input = self._inflater.unused_data.lstrip(b"\0")
        if self._input:
            self._inflater = zlib.decompressobj(_GZIP_WINDOW)

    def _end(self) -> int:
        if not self._inflater.eof:
            raise UnreadableFile(f"{self._name}: ends before what is packed in it does; send it again")
        return 0


Watch = Callable[[str, bytes], None]
"""Told the name of an entry and each piece of it."""


def check_archive(stream: BinaryIO, limits: Limits, name: str, watch: Watch = lambda entry, piece: None) -> list[str]:
    """Unpack each entry of a ZIP archive once, in flat memory and to nowhere; returns their names.

    Raises:
        UnreadableFile: it is none, is locked by a password, leads out of its folder, or is too large.
    """
    try:
        with ZipFile(stream) as archive:
            entries = archive.infolist()
    except (BadZipFile, ValueError, NotImplementedError) as error:
        raise UnreadableFile(f"{name}: not a readable archive: {error}; send it again") from error
    if len(entries) > limits.most_entries:
        raise UnreadableFile(f"{name}: found {len(entries):,} entries, expected at most {limits.most_entries:,}")
    whole, done, packed = stream.seek(0, SEEK_END), 0, 0
    for entry in entries:
        _check_entry(entry, name)
        for read, piece in _inflated(stream, entry, name):
            done, packed = done + len(piece), packed + read
            limits.check(done, min(packed, whole), name)  # entries that lie over one another are packed once
            watch(entry.filename, piece)
    stream.seek(0)
    return [entry.filename for entry in entries]


def _check_entry(entry: ZipInfo, name: str) -> None:
    path = entry.filename.replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/"):
        raise UnreadableFile(f"{name}: found the entry {entry.filename!r}, expected names inside the archive; it was "
                             "isolated, ask the sender")
    if entry.flag_bits & 0x1:
        raise UnreadableFile(f"{name}: is locked by a password; send it without one")
    if entry.compress_type not in (0, 8):
        raise UnreadableFile(f"{name}: is packed in a way that spreadsheets do not use; save it anew")


def _inflated(stream: BinaryIO, entry: ZipInfo, name: str) -> Iterator[tuple[int, bytes]]:
    """The pieces of an entry as they come out, each with how many packed bytes were used up for it.

    Neither number is what the archive says of itself.
    """
    stream.seek(entry.header_offset + 26)
    head = stream.read(4)
    stream.seek(int.from_bytes(head[:2], "little") + int.from_bytes(head[2:], "little"), 1)
    inflater, left = zlib.decompressobj(-15), entry.compress_size
    try:
        while left > 0 and (packed := stream.read(min(left, _PIECE))):
            left -= len(packed)
            if entry.compress_type == 0:
                yield len(packed), packed
                continue
            while packed and not inflater.eof:
                before = len(packed)
                piece = inflater.decompress(packed, _PIECE * 16)
                packed = inflater.unconsumed_tail
                yield before - len(packed) - len(inflater.unused_data), piece
            if inflater.eof:  # what is behind it belongs to nobody, however much the archive says there is
                return
    except zlib.error as error:
        raise UnreadableFile(f"{name}: cannot be unpacked: {error}; send it again") from error
