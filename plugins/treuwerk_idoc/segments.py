"""A file → segments with their fields by name, the same for XML and flat files, in flat memory."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import BinaryIO, NamedTuple
from xml.etree.ElementTree import Element

from treuwerk.domain.reading import shortened
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.domain.xml_reading import plain_name, xml_items
from treuwerk_idoc.layouts import CONTROL, HEAD, Layout

CONTROL_RECORD = "EDI_DC40"
LONGEST_LINE = 65_536  # bytes; the data of a segment has 1,000 characters
_MARK = b"\xef\xbb\xbf"
_NAME = re.compile(r"E[12]([A-Z][A-Z0-9]{4})[0-9]{0,3}")
_CONTAINERS = ("IDOC", "E1EDL20")


class Segment(NamedTuple):
    """A segment: its name as in XML (``E1EDL24``), its fields, and its place in the file: a line, or its number.

    `damage` says what could not be decoded.
    """

    name: str
    fields: Mapping[str, str]
    at: int
    damage: str = ""


def segments_of_xml(stream: BinaryIO) -> Iterator[Segment]:
    """The segments of IDocs in XML. Fields of E1EDL20 come one by one, since what is in it comes so, too."""
    at = 1
    for path, item in xml_items(stream, containers=_CONTAINERS):
        if len(item) == 0:
            yield Segment(path[-1], {plain_name(item.tag): (item.text or "").strip()}, at)
        for name, fields in _nested(item) if len(item) else ():
            yield Segment(name, fields, at)
            at += 1


def _nested(element: Element) -> Iterator[tuple[str, dict[str, str]]]:
    """A segment and then those inside it, in the order of the file."""
    pending = [element]
    while pending:
        current = pending.pop()
        yield plain_name(current.tag), {plain_name(child.tag): (child.text or "").strip()
                                        for child in current if len(child) == 0}
        pending += [child for child in reversed(current) if len(child)]


def segments_of_flat_file(stream: BinaryIO, encoding: str, layouts: Mapping[str, Layout]) -> Iterator[Segment]:
    """The segments of a flat file, one a line; blanks at the end of a line may be cut.

    Raises:
        UnreadableFile: a line that is too long to be a segment.
    """
    lines = enumerate(iter(partial(stream.readline, LONGEST_LINE), b""), 1)
    for at, raw in lines:
        line = raw.removeprefix(_MARK) if at == 1 else raw
        if len(raw) == LONGEST_LINE:
            raise UnreadableFile(f"line {at}: found more than {LONGEST_LINE:,} bytes, expected a segment a line; are "
                                 "the line ends missing?")
        if not line.strip(b"\r\n\t \x1a"):
            continue
        text, damage = _decoded(line.rstrip(b"\r\n"), encoding)
        yield _segment(at, text, damage, layouts)


def _segment(at: int, text: str, damage: str, layouts: Mapping[str, Layout]) -> Segment:
    if text.startswith(CONTROL_RECORD):
        return Segment(CONTROL_RECORD, _cut(text, CONTROL), at, damage)
    found = _NAME.fullmatch(text[:30].strip())
    name = f"E1{found[1]}" if found else text[:30].strip()
    layout = layouts.get(name)
    return Segment(name, _cut(text[HEAD:], layout) if layout else {}, at, damage)


def _cut(text: str, layout: Layout) -> dict[str, str]:
    return {field: text[offset:offset + length].strip() for field, (offset, length) in layout.items()}


def _decoded(raw: bytes, encoding: str) -> tuple[str, str]:
    """The text of a line, and what was wrong with it. What is valid UTF-8 is UTF-8; the rest is as agreed."""
    decoders: list[Callable[[], str]] = [partial(raw.decode, "utf-8")]
    if encoding:
        decoders.append(partial(raw.decode, encoding))
    byte = 0
    for decode in decoders:
        try:
            return decode(), ""
        except UnicodeDecodeError as error:
            byte = raw[error.start]
    return raw.decode("utf-8", "replace"), (f"found byte 0x{byte:02x}, expected {encoding or 'UTF-8'}; set encoding of "
                                            "the source to what the sender writes")


def looks_like_idocs(head: bytes) -> str:
    """``xml`` or ``flat`` for IDocs by their first bytes, else nothing."""
    begin = head.removeprefix(_MARK).lstrip()
    if begin.startswith(CONTROL_RECORD.encode()):
        return "flat"
    return "xml" if begin.startswith(b"<") and re.search(rb"<(?:\w+:)?EDI_DC40[\s>]", begin) else ""


def unreadable(head: bytes) -> UnreadableFile:
    """What to say of a file that holds no IDocs."""
    if head.removeprefix(_MARK).startswith(b"EDI_DC "):
        return UnreadableFile("found the control record EDI_DC of SAP R/3 before release 4, expected EDI_DC40; send "
                              "IDocs with the port version 4.x")
    found = shortened(head[:60].decode("utf-8", "replace").strip()) or "nothing"
    return UnreadableFile(f"found {found!r} at the begin, expected the control record EDI_DC40, in XML or in a flat "
                          "file; is this a file of IDocs?")
