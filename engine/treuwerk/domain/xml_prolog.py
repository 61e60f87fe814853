"""What stands before the first element of an XML document: its encoding, comments, and no DOCTYPE.

Senders write encodings that do not exist, or UTF-16 above bytes that are UTF-8, since a library wrote the declaration
before another one encoded the text. Bytes decide where they can: byte order mark, zero bytes, strict UTF-8.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import BinaryIO, NamedTuple

import attrs

from treuwerk.domain.reading import shortened
from treuwerk.domain.tabular import UnreadableFile

LONGEST_PROLOG = 1 << 18  # bytes; terms of use in comments before the first element are longer than one would think
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_BARE = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_DECLARATION = re.compile(r"<\?xml\s[^>]*?\bencoding\s*=\s*[\"']\s*([^\"'>]*?)\s*[\"']")
_DECLARED = re.compile(r"<\?xml\s.*?\?>", re.DOTALL)
_SKIPPED = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_UNFINISHED = re.compile(r"<!--(?!.*?-->)|<\?(?!.*?\?>)", re.DOTALL)
_DOCTYPE = re.compile(r"<![^\[>]*(?:\[.*?\]\s*)?>\s*", re.DOTALL)
_START = re.compile(r"<(?P<name>[^\s<>/!?\"'=&]+)(?P<attributes>[^<>]*)>?")
_ATTRIBUTE = re.compile(r"([^\s=]+)\s*=\s*(\"[^\"]*\"|'[^']*')")


@attrs.frozen
class Begin:
    """The first bytes without their byte order mark, how to decode them, and what stands before the root in them."""

    data: bytes
    encoding: str
    text: str
    root: int
    """Where in `text` the root begins; its length, where the root lies behind it."""


class XmlRoot(NamedTuple):
    """The outermost element: its namespace (may be empty) and its name without prefix."""

    namespace: str
    name: str


def xml_root(head: bytes) -> XmlRoot | None:
    """The root of a document by its first bytes, without parsing it; None where they hold no start of an element.

    >>> xml_root(b'<a:Invoice xmlns:a="urn:x">')
    XmlRoot(namespace='urn:x', name='Invoice')
    """
    begin = _begin(head)
    # Whose file one with a DOCTYPE would be, is known; the one who reads it refuses it by words.
    behind = _DOCTYPE.match(begin.text, begin.root)
    found = _START.match(begin.text, behind.end() if behind else begin.root)
    if found is None:
        return None
    prefix, _, name = found["name"].rpartition(":")
    namespaces = {key: value[1:-1] for key, value in _ATTRIBUTE.findall(found["attributes"])}
    return XmlRoot(namespaces.get(f"xmlns:{prefix}" if prefix else "xmlns", ""), name)


def document_begin(head: bytes, stream: BinaryIO) -> Begin:
    """The begin of a document up to its root, reading on in `stream` where comments are long.

    Raises:
        UnreadableFile: no XML, or with a DOCTYPE.
    """
    begin = _begin(head)
    while begin.root >= len(begin.text) and len(head) < LONGEST_PROLOG and (more := stream.read(1 << 16)):
        head += more
        begin = _begin(head)
    if begin.text.startswith("<!", begin.root):
        line = begin.text.count("\n", 0, begin.root) + 1
        raise UnreadableFile(
            f"line {line}: found a DOCTYPE, expected none: it can make a reader open other files or fill the memory. "
            "Nothing was read; ask the sender for the document without a DOCTYPE")
    if not _START.match(begin.text, begin.root):
        found = shortened(begin.text[begin.root:].strip()) or "nothing"
        raise UnreadableFile(f"found {found!r}, expected an XML document; is the file complete and of this kind?")
    return _without_declaration(begin)


def _without_declaration(begin: Begin) -> Begin:
    """The declaration as blanks: what it says is settled, and a wrong one would stop the parser."""
    if not (found := _DECLARED.match(begin.text)):
        return begin
    blanks = "".join("\n" if character == "\n" else " " for character in found[0])
    data = blanks.encode(begin.encoding) + begin.data[len(found[0].encode(begin.encoding)):]
    return attrs.evolve(begin, data=data, text=blanks + begin.text[found.end():])


def _begin(head: bytes) -> Begin:
    encoding, data = _encoding(head)
    text = data.decode(encoding, "replace")
    leading = len(text) - len(text.lstrip("\ufeff \t\r\n"))
    if leading:
        data, text = data[len(text[:leading].encode(encoding)):], text[leading:]
    at = 0
    while found := _SKIPPED.match(text, at):
        at = found.end()
    if _UNFINISHED.match(text, at):
        at = len(text)
    return Begin(data, encoding, text, at)


def _encoding(head: bytes) -> tuple[str, bytes]:
    """The encoding of a document and its bytes without their mark."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, head[len(mark):]
    for begin, encoding in _BARE:
        if head.lstrip(b"\r\n\t ").startswith(begin):
            return encoding, head
    declared = _DECLARATION.match(head[:1024].decode("latin-1").lstrip())
    return _known(declared[1] if declared else "utf-8"), head


def _known(name: str) -> str:
    """The declared encoding where it exists and its bytes begin like ASCII, else UTF-8, which is then tried strictly.

    A text that a library declared as UTF-16 and that begins with plain ASCII bytes is UTF-8 as well.
    """
    with suppress(LookupError, UnicodeError):
        found = codecs.lookup(name).name
        if "<?xml".encode(found) == b"<?xml" and b"<?xml".decode(found) == "<?xml":
            return found
    return "utf-8"


def decoded(pieces: Iterable[bytes], encoding: str) -> Iterator[str]:
    """The pieces of a document as the parser takes them, whatever their declaration says.

    Raises:
        UnreadableFile: bytes that are none of this encoding; the message names the line.
    """
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    for piece in pieces:
        try:
            text = decoder.decode(piece)
        except UnicodeDecodeError as error:
            line += error.object[:error.start].count(b"\n")
            raise UnreadableFile(f"line {line}: found byte 0x{error.object[error.start]:02x}, expected {encoding}; "
                                 "ask the sender for the file in UTF-8") from None
        line += text.count("\n")
        yield text
    if decoder.getstate()[0]:
        raise UnreadableFile(f"line {line}: found the half of a character at the end of the file, expected all of it; "
                             "the file was cut off")
