"""What a catalogue may be told."""

from typing import Any

import attrs
from attrs.validators import ge, le


def _one_byte(_: object, attribute: Any, value: str) -> None:
    try:
        fits = "\nA;".encode(value) == b"\nA;"
    except (LookupError, UnicodeError):
        fits = False
    if not fits:
        raise ValueError(f"'{attribute.name}' must be a text encoding such as cp850 or cp1252: {value}")


@attrs.frozen
class DatanormSettings:
    """Keys of a ``[[sources]]`` table with ``reader = "datanorm"``; all of them may be left out."""

    seller: str = ""
    """Whose numbers the articles have; left out: the name at the head of the file."""
    encoding: str = attrs.field(default="cp850", validator=_one_byte)
    """The standard says cp850; some programs write cp1252."""
    century_pivot: int = attrs.field(default=70, validator=[ge(0), le(100)])
    """Years of two digits below it are of this century, the others of the last."""
