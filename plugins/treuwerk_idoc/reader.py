"""Files of IDocs → documents. A file may hold many; each begins with its control record."""

from collections.abc import Iterator
from io import BufferedReader, RawIOBase
from typing import Any, BinaryIO

from treuwerk.domain.documents import Document, DocumentKind, Fault
from treuwerk.domain.tabular import UnreadableFile
from treuwerk_idoc.deliveries import Delivery
from treuwerk_idoc.idoc import Idoc
from treuwerk_idoc.kinds import kind_of
from treuwerk_idoc.layouts import layouts
from treuwerk_idoc.orders import Order
from treuwerk_idoc.segments import (
    CONTROL_RECORD,
    Segment,
    looks_like_idocs,
    segments_of_flat_file,
    segments_of_xml,
    unreadable,
)
from treuwerk_idoc.settings import IdocSettings

_HEAD = 4_096


class IdocReader:
    """A clearing source for IDocs of one system, or of any that sends SAP's own."""

    def __init__(self, name: str, settings: IdocSettings) -> None:
        self._name, self._settings = name, settings
        self._layouts = layouts(settings.fields)

    def recognises(self, name: str, head: bytes) -> bool:
        """A file is ours when it has the control record EDI_DC40."""
        return looks_like_idocs(head) != ""

    def read(self, stream: BinaryIO) -> Iterator[Document]:
        """Documents in the order of the file; `at` of a line is its line in a flat file, else its segment."""
        buffered = BufferedReader(_Raw(stream), 1 << 16)
        head = buffered.peek(_HEAD)[:_HEAD]
        form = looks_like_idocs(head)
        if not form:
            raise unreadable(head)
        segments = (segments_of_xml(buffered) if form == "xml"
                    else segments_of_flat_file(buffered, self._settings.encoding, self._layouts))
        return self._documents(segments)

    def _documents(self, segments: Iterator[Segment]) -> Iterator[Document]:
        idoc: Idoc | None = None
        for segment in segments:
            if segment.name == CONTROL_RECORD:
                yield from _ended(idoc)
                idoc = self._begun(segment)
            elif idoc is None:
                raise UnreadableFile(f"line {segment.at}: found segment {segment.name!r}, expected the control record "
                                     "EDI_DC40 first")
            else:
                idoc.take(segment)
                if idoc.ready:
                    yield from _released(idoc)
        yield from _ended(idoc)

    def _begun(self, control: Segment) -> Idoc:
        kind = kind_of(control.fields)
        basic = f"{control.fields.get('IDOCTYP', '')} {control.fields.get('MESTYP', '')}".upper()
        if any(name in basic for name in ("DELVRY", "DESADV", "SHPCON", "WHSCON")):
            return Delivery(self._name, self._settings, control, kind)
        return Order(self._name, self._settings, control, kind)


class _Raw(RawIOBase):
    """Any stream, so that one can look at its begin before it is read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; 0 at the end."""
        piece = self._stream.read(len(buffer))
        buffer[:len(piece)] = piece
        return len(piece)


def _ended(idoc: Idoc | None) -> Iterator[Document]:
    if idoc is not None:
        if idoc.kind is DocumentKind.OTHER:
            found = idoc.control.get("MESTYP") or idoc.control.get("IDOCTYP", "")
            idoc.faults.append(Fault(None, "wrong_message", f"found an IDoc {found}, expected DESADV, SHPCON, WHSCON "
                                     "or INVOIC; it cannot earn points", idoc.number))
        idoc.end()
        yield from _released(idoc)


def _released(idoc: Idoc) -> Iterator[Document]:
    ready, idoc.ready = idoc.ready, []
    yield from ready
