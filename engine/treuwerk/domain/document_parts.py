"""One document of any length from its XML: a long one comes in parts with the same head, in flat memory."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import BinaryIO, Protocol
from xml.etree.ElementTree import Element

import attrs

from treuwerk.domain.documents import Document, DocumentLine, Fault
from treuwerk.domain.xml_reading import plain_name, xml_items

LONGEST_PART = 5_000  # lines of one part


def with_features(lines: Sequence[DocumentLine], fixed: Mapping[str, str]) -> Sequence[DocumentLine]:
    """Lines with what is true of all that a source sends; what a line says itself counts more."""
    if not fixed:
        return lines
    return [line._replace(features={**fixed, **line.features} if line.features else fixed) for line in lines]


class DocumentDraft(Protocol):
    """One format's way from items of XML to a document: it gathers the head, and reads lines one by one."""

    line_name: str
    """Name of the items that are lines, as far as it is known; all others are parts of the head."""

    def head(self, path: tuple[str, ...], item: Element) -> None:
        """Keep what the head needs of an item."""
        ...

    def lines(self, item: Element, at: int) -> Sequence[DocumentLine | Fault]:
        """The lines of an item, the first with the place `at`, or what is wrong with them."""
        ...

    def document(self, lines: Sequence[DocumentLine], faults: Sequence[Fault], *, whole: bool) -> Document:
        """The document, or a part of it, by the head as far as it is known."""
        ...


def documents_in_order(stream: BinaryIO, containers: Collection[str], draft: DocumentDraft) -> Iterator[Document]:
    """The document of a format whose head stands before its lines."""
    parts = _Parts(draft)
    for path, item in xml_items(stream, containers):
        if plain_name(item.tag) == draft.line_name:
            if part := parts.line(item):
                yield part
        else:
            draft.head(path, item)
    yield from parts.rest()


def documents_with_head_behind(stream: BinaryIO, containers: Collection[str],
                               draft: DocumentDraft) -> Iterator[Document]:
    """The document of a format whose head may stand behind its lines; a long one is therefore read twice."""
    start = stream.tell() if stream.seekable() else None
    kept: list[DocumentLine | Fault] | None = []
    for path, item in xml_items(stream, containers):
        if plain_name(item.tag) != draft.line_name:
            draft.head(path, item)
        elif kept is not None:
            kept.extend(draft.lines(item, len(kept) + 1))
            kept = None if start is not None and len(kept) > LONGEST_PART else kept
    if kept is not None:
        yield _document(draft, kept, whole=True)
        return
    assert start is not None
    stream.seek(start)
    parts = _Parts(draft)
    for _, item in xml_items(stream, containers):
        if plain_name(item.tag) == draft.line_name and (part := parts.line(item)):
            yield part
    yield from parts.rest()


class _Parts:
    """Lines until they are enough for a part; a set and what belongs to it stay together."""

    def __init__(self, draft: DocumentDraft) -> None:
        self._draft = draft
        self._kept: list[DocumentLine | Fault] = []
        self._at, self._given = 1, False

    def line(self, item: Element) -> Document | None:
        """The part that is full before this line, if one is."""
        read, full = self._draft.lines(item, self._at), None
        self._at += len(read)
        if len(self._kept) >= LONGEST_PART and read and not getattr(read[0], "parent", ""):
            full = _document(self._draft, self._kept, whole=False)
            self._kept, self._given = [], True
        self._kept.extend(read)
        return full

    def rest(self) -> Iterator[Document]:
        if self._kept or not self._given:
            yield _document(self._draft, self._kept, whole=not self._given)


def _document(draft: DocumentDraft, read: Sequence[DocumentLine | Fault], *, whole: bool) -> Document:
    lines = [one for one in read if isinstance(one, DocumentLine)]
    faults = [one for one in read if isinstance(one, Fault)] if len(lines) < len(read) else []
    document = draft.document(lines, faults, whole=whole)
    if not document.faults:
        return document
    return document._replace(faults=tuple(
        attrs.evolve(fault, document=document.number) for fault in document.faults))
