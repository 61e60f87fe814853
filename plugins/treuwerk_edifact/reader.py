"""Interchanges → documents: envelopes, groups and trailers around the messages."""

from collections.abc import Iterator
from typing import BinaryIO

from treuwerk.domain.documents import Document, Fault, Party
from treuwerk.domain.reading import shortened
from treuwerk.domain.tabular import UnreadableFile
from treuwerk_edifact.encodings import CHARSETS
from treuwerk_edifact.head import value
from treuwerk_edifact.lines import ON_LINE, ON_LINE_BRIEFLY, LineDraft
from treuwerk_edifact.message import BEGINNING, CLOSING, Message
from treuwerk_edifact.numbers import told_count
from treuwerk_edifact.settings import EdifactSettings
from treuwerk_edifact.stream import SegmentStream, looks_like_edifact
from treuwerk_edifact.syntax import Elements

_SERVICE = frozenset({"UNB", "UNG", "UNH", "UNT", "UNE", "UNZ"})
_ENDING = _SERVICE | CLOSING
_REPETITIONS_SINCE = 4
_TEST_ELEMENT = 11
_SENDER_SCHEMES = {"14": "gln", "1": "duns"}


class EdifactReader:
    """A clearing source for EDIFACT files of one partner, or of anybody who keeps to the standard."""

    def __init__(self, name: str, settings: EdifactSettings) -> None:
        self._name = name
        self._settings = settings

    def recognises(self, name: str, head: bytes) -> bool:
        """A file is ours when it begins with UNA, UNB, UNG or UNH."""
        return looks_like_edifact(head)

    def read(self, stream: BinaryIO) -> Iterator[Document]:
        """Documents in the order of the file; `at` of a line is the segment with its LIN, counted from 1 behind UNA."""
        return _Walk(self._name, self._settings, SegmentStream(stream)).documents()


