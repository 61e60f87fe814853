"""Invoices of CII: bare XML, or the one inside a PDF."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO
from xml.etree.ElementTree import Element

from treuwerk.domain.bank_numbers import tidy
from treuwerk.domain.document_parts import documents_with_head_behind, with_features
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Fault, Party
from treuwerk.domain.invoices import doubts, purpose_of
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.domain.xml_prolog import xml_root
from treuwerk_cii.heads import Head
from treuwerk_cii.lines import LINE, in_their_sets, read_line
from treuwerk_cii.roots import TRANSACTIONS, kind_of_root, roots_named
from treuwerk_cii.settings import CiiSettings

PDF_MARK = b"%PDF-"
_MARK_WITHIN = 1024  # bytes; a PDF may begin with something else
_HEAD = 1 << 16


class CiiReader:
    """A clearing source for invoices of CII, whoever sends them."""

    def __init__(self, name: str, settings: CiiSettings) -> None:
        self._name, self._settings = name, settings

    def recognises(self, name: str, head: bytes) -> bool:
        """A file is ours by the namespace of its root, or as a PDF, which may hold an invoice."""
        root = xml_root(head)
        return PDF_MARK in head[:_MARK_WITHIN] or (root is not None and kind_of_root(root) is not None)

    def read(self, stream: BinaryIO) -> Iterator[Document]:
        """The document of a file; a long one in parts.

        Raises:
            UnreadableFile: broken, unsafe, no document of CII, or a PDF without one inside.
        """
        head = stream.read(_HEAD)
        if PDF_MARK in head[:_MARK_WITHIN]:
            from treuwerk_cii.pdf import documents_of_pdf

            yield from documents_of_pdf(head, stream, self._settings, self._read_xml)
        else:
            stream.seek(0)
            yield from self._read_xml(head, stream)

    def _read_xml(self, head: bytes, stream: BinaryIO) -> Iterator[Document]:
        root = xml_root(head)
        kind = None if root is None else kind_of_root(root)
        if root is not None and kind is None:
            raise UnreadableFile(f"found {root.name} of {root.namespace or 'no namespace'}, expected {roots_named()}; "
                                 "is this the right source for the file?")
        draft = _Draft(self._name, kind or DocumentKind.INVOICE, self._settings)
        yield from documents_with_head_behind(stream, TRANSACTIONS, draft)


class _Draft:
    """One document while it is read."""

    line_name = LINE

    def __init__(self, source: str, kind: DocumentKind, settings: CiiSettings) -> None:
        self._source, self._kind, self._settings = source, kind, settings
        self._head = Head(settings.buyer_scheme)

    def head(self, path: tuple[str, ...], item: Element) -> None:
        self._head.keep(item)

    def lines(self, item: Element, at: int) -> Sequence[DocumentLine | Fault]:
        return [read_line(item, at, charges=self._settings.charges)]

    def document(self, lines: Sequence[DocumentLine], faults: Sequence[Fault], *, whole: bool) -> Document:
        head, kind = self._head, self._head.kind(self._kind)
        lines = with_features(in_their_sets(lines), self._settings.features)
        delivered, issued = head.days
        sums, code, previous = head.sums, head.text("code"), head.references("previous")
        told = [*head.faults, *(doubts(kind, lines, sums) if whole and not faults else ())]
        head.faults.clear()  # every further part would say them again
        parties = dict(head.parties)
        seller, buyer = parties.pop("seller", Party()), parties.pop("buyer", Party())
        return Document(
            self._source, kind, head.text("number"), tuple(lines), (*faults, *told), delivered, issued, seller, buyer,
            head.text("currency"), head.references("orders"), head.references("deliveries"), previous, code,
            head.text("function"), sums, purpose_of(head.purpose(), code, previous, lines), parties,
            version=head.version(kind), gives_back=head.gives_back(kind),
            accounts=tuple(map(tidy, head.references("accounts"))))
