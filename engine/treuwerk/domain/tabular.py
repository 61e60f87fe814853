"""Delimited text, line by line, so that a broken line never takes a good one with it.

Python's csv module lets one stray quote swallow the rest of a file and one lone carriage return stop it. Here every
physical line is read alone; quoted cells work as in RFC 4180, except that a cell cannot hold a line break.
"""

import csv
import re
from codecs import lookup
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import lru_cache, partial
from typing import BinaryIO

import attrs

from treuwerk.domain.reading import shortened

LONGEST_LINE = 65_536
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class UnreadableFile(ValueError):
    """The file as a whole cannot be read; the message names found, expected and the next step."""


@attrs.frozen
class BadLine:
    """A physical line that is no row: why, and what stands there."""

    at: int
    code: str
    reason: str
    raw: str


@attrs.frozen
class Dialect:
    """How a partner writes tables. Nothing of it is guessed."""

    delimiter: str = ";"
    encoding: str = "utf-8"


Row = tuple[int, list[str]]


def rows(stream: BinaryIO, dialect: Dialect) -> Iterator[Row | BadLine]:
    """Each line as (line number, trimmed cells) or as a BadLine; empty lines are passed over."""
    for at, raw in _physical_lines(stream):
        if isinstance(raw, BadLine):
            yield raw
        elif raw:
            yield _row(at, raw, dialect)


def _physical_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | BadLine]]:
    for at, read in enumerate(iter(partial(stream.readline, LONGEST_LINE), b""), start=1):
        raw = read.removeprefix(_BYTE_ORDER_MARK) if at == 1 else read
        if len(read) == LONGEST_LINE and not read.endswith(b"\n"):
            _skip_line(stream)
            yield at, BadLine(at, "line_too_long", f"line longer than {LONGEST_LINE} bytes", _shown(raw))
        else:
            yield at, raw.rstrip(b"\r\n") if raw.endswith(b"\n") else raw


def _skip_line(stream: BinaryIO) -> None:
    for rest in iter(partial(stream.readline, LONGEST_LINE), b""):
        if rest.endswith(b"\n"):
            return


def _row(at: int, raw: bytes, dialect: Dialect) -> Row | BadLine:
    try:
        text = raw.decode(dialect.encoding)
    except UnicodeDecodeError as error:
        reason = f"found byte 0x{raw[error.start]:02x}, expected {dialect.encoding}; check the feed's encoding"
        return BadLine(at, "bad_encoding", reason, _shown(raw))
    if not raw.isascii() and _is_utf8_instead(raw, dialect.encoding):
        reason = f"found UTF-8, expected {dialect.encoding}; set the feed's encoding, or names are spelt wrong"
        return BadLine(at, "bad_encoding", reason, _shown(raw))
    if not text.isprintable() and (found := _stray_control(text)):
        return BadLine(at, "stray_control", f"found {found} inside the line, expected printable text", _shown(raw))
    row = (at, text.split(dialect.delimiter)) if '"' not in text else _quoted_row(at, text, dialect)
    if isinstance(row, BadLine) or (text.isascii() and " " not in text and "\t" not in text):
        return row  # nothing to trim: the usual case of a feed
    return at, [cell.strip() for cell in row[1]]


def _is_utf8_instead(raw: bytes, encoding: str) -> bool:
    """Whether bytes of another encoding make sense as UTF-8, which by chance they never do."""
    if not _has_one_byte_per_character(encoding):
        return False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@lru_cache(maxsize=8)
def _has_one_byte_per_character(encoding: str) -> bool:
    upper = bytes(range(0xA0, 0x100))
    return len(upper.decode(encoding, "replace")) == len(upper) and not lookup(encoding).name.startswith("utf")


def _stray_control(text: str) -> str:
    """The first control character but a tab, by its name."""
    stray = next((character for character in text if character < " " and character != "\t"), "")
    return {"": "", "\r": "a lone carriage return", "\0": "a NUL character"}.get(stray, f"control character {stray!r}")


def _quoted_row(at: int, text: str, dialect: Dialect) -> Row | BadLine:
    if _quoted_pattern(dialect.delimiter).fullmatch(text):
        return at, next(csv.reader([text], delimiter=dialect.delimiter, strict=True))
    return BadLine(at, "stray_quote", "found a quote that is not closed or not at the border of a cell, "
                   'expected "…" around a whole cell and "" for a quote inside', shortened(text))


@lru_cache(maxsize=8)
def _quoted_pattern(delimiter: str) -> re.Pattern[str]:
    """Python's csv takes a quote inside a bare cell as text, and so tears a cell apart that has a blank before it."""
    mark = re.escape(delimiter)
    cell = rf'(?:"(?:[^"]|"")*+"|[^"{mark}]*+)'
    return re.compile(rf"{cell}(?:{mark}{cell})*+")


def _shown(raw: bytes) -> str:
    return shortened(raw[:200].decode("utf-8", "replace"))


def header(first: Row | BadLine | None, required: Sequence[str], delimiter: str) -> dict[str, int]:
    """Column name → position, from the first row.

    Raises:
        UnreadableFile: no header, a column missing or named twice.
    """
    if first is None:
        raise UnreadableFile(f"the file is empty; expected a header line with {delimiter.join(required)}")
    if isinstance(first, BadLine):
        raise UnreadableFile(f"line {first.at}: no header: {first.reason}")
    names = [cell.strip() for cell in first[1]]
    missing = [name for name in required if name not in names]
    twice = sorted({name for name in names if names.count(name) > 1 and name})
    if twice:
        raise UnreadableFile(f"line {first[0]}: column {', '.join(twice)} stands twice in the header")
    if missing:
        raise UnreadableFile(_missing(first[0], names, missing, set(required), delimiter))
    return {name: position for position, name in enumerate(names)}


def _missing(at: int, names: list[str], missing: list[str], known: set[str], delimiter: str) -> str:
    spare = [name for name in names if name not in known]
    hints = [f"{name} (did you mean {close[0]}?)" if (close := get_close_matches(name, spare, 1)) else name
             for name in missing]
    found = shortened(delimiter.join(names), 200)
    return f"line {at}: column missing: {', '.join(hints)}; found {found!r}. Is this the right file and delimiter?"
