"""Documents of openTRANS: whatever their prefix or default namespace, by their root."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO
from xml.etree.ElementTree import Element

from treuwerk.domain.document_parts import documents_with_head_behind, with_features
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Fault
from treuwerk.domain.invoices import doubts
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.domain.xml_prolog import xml_root
from treuwerk_opentrans.heads import Head
from treuwerk_opentrans.kinds import ROOTS, is_opentrans
from treuwerk_opentrans.lines import read_line
from treuwerk_opentrans.settings import OpentransSettings

_HEAD = 1 << 18


class OpentransReader:
    """A clearing source for documents of openTRANS, whoever sends them."""

    def __init__(self, name: str, settings: OpentransSettings) -> None:
        self._name, self._settings = name, settings

    def recognises(self, name: str, head: bytes) -> bool:
        """A file is ours by the namespace of its root, or by its root and what stands below it."""
        root = xml_root(head)
        return root is not None and is_opentrans(root, head)

    def read(self, stream: BinaryIO) -> Iterator[Document]:
        """The document of a file; a long one in parts.

        Raises:
            UnreadableFile: broken, unsafe, or no document of openTRANS.
        """
        head = stream.read(_HEAD)
        stream.seek(0)
        root = xml_root(head)
        if root is not None and not is_opentrans(root, head):
            raise UnreadableFile(f"found {root.name} of {root.namespace or 'no namespace'}, expected a document of "
                                 "openTRANS 2.1; is this the right source for the file?")
        name = root.name if root else ""
        draft = _Draft(self._name, name, self._settings)
        yield from documents_with_head_behind(stream, (f"{name}_HEADER", f"{name}_ITEM_LIST"), draft)


class _Draft:
    """One document while it is read."""

    def __init__(self, source: str, root: str, settings: OpentransSettings) -> None:
        self._source, self._settings = source, settings
        self._kind = ROOTS.get(root, DocumentKind.OTHER)
        self.line_name = f"{root}_ITEM"
        self._head = Head(root, settings.buyer_scheme)

    def head(self, path: tuple[str, ...], item: Element) -> None:
        self._head.keep(item)

    def lines(self, item: Element, at: int) -> Sequence[DocumentLine | Fault]:
        return [read_line(item, at, charges=self._settings.charges)]

    def document(self, lines: Sequence[DocumentLine], faults: Sequence[Fault], *, whole: bool) -> Document:
        head, kind = self._head, self._head.kind(self._kind)
        delivered, issued = head.days
        lines = with_features(lines, self._settings.features)
        sums = head.sums
        told = [*head.faults, *(doubts(kind, lines, sums) if whole and not faults else ())]
        head.faults.clear()  # every further part would say them again
        return Document(
            self._source, kind, head.text("number"), tuple(lines), (*faults, *told), delivered, issued, head.seller(),
            head.buyer(), head.text("currency"), head.references("orders"), head.references("deliveries"), (),
            head.text("type"), "", sums, head.purpose(), head.parties(),
            version=head.version(), gives_back=head.gives_back(kind))
