"""Text of two bytes per character, as spreadsheets save it, recoded line by line in flat memory."""

import codecs
from io import BufferedReader, RawIOBase
from typing import Any, BinaryIO, cast

_PIECE = 65_536


def as_utf8(stream: BinaryIO, encoding: str) -> BinaryIO:
    """The same text as UTF-8. A character that is none becomes bytes that are no UTF-8, so that its line is refused."""
    return BufferedReader(cast(Any, _Recoded(stream, encoding)))


class _Recoded(RawIOBase):
    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream, self._left = stream, b""
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while not self._left:
            piece = self._stream.read(_PIECE)
            self._left = self._decoder.decode(piece, final=not piece).encode("utf-8", "surrogatepass")
            if not piece:
                break
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size