class _Walk:
    """One way through a file. The last document is kept back until its trailer was read."""

    def __init__(self, name: str, settings: EdifactSettings, stream: SegmentStream) -> None:
        self._name, self._settings, self._stream = name, settings, stream
        self._message: Message | None = None
        self._kept: Document | None = None
        self._ready: list[Document] = []
        self._sender, self._test, self._reference, self._enveloped = Party(), False, "", False
        self._messages = self._groups = self._in_group = 0
        self._packages = 0
        self._trouble: list[Fault] = []
        self._found = False
        stream.encoding = settings.encoding or "ascii"

    def documents(self) -> Iterator[Document]:
        """All documents of the file.

        Raises:
            UnreadableFile: it is no EDIFACT, or holds no message.
        """
        stream, at = self._stream, 0
        line: LineDraft | None = None
        for block in stream.blocks():
            split, first = stream.split, stream.first_element
            for text in block:
                at += 1
                tag = text[:3]
                if line is None or tag in _ENDING:
                    self._beside_lines(at, tag, text)
                    split, first = stream.split, stream.first_element
                    if self._ready:
                        yield from self._handed_over()
                    line = self._message.line if self._message is not None else None
                elif tag in ON_LINE_BRIEFLY:
                    ON_LINE_BRIEFLY[tag](line, first(text))
                elif tag in ON_LINE:
                    ON_LINE[tag](line, split(text))
                if stream.undecodable is not None and self._message is not None:
                    self._message.spoil(at, tag, str(stream.undecodable))
        self._end(at)
        yield from self._handed_over()

    def _beside_lines(self, at: int, tag: str, text: str) -> None:
        """A segment of the envelope, of the head, of the sums, or one that ends a line."""
        message = self._message
        if tag in _SERVICE:
            self._service(at, tag, self._stream.split(text))
        elif message is None:
            self._outside(at, text)
        elif handle := message.handlers.get(tag):
            handle(message, at, self._stream.split(text))
            if message.ready:
                self._release(message)
        elif begin := BEGINNING.get(tag):
            begin(message)
            if message.ready:
                self._release(message)

    def _handed_over(self) -> list[Document]:
        ready, self._ready = self._ready, []
        return ready

    def _service(self, at: int, tag: str, segment: Elements) -> None:
        if tag == "UNH":
            self._close(at, None)
            self._open_message(at, segment)
        elif tag == "UNT":
            self._close(at, segment)
        elif tag == "UNB":
            self._close(at, None)
            self._end_interchange(None)
            self._open_interchange(segment)
        elif tag == "UNZ":
            self._close(at, None)
            self._end_interchange(segment)
        elif tag == "UNG":
            self._groups, self._in_group = self._groups + 1, 0
        elif tag == "UNE":
            self._close(at, None)
            if wrong := _miscounted(value(segment, 1), {self._in_group}):
                self.warn("group_count", f"UNE: {wrong}", value(segment, 1), self._in_group)

    def _open_interchange(self, segment: Elements) -> None:
        stream = self._stream
        identifier, version = value(segment, 1).upper(), value(segment, 1, 1)
        stream.encoding = self._settings.encoding or CHARSETS.get(identifier[:4], "ascii")
        stream.repeat(repeats=version.isdigit() and int(version) >= _REPETITIONS_SINCE)
        number, qualifier = value(segment, 2), value(segment, 2, 1)
        self._sender = Party(ids=((_SENDER_SCHEMES.get(qualifier, "id"), number),)) if number else Party()
        self._test = value(segment, _TEST_ELEMENT) == "1"
        self._reference, self._enveloped = value(segment, 5), True
        self._messages = self._groups = 0
        self._packages = stream.packages

    def _open_message(self, at: int, segment: Elements) -> None:
        mark = self._settings.decimal_mark or self._stream.separators.mark
        self._found = True
        self._message = Message(self._name, self._settings, self._sender, mark, (at, segment), test=self._test)
        self._messages, self._in_group = self._messages + 1, self._in_group + 1

    def _close(self, at: int, trailer: Elements | None) -> None:
        """End the open message, with or without its trailer."""
        if self._message is not None:
            self._message.end(at, trailer)
            self._release(self._message)
            self._message = None

    def _release(self, message: Message) -> None:
        """Documents of a message are ready but for the newest, of which a trailer may still speak."""
        for document in message.ready:
            if self._kept is not None:
                self._ready.append(self._kept)
            self._kept = document
        message.ready = []

    def _end_interchange(self, trailer: Elements | None) -> None:
        if self._enveloped and trailer is not None:
            packages = self._stream.packages - self._packages
            counts = {self._messages, self._messages + packages} | ({self._groups} if self._groups else set())
            if wrong := _miscounted(value(trailer, 1), counts):
                self.warn("message_count", f"UNZ: {wrong}", value(trailer, 1), max(counts))
            if value(trailer, 2) != self._reference:
                self.warn("interchange_reference", f"UNZ: found reference {shortened(value(trailer, 2))!r}, expected "
                           f"{self._reference!r} as in UNB")
        elif self._enveloped:
            self.warn("no_trailer", "found no UNZ at the end of the interchange; was the file cut off?")
        self._enveloped = False
        if self._kept is not None:
            self._ready.append(self._kept._replace(faults=(*self._kept.faults, *self._trouble)))
        self._kept, self._trouble = None, []

    def warn(self, code: str, text: str, told: str = "", counted: int | None = None) -> None:
        """Something is odd about the interchange, such as a number that it tells; its last document says so."""
        document = self._kept.number if self._kept is not None else ""
        self._trouble.append(Fault(None, code, text, document, "warning", told=told_count(told), counted=counted))

    def _outside(self, at: int, text: str) -> None:
        """Between messages nothing may stand but line ends."""
        if text.strip() and self._kept is None and not self._enveloped:
            raise UnreadableFile(f"segment {at}: found {shortened(text)!r}, expected UNB or UNH; the file is no "
                                 "EDIFACT from here on")

    def _end(self, at: int) -> None:
        """The end of the file closes what is still open."""
        if self._message is not None and self._stream.unterminated:
            self._message.cut_off()
        self._close(at, None)
        self._end_interchange(None)
        if not self._found:
            raise UnreadableFile("found no message (UNH) in the file, expected at least one; ask the sender")


def _miscounted(told: str, counted: set[int]) -> str:
    """What is wrong with a number of messages; empty where it is one of those."""
    if told.lstrip("0") in {str(count) for count in counted}:
        return ""
    return (f"found {shortened(told)!r} messages, expected {' or '.join(map(str, sorted(counted)))}; is the file "
            "complete?")
