"""XML as it comes from outside, read safely and as a stream.

Python's expat asks no network and opens no file, but it believes what a DOCTYPE declares. A document with one is
refused before anything of it is parsed; what is too deep, too large or has too many attributes is refused while it is.
An include (XInclude) is an element like any other and is never followed.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import chain
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

import attrs

from treuwerk.domain.tabular import UnreadableFile
from treuwerk.domain.xml_prolog import decoded, document_begin

PIECE = 1 << 14  # bytes that are parsed before elements are handed out; with more of them the caches miss


@attrs.frozen
class XmlLimits:
    """What a document may ask of the machine that reads it; the formats that are read here stay far below."""

    depth: int = 64
    """Elements inside each other."""
    attributes: int = 1_000
    """Attributes of one element."""
    elements: int = 200_000
    """Elements of one item."""
    item_length: int = 64 << 20
    """Characters of one item; an attachment may be part of it."""


LIMITS = XmlLimits()
XmlItem = tuple[tuple[str, ...], Element]
"""The names of the elements around an item, from the root on, and the item with all that is in it."""


@lru_cache(maxsize=4096)
def plain_name(tag: str) -> str:
    """The name of an element without its namespace.

    >>> plain_name("{urn:x}Invoice")
    'Invoice'
    """
    return tag.rpartition("}")[2]


def xml_items(stream: BinaryIO, containers: Collection[str] = (), limits: XmlLimits = LIMITS) -> Iterator[XmlItem]:
    """Every child of the root, complete, one after the other, in flat memory; of `containers` their children instead.

    `containers` are names without namespaces; they may stand in the root or in each other. An item is forgotten by the
    reader when the next one is asked for.

    Raises:
        UnreadableFile: no XML, with a DOCTYPE, broken, or beyond a limit; the message names the line.
    """
    begin = document_begin(stream.read(PIECE), stream)
    pieces = chain([begin.data], iter(partial(stream.read, PIECE), b""))
    return _Walk(frozenset(containers), limits).items(decoded(pieces, begin.encoding))


class _Walk:
    """Parses piece by piece and hands out what has become complete."""

    def __init__(self, containers: frozenset[str], limits: XmlLimits) -> None:
        self._containers, self._limits = containers, limits
        self._builder = TreeBuilder()
        self._parser = XMLParser(target=self._builder)  # noqa: S314 - no DOCTYPE comes here, and limits hold
        self._root: Element | None = None
        self._line = 1
        self._fresh = (0, 0, 0)
        # Characters, elements and attributes since the last piece in which an item became complete.
        self._length = self._elements = self._attributes = 0

    def items(self, pieces: Iterable[str]) -> Iterator[XmlItem]:
        for piece in pieces:
            self._feed(piece)
            if self._root is not None:
                yield from self._complete(self._root, (), closed=False)
                self._check_open(self._root)
        with _broken_named():
            self._parser.close()
        if self._root is not None:
            yield from self._complete(self._root, (), closed=True)

    def _feed(self, piece: str) -> None:
        with _broken_named():
            self._parser.feed(piece)
        if self._root is None:
            # The builder hands out its root at any time. Events of a pull parser, the documented way to it, would
            # come for every element and cost a quarter of the time.
            self._root = self._builder.close()
        length, elements, attributes = self._fresh = (len(piece), piece.count("<"), piece.count("="))
        self._length += length
        self._elements += elements
        self._attributes += attributes
        self._line += piece.count("\n")

    def _complete(self, parent: Element, path: tuple[str, ...], *, closed: bool) -> Iterator[XmlItem]:
        """The children that nothing can be added to any more, which are then forgotten: all but the last one."""
        path = (*path, plain_name(parent.tag))
        self._check_attributes([parent])
        children = parent[:] if closed else parent[:-1]
        del parent[:len(children)]
        for child in children:
            if plain_name(child.tag) in self._containers:
                yield from self._complete(child, path, closed=True)
            else:
                self._check(child)
                yield path, child
        if children:
            self._length, self._elements, self._attributes = self._fresh
        if not closed and len(parent) and plain_name(parent[0].tag) in self._containers:
            yield from self._complete(parent[0], path, closed=False)

    def _check(self, item: Element) -> None:
        """The item keeps to the limits. Few elements cannot be deep: the usual line is checked without a walk."""
        elements = list(item.iter())
        if self._attributes > self._limits.attributes:
            self._check_attributes(elements)
        if len(elements) >= self._limits.depth and _deeper(item, self._limits.depth):
            raise self._beyond("elements inside each other", self._limits.depth)

    def _check_attributes(self, elements: list[Element]) -> None:
        if max(map(len, map(Element.keys, elements))) > self._limits.attributes:
            raise self._beyond("attributes of one element", self._limits.attributes)

    def _check_open(self, root: Element) -> None:
        """What is not complete yet keeps to the limits, before it fills the memory."""
        depth, element = 1, root
        while len(element):
            depth, element = depth + 1, element[-1]
            if depth > self._limits.depth:
                raise self._beyond("elements inside each other", self._limits.depth)
        if self._elements > self._limits.elements:
            raise self._beyond("elements of one part of the document", self._limits.elements)
        if self._length > self._limits.item_length:
            raise self._beyond("characters of one part of the document", self._limits.item_length)

    def _beyond(self, what: str, most: int) -> UnreadableFile:
        return UnreadableFile(f"before line {self._line}: found more than {most:,} {what}, expected fewer; this is no "
                              "document that a person or a shop would write. Ask the sender what it is")


def _deeper(item: Element, most: int) -> bool:
    """Whether elements stand deeper inside each other than `most`; walks level by level, so nothing recurses."""
    level = [item]
    for _ in range(most):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True


@contextmanager
def _broken_named() -> Iterator[None]:
    try:
        yield
    except ParseError as error:
        line, column = error.position
        what = str(error).partition(":")[0]
        raise UnreadableFile(f"line {line}, column {column + 1}: found broken XML ({what}), expected a well-formed "
                             "document to its end; the file may be cut off: ask the sender for it again") from None
