"""Which bytes are which characters: what the syntax identifier of UNB means, and no guessing.

A segment that is valid UTF-8 is UTF-8: no text of another encoding looks like it by chance. Every other segment is read
as the profile of the source says, else as UNB says. So one segment of a careless system never spoils the next.
"""

from collections.abc import Mapping
from types import MappingProxyType

CHARSETS: Mapping[str, str] = MappingProxyType({
    "UNOA": "ascii", "UNOB": "ascii", "UNOC": "iso8859-1", "UNOD": "iso8859-2", "UNOE": "iso8859-5",
    "UNOF": "iso8859-7", "UNOG": "iso8859-3", "UNOH": "iso8859-4", "UNOI": "iso8859-6", "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9", "UNOL": "iso8859-15", "UNOW": "utf-8", "UNOX": "ascii", "UNOY": "utf-8",
})
"""Syntax identifier of UNB → name of the encoding; UNOA and UNOB are parts of ASCII."""


class Undecodable(ValueError):
    """A byte that the agreed encoding does not have."""

    def __init__(self, byte: int, encoding: str) -> None:
        super().__init__(f"found byte 0x{byte:02x}, expected {encoding} or UTF-8; set encoding of the source to what "
                         "the sender writes, or ask the sender for UTF-8")


def decoded(raw: bytes, encoding: str) -> str:
    """The text of one segment.

    Raises:
        Undecodable: the bytes are neither UTF-8 nor of this encoding.
    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as error:
            raise Undecodable(raw[error.start], encoding) from None
