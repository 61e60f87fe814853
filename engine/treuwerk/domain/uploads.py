"""Files that people hand in: what each is by its content, and what it is not allowed to be.

A name says nothing here. What a browser could run, such as SVG or HTML, is told by name, so that people learn what to
send instead.
"""

from enum import StrEnum
from typing import NamedTuple

HEAD_BYTES = 1 << 16


class FileType(StrEnum):
    """What an uploaded file is, by its first bytes."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    TIFF = "image/tiff"
    HEIC = "image/heic"
    PDF = "application/pdf"
    XML = "application/xml"
    EDI = "application/edi"
    JSON = "application/json"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    TEXT = "text/plain"


PICTURES = frozenset({FileType.JPEG, FileType.PNG, FileType.WEBP, FileType.TIFF, FileType.HEIC})
DRAWN = PICTURES | {FileType.PDF}
"""Types of which pages are shown; what is left is only read by machine."""
ENDINGS = {FileType.JPEG: ".jpg", FileType.PNG: ".png", FileType.WEBP: ".webp", FileType.TIFF: ".tif",
           FileType.HEIC: ".heic", FileType.PDF: ".pdf", FileType.XML: ".xml", FileType.EDI: ".edi",
           FileType.JSON: ".json", FileType.XLSX: ".xlsx", FileType.TEXT: ".csv"}
"""How a file is called when it is downloaded again."""


class ScannerUnavailable(Exception):
    """A scanner cannot say whether a file is clean; the message says why, without names of files."""


class Refused(NamedTuple):
    """A type that is never taken: a code by which words are found."""

    code: str


_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_STARTS: tuple[tuple[bytes, FileType], ...] = (
    (b"\xff\xd8\xff", FileType.JPEG), (b"\x89PNG\r\n\x1a\n", FileType.PNG), (b"II*\0", FileType.TIFF),
    (b"MM\0*", FileType.TIFF), (b"%PDF-", FileType.PDF))
_EDI = (b"UNA", b"UNB+", b"UNB", b"EDI_DC40", b"ISA")
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"#!", b"\xcf\xfa\xed\xfe")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def type_of(head: bytes) -> FileType | Refused:
    """What a file is by its first `HEAD_BYTES`.

    >>> type_of(b"%PDF-1.7"), type_of(b"<svg xmlns='http://www.w3.org/2000/svg'>")
    (<FileType.PDF: 'application/pdf'>, Refused(code='svg'))
    """
    if not head:
        return Refused("empty")
    for start, found in _STARTS:
        if head.startswith(start):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return FileType.WEBP
    if head[4:8] == b"ftyp":
        return FileType.HEIC if head[8:12] in _HEIC_BRANDS else Refused("video")
    return _packed(head) or _written(head)


def _packed(head: bytes) -> FileType | Refused | None:
    if head.startswith(b"PK\3\4"):
        return FileType.XLSX if b"[Content_Types].xml" in head or b"_rels/" in head or b"xl/" in head else \
            Refused("archive")
    if head.startswith(_ARCHIVES):
        return Refused("archive")
    if head.startswith(_OLD_OFFICE):
        return Refused("old_office")
    return Refused("program") if head.startswith(_PROGRAMS) else None


def _written(head: bytes) -> FileType | Refused:
    """Texts: what begins like markup, EDI or JSON, or is otherwise legible."""
    text = _plain(head).lstrip()
    lowered = text[:512].lower()
    if lowered.startswith(b"<"):
        return _marked_up(lowered, text.lower())
    if text.startswith(_EDI):
        return FileType.EDI
    if text.startswith((b"{", b"[")):
        return FileType.JSON
    legible = not any(mark < 9 or 13 < mark < 27 for mark in text)
    return FileType.TEXT if text and legible else Refused("unknown")


def _marked_up(beginning: bytes, lowered: bytes) -> FileType | Refused:
    if b"<svg" in lowered:
        return Refused("svg")
    if b"<html" in lowered or b"<!doctype html" in beginning or b"<script" in lowered:
        return Refused("html")
    return Refused("doctype") if b"<!doctype" in lowered or b"<!entity" in lowered else FileType.XML


def _plain(head: bytes) -> bytes:
    """The head without a byte order mark; two bytes a letter become one, as far as they are ASCII."""
    for mark in _MARKS:
        if head.startswith(mark):
            return head[len(mark):].replace(b"\0", b"") if len(mark) == 2 else head[3:]
    return head


def shown_name(name: str) -> str:
    r"""The name of a file as it is kept and shown: the last part of a path, printable, of a bearable length.

    >>> shown_name(r"C:\fakepath\..\Lieferschein 4711.pdf"), shown_name("../../etc/passwd"), shown_name("\0")
    ('Lieferschein 4711.pdf', 'passwd', '')
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    return plain if len(plain) <= 100 else f"{plain[:60]}…{plain[-30:]}"
