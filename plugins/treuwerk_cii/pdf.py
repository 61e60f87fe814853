"""The invoice inside a PDF: found among its attachments, read as XML, compared with the text of the pages.

A PDF is a program for a machine that we do not have: scripts, forms and actions are never looked at. What is read has
limits of its own, since a few kilobytes can unpack to gigabytes.
"""

import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import BinaryIO

import attrs
from pypdf import PdfReader, apply_configuration
from pypdf.errors import LimitReachedError, PyPdfError

from treuwerk.domain.documents import Document
from treuwerk.domain.invoices import warning
from treuwerk.domain.reading import shortened
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.domain.xml_prolog import xml_root
from treuwerk_cii.picture import text_differs
from treuwerk_cii.roots import kind_of_root
from treuwerk_cii.settings import CiiSettings

_MEGABYTE = 1 << 20
_HEAD = 1 << 16
_MOST_OBJECTS = 200_000
_MOST_ATTACHMENTS = 50
_MOST_PAGES, _MOST_TEXT = 20, 400_000
_NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "order-x.xml", "deliver-x.xml")
"""What the standards call the attachment, best first; any other name is taken behind them."""
_BY_HAND = ("a person must enter it: report it in the portal or give it to the service centre, which sees the picture "
            "beside the form")
ReadXml = Callable[[bytes, BinaryIO], Iterator[Document]]


@attrs.frozen
class _Attachment:
    name: str
    content: bytes


def documents_of_pdf(head: bytes, stream: BinaryIO, settings: CiiSettings, read_xml: ReadXml) -> Iterator[Document]:
    """The one purchase of a PDF; what else is attached to it is passed over.

    Raises:
        UnreadableFile: no invoice inside, encrypted, broken, or beyond a limit.
    """
    most = settings.pdf_megabytes * _MEGABYTE
    content = head + stream.read(most + 1 - len(head))
    if len(content) > most:
        raise UnreadableFile(f"found a PDF of more than {settings.pdf_megabytes} MB, expected a smaller one; is it a "
                             f"catalogue? If it is an invoice, {_BY_HAND}")
    ends = time.monotonic() + settings.pdf_seconds
    try:
        with apply_configuration(zlib_maximum_output_length=most, lzw_maximum_output_length=most,
                                 run_length_maximum_output_length=most, maximum_declared_stream_length=most,
                                 array_based_stream_maximum_output_length=most):
            reader = _opened(content)
            chosen, others = _chosen(_attachments(reader, most, ends))
            documents = _read(chosen, read_xml)
            others = [one for one in others if _is_another(one, documents[0], read_xml)]
            text = _text(reader, ends) if settings.compare_picture else ""
    except LimitReachedError as error:
        raise UnreadableFile(f"found a PDF that asks for more than a document needs ({shortened(str(error))}); nothing "
                             "of it was read. Ask the sender what it is") from None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(f"found a broken PDF ({shortened(str(error) or type(error).__name__)}), expected one that "
                             f"can be opened; ask for it again, or {_BY_HAND}") from None
    yield from _with_doubts(documents, others, text)


def _opened(content: bytes) -> PdfReader:
    reader = PdfReader(BytesIO(content), root_object_recovery_limit=_MOST_OBJECTS,
                       xref_stream_maximum_entries=_MOST_OBJECTS)
    if reader.is_encrypted:
        raise UnreadableFile("found an encrypted PDF, expected one that can be read without a password; ask the sender "
                             f"for it without one, or {_BY_HAND}")
    if sum(len(generation) for generation in reader.xref.values()) > _MOST_OBJECTS:
        raise UnreadableFile(f"found a PDF of more than {_MOST_OBJECTS:,} objects, expected fewer; {_BY_HAND}")
    return reader


def _attachments(reader: PdfReader, most: int, ends: float) -> list[_Attachment]:
    """All attachments with a document of XML in them, the names of the standards first."""
    found, size = [], 0
    for count, file in enumerate(reader.attachment_list, start=1):
        if count > _MOST_ATTACHMENTS:
            raise UnreadableFile(f"found a PDF with more than {_MOST_ATTACHMENTS} attachments, expected one invoice; "
                                 f"{_BY_HAND}")
        name = shortened(file.alternative_name or file.name)
        if _may_be_xml(name):
            content = bytes(file.content)
            size += len(content)
            found.append(_Attachment(name, content.rstrip(b"\0\r\n\t ")))
        if size > most or time.monotonic() > ends:
            raise UnreadableFile("found a PDF whose attachments take more than their share of size or time; "
                                 f"{_BY_HAND}")
    return sorted(found, key=_rank)  # those of the same rank stay in the order of the file


def _may_be_xml(name: str) -> bool:
    folded = name.lower()
    return folded.endswith(".xml") or "." not in folded


def _rank(attachment: _Attachment) -> int:
    name = attachment.name.lower()
    return _NAMES.index(name) if name in _NAMES else len(_NAMES)


def _chosen(attachments: list[_Attachment]) -> tuple[_Attachment, list[_Attachment]]:
    """The attachment that is the invoice, and others that would be one as well with another content."""
    invoices = [one for one in attachments if (root := xml_root(one.content[:_HEAD])) and kind_of_root(root)]
    if not invoices and attachments and _rank(attachments[0]) < len(_NAMES):
        return attachments[0], []  # what is wrong with it, its reader says better
    if not invoices:
        named = ", ".join(one.name for one in attachments)
        found = f"a PDF whose attachments are none ({named})" if named else "a PDF without an invoice inside"
        raise UnreadableFile(f"found {found}, expected one of ZUGFeRD or Factur-X; {_BY_HAND}")
    return invoices[0], [one for one in invoices[1:] if one.content != invoices[0].content]


def _read(attachment: _Attachment, read_xml: ReadXml) -> list[Document]:
    return list(read_xml(attachment.content[:_HEAD], BytesIO(attachment.content)))


def _is_another(attachment: _Attachment, first: Document, read_xml: ReadXml) -> bool:
    """Whether it is an invoice of its own, and not the same one for an older program."""
    try:
        return _read(attachment, read_xml)[0].number != first.number
    except UnreadableFile:
        return False


def _text(reader: PdfReader, ends: float) -> str:
    """The text of the pages, as far as there is time; empty where it cannot be taken out."""
    pieces, length = [], 0
    for page in reader.pages[:_MOST_PAGES]:
        if length > _MOST_TEXT or time.monotonic() > ends:
            return ""
        try:
            pieces.append(page.extract_text())
        except Exception:  # a page that cannot be drawn says nothing about the invoice
            return ""
        length += len(pieces[-1])
    return "\n".join(pieces)


def _with_doubts(documents: list[Document], others: list[_Attachment], text: str) -> Iterator[Document]:
    first, *rest = documents
    told = []
    if others:
        told.append(warning("several_invoices", f"found {len(others)} more invoices inside the PDF "
                            f"({', '.join(one.name for one in others)}); the first one counts, compare it with the "
                            "picture"))
    if difference := text_differs(first, text):
        told.append(warning("picture_differs", f"found {difference} on the pages of the PDF; the invoice inside "
                            "counts, compare both"))
    yield first._replace(faults=(*first.faults, *told))
    yield from rest
