"""Documents of UBL: the head is gathered, lines are read as they come."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO
from xml.etree.ElementTree import Element

from treuwerk.domain.bank_numbers import tidy
from treuwerk.domain.document_parts import documents_in_order, with_features
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Fault
from treuwerk.domain.invoices import doubts, purpose_of
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.domain.xml_fields import Shape
from treuwerk.domain.xml_prolog import xml_root
from treuwerk.domain.xml_reading import plain_name
from treuwerk_ubl.heads import Head
from treuwerk_ubl.kinds import NAMESPACES, ROOTS, UblKind, is_ubl
from treuwerk_ubl.lines import LineReader
from treuwerk_ubl.settings import UblSettings

_SENDER = Shape({"Sender/Identifier": "sender"})


class UblReader:
    """A clearing source for documents of UBL, whoever sends them."""

    def __init__(self, name: str, settings: UblSettings) -> None:
        self._name, self._settings = name, settings

    def recognises(self, name: str, head: bytes) -> bool:
        """A file is ours by the namespace of its root."""
        root = xml_root(head)
        return root is not None and is_ubl(root, head)

    def read(self, stream: BinaryIO) -> Iterator[Document]:
        """The document of a file; a long one in parts.

        Raises:
            UnreadableFile: broken, unsafe, or no document of UBL.
        """
        draft = _Draft(self._name, self._settings)
        yield from documents_in_order(stream, ROOTS, draft)


class _Draft:
    """One document while it is read."""

    def __init__(self, source: str, settings: UblSettings) -> None:
        self._source, self._settings = source, settings
        self._root, self._kind = "", UblKind(DocumentKind.OTHER)
        self._lines: LineReader | None = None
        self.line_name = ""
        self._head = Head(settings)

    def head(self, path: tuple[str, ...], item: Element) -> None:
        if plain_name(item.tag) == "StandardBusinessDocumentHeader":
            self._head.sender = _SENDER.fields(item).text("sender")
            return
        if not self._root:
            self._begin(path, item)
        self._head.keep(item)

    def _begin(self, path: tuple[str, ...], item: Element) -> None:
        namespace = item.tag[1:].partition("}")[0] if item.tag.startswith("{") else ""
        if not namespace.startswith(NAMESPACES):
            raise UnreadableFile(
                f"found {plain_name(item.tag)} of {namespace or 'no namespace'} in {path[-1]}, expected a document of "
                "UBL 2; is this the right source for the file?")
        self._root = path[-1]
        self._kind = ROOTS.get(self._root, self._kind)
        self.line_name = self._kind.line
        self._lines = LineReader(self._kind, charges=self._settings.charges) if self._kind.line else None

    def lines(self, item: Element, at: int) -> Sequence[DocumentLine | Fault]:
        assert self._lines is not None
        return self._lines.read(item, at)

    def document(self, lines: Sequence[DocumentLine], faults: Sequence[Fault], *, whole: bool) -> Document:
        head, kind = self._head, self._head.kind(self._kind)
        delivered, issued = head.days
        lines = with_features(lines, self._settings.features)
        sums, code = head.sums, head.code(self._kind)
        told = [*head.faults, *(doubts(kind, lines, sums) if whole and not faults else ())]
        head.faults.clear()  # every further part would say them again
        previous = head.references("previous")
        return Document(
            self._source, kind, head.number, tuple(lines), (*faults, *told), delivered, issued, head.seller(kind),
            head.buyer(), head.text("currency"), head.references("orders"), head.references("deliveries"), previous,
            code, head.text("status"), sums, purpose_of(head.purpose(), code, previous, lines), head.others(kind),
            head.sender, head.text("uuid"), version=head.version(kind),
            gives_back=head.gives_back(kind), accounts=tuple(map(tidy, head.references("accounts"))))
