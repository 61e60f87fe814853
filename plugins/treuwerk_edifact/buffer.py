"""Bytes of a stream that were read and not yet used, and the packages in it, which are passed over."""

import codecs
import re
from typing import BinaryIO

from treuwerk.domain.reading import shortened
from treuwerk.domain.tabular import UnreadableFile

LARGEST_SEARCHED_PACKAGE = 1 << 20  # bytes; a larger package must end where it says
_PIECE = 65_536
_UTF16 = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def unmarked(head: bytes) -> bytes:
    """The first bytes of a file as UTF-8 without a byte order mark."""
    for mark, encoding in _UTF16:
        if head.startswith(mark):
            return head[2:].decode(encoding, "ignore").encode()
    return head.removeprefix(codecs.BOM_UTF8)


class Buffer:
    """Reads on when it is asked to. UTF-16 arrives as UTF-8; a byte order mark is left out."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder: codecs.IncrementalDecoder | None = None
        first = stream.read(_PIECE)
        for mark, encoding in _UTF16:
            if first.startswith(mark):
                self._decoder = codecs.getincrementaldecoder(encoding)()
        self.ended = not first
        self.data = self._as_utf8(first.removeprefix(codecs.BOM_UTF8)).removeprefix(codecs.BOM_UTF8)

    def _as_utf8(self, piece: bytes) -> bytes:
        if self._decoder is None:
            return piece
        try:
            return self._decoder.decode(piece, not piece).encode()
        except UnicodeError:
            raise UnreadableFile("found bytes that are no UTF-16, though the file begins with its mark; was the file "
                                 "cut off? Ask the sender for it again") from None

    def more(self) -> bool:
        """Read another piece; False at the end of the stream."""
        piece = self._stream.read(_PIECE)
        self.ended = not piece
        self.data += self._as_utf8(piece)
        return bool(piece)

    def fill(self, length: int) -> bool:
        """Read on until so many bytes are there; False where the stream has fewer."""
        while len(self.data) < length and self.more():
            pass
        return len(self.data) >= length

    def take(self, length: int) -> bytes:
        """The next bytes, which are then gone."""
        taken, self.data = self.data[:length], self.data[length:]
        return taken

    def take_segment(self, terminator: bytes) -> bytes:
        """The next bytes up to the terminator, without it. For service segments, in which nothing is released."""
        while (end := self.data.find(terminator)) < 0:
            if len(self.data) > _PIECE or not self.more():
                raise UnreadableFile(f"found {shortened(self.data[:60].decode('utf-8', 'replace'))!r} without an end, "
                                     f"expected a segment with the terminator {terminator.decode()!r}")
        return self.take(end + len(terminator))[:-len(terminator)]

    def skip_package(self, length: int, reference: bytes, element: bytes) -> None:
        """Pass over the object behind UNO, so that UNP comes next. The object may hold any bytes.

        Raises:
            UnreadableFile: no UNP at its end.
        """
        begin = re.compile(rb"\s*UNP" + re.escape(element))
        if length <= LARGEST_SEARCHED_PACKAGE:
            self.fill(length + 256)
        else:
            while length > len(self.data) and not self.ended:
                length -= len(self.take(len(self.data)))
                self.more()
            self.fill(length + 256)
        if begin.match(self.data, length):
            self.take(length)
        elif trailer := re.search(rb"UNP" + re.escape(element) + rb"\d+" + re.escape(element + reference), self.data):
            self.take(trailer.start())
        else:
            raise UnreadableFile(f"package {reference.decode('utf-8', 'replace')}: found no UNP behind its {length:,} "
                                 "bytes; expected the length that UNO says. Ask the sender for the file again")
