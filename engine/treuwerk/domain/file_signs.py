"""What a file looks like by its first bytes, in words for somebody who took the wrong one."""

import re

from treuwerk.domain.reading import shortened

_SIGNS = (
    (b"%PDF-", "a PDF"), (b"PK\x03\x04", "a ZIP archive or an Office document"), (b"\x1f\x8b", "a file packed by gzip"),
    (b"\xd0\xcf\x11\xe0", "an Office document of the kind before 2007"), (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"), (b"II*\0", "a picture (TIFF)"), (b"MM\0*", "a picture (TIFF)"),
    (b"UNA", "EDIFACT"), (b"UNB+", "EDIFACT"), (b"BEGIN:VCALENDAR", "a calendar (iCalendar)"),
    (b"\xff\xfe", "text in UTF-16"), (b"\xfe\xff", "text in UTF-16"),
)
_MARK = b"\xef\xbb\xbf"
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")


def looks_like(head: bytes) -> str:
    """The kind of a file in a few words, from its first bytes.

    >>> looks_like(b"<?xml version='1.0'?><Order xmlns='urn:x'>")
    'an XML document <Order>'
    """
    text = head.removeprefix(_MARK).lstrip()
    if not text:
        return "an empty file"
    if named := next((name for sign, name in _SIGNS if text.startswith(sign)), ""):
        return named
    if text.startswith(b"<"):
        root = _ROOT.search(text)
        return f"an XML document <{root[1].decode()}>" if root else "an XML document"
    if text.startswith((b"{", b"[")):
        return "JSON"
    first = text.splitlines()[0].decode("utf-8", "replace")
    return f"text that begins {shortened(first)!r}" if first.isprintable() or "\t" in first else "binary data"
