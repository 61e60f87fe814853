"""JSON and JSON Lines → documents. What is wrong with one document is one fault, and the others are kept."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, NoReturn

from treuwerk.domain.documents import Document, DocumentKind, Fault
from treuwerk.domain.file_signs import looks_like
from treuwerk.domain.reading import shortened
from treuwerk.domain.tabular import UnreadableFile
from treuwerk_json_feed.documents import WrongDocument, document_of
from treuwerk_json_feed.settings import JsonFeedSettings

_MARK = b"\xef\xbb\xbf"
_LONGEST_PART = 5_000  # lines of a document; a longer one comes in parts
_SIGNS = (b'"documents"', b'"kind"')


class JsonFeed:
    """A clearing source for documents that are canonical already."""

    def __init__(self, name: str, settings: JsonFeedSettings) -> None:
        self._name, self._most = name, settings.max_megabytes << 20

    def recognises(self, name: str, head: bytes) -> bool:
        """A file is ours when it begins as JSON and names a kind of document, or a list of documents."""
        text = head.removeprefix(_MARK).lstrip()
        return text.startswith((b"{", b"[")) and any(sign in text for sign in _SIGNS)

    def read(self, stream: BinaryIO) -> Iterator[Document]:
        """Documents in their order. `at` of their lines is the physical line of JSON Lines, else their place in a list.

        Raises:
            UnreadableFile: the file is no JSON, or too large to be read as a whole.
        """
        first = self._line(stream)
        if _is_one_of_many(first):
            yield from self._lines(stream, first)
        else:
            yield from self._list(first + stream.read(self._most + 1 - len(first)))

    def _line(self, stream: BinaryIO) -> bytes:
        """The next line that is not empty; at most one byte longer than allowed."""
        for line in iter(lambda: stream.readline(self._most + 1), b""):
            if line.strip(b" \t\r\n").removeprefix(_MARK):
                return line
        return b""

    def _lines(self, stream: BinaryIO, first: bytes) -> Iterator[Document]:
        stream.seek(0)
        at = 0
        while line := stream.readline(self._most + 1):
            at += 1
            if len(line) > self._most:
                yield self._faulty(at, "line_too_long", f"found a line of more than {self._most:,} bytes, expected "
                                   "fewer; send the document in parts", line)
                while line and not line.endswith(b"\n"):
                    line = stream.readline(self._most)
            elif text := line.removeprefix(_MARK).strip():
                yield from self._one(at, text)

    def _one(self, at: int, text: bytes) -> Iterator[Document]:
        try:
            yield from self._documents(at, _parsed(text))
        except WrongDocument as error:
            yield self._faulty(at, "bad_json", str(error), text)

    def _list(self, text: bytes) -> Iterator[Document]:
        if len(text) > self._most:
            raise UnreadableFile(f"found more than {self._most >> 20:,} MiB of JSON, expected less; send JSON Lines: "
                                 "one document in each line")
        try:
            value = _parsed(text.removeprefix(_MARK))
        except WrongDocument as error:
            raise UnreadableFile(f"not readable as JSON: {error}; found {looks_like(text[:4096])}") from error
        for at, one in enumerate(_listed(value), 1):
            yield from self._documents(at, one)

    def _documents(self, at: int, value: Any) -> Iterator[Document]:
        """The document, in parts where it is long; or in its place the fault that says what is wrong with it."""
        try:
            document = document_of(value, self._name, at)
        except WrongDocument as error:
            number = value.get("number", "") if isinstance(value, dict) else ""
            raw = shortened(json.dumps(value, ensure_ascii=False), 200)
            yield self._faulty(at, "bad_document", str(error), raw.encode("utf-8", "replace"),
                               number if isinstance(number, str) else "")
            return
        for first in range(0, max(len(document.lines), 1), _LONGEST_PART):
            yield document._replace(lines=document.lines[first:first + _LONGEST_PART],
                                    faults=() if first else document.faults)

    def _faulty(self, at: int, code: str, text: str, raw: bytes, number: str = "") -> Document:
        shown = raw[:200].decode("utf-8", "replace")
        return Document(self._name, DocumentKind.OTHER, "", (), (Fault(at, code, text, number[:200], raw=shown),))


def _is_one_of_many(line: bytes) -> bool:
    """Whether a line is a whole object that is no list of documents: the first one of JSON Lines."""
    text = line.strip(b" \t\r\n").removeprefix(_MARK)
    if not (text.startswith(b"{") and text.endswith(b"}")):
        return False
    try:
        value = _parsed(text)
    except WrongDocument:
        return True
    return not (isinstance(value, dict) and "documents" in value)


def _listed(value: Any) -> Iterable[Any]:
    if isinstance(value, dict) and "documents" in value:
        value = value["documents"]
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list):
        raise UnreadableFile(f"found {shortened(json.dumps(value))}, expected a document, a list of them, or an object "
                             "with a list under documents")
    return value


def _parsed(text: bytes) -> Any:
    """The value of a JSON text.

    Raises:
        WrongDocument: it is none, an object names a key twice, or it is nested without end.
    """
    try:
        return json.loads(text.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise WrongDocument(f"found byte 0x{text[error.start]:02x}, expected UTF-8") from None
    except json.JSONDecodeError as error:
        raise WrongDocument(f"found no JSON from line {error.lineno}, column {error.colno} on: {error.msg}") from None
    except RecursionError:
        raise WrongDocument("found values nested without end, expected a document") from None
    except WrongDocument:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise WrongDocument(f"found a value that cannot be read: {error}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise WrongDocument(f"found the key {twice!r} twice, expected it once")
    return found


def _no_number(text: str) -> NoReturn:
    raise WrongDocument(f"found {text}, which is no number of JSON")
