"""Uploads that need no typing: files that a source of the programme recognises are read at once, within limits."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

from treuwerk.domain.documents import Document, DocumentKind
from treuwerk.domain.packed import Limits, check_archive
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.domain.uploads import DRAWN, HEAD_BYTES, FileType
from treuwerk.programme.settings import Settings, Source

EARNING = frozenset({DocumentKind.DELIVERY, DocumentKind.RECEIPT, DocumentKind.INVOICE, DocumentKind.SALES_REPORT})
"""Kinds of documents that purchases can be reported with."""
_UNPACKED_AT_MOST, _RATIO, _MEMBERS = 64 << 20, 200, 500


def read_by_machine(settings: Settings, path: Path, name: str, kind: FileType) -> tuple[str, Document | None]:
    """The source that reads a file, and the document that it read; an empty name and None where a person must read it.

    Raises:
        Refusal: `unread`: only a machine could read it, and none does; `wrong_document`, `too_many_documents`,
            `too_many_lines`, `no_document`, `zip_bomb`, `archive`, `encrypted`.
    """
    if kind is FileType.XLSX:
        check_packed(path)
    source = _source(settings.sources, path, name)
    if source is None:
        if kind in DRAWN:
            return "", None
        raise Refusal("unread", "found a file that no source of the programme reads; send a PDF or a photo instead")
    try:
        return source.head.name, _one(_documents(source, path, settings.uploads.lines))
    except UnreadableFile as error:
        if kind in DRAWN:
            return "", None  # a person reads its pages
        raise Refusal("unreadable_data", str(error)) from None


def check_packed(path: Path) -> None:
    """Refuse packed files that would grow too much, lead elsewhere, or ask for a password.

    First by what they say of themselves, then by what really comes out of them, which goes nowhere.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refusal("broken", "found a packed file with a broken index, expected a spreadsheet") from None
    unpacked = sum(member.file_size for member in members)
    if len(members) > _MEMBERS or unpacked > _UNPACKED_AT_MOST or unpacked > _RATIO * max(path.stat().st_size, 1):
        raise Refusal("zip_bomb", f"found {len(members)} packed files of {unpacked} bytes, expected at most {_MEMBERS} "
                      f"of {_UNPACKED_AT_MOST} bytes; nothing was unpacked")
    if any(member.flag_bits & 1 for member in members):
        raise Refusal("encrypted", "found a file with a password, expected one without")
    if any(".." in Path(member.filename).parts or member.filename.startswith(("/", "\\")) for member in members):
        raise Refusal("archive", "found names in the packed file that lead elsewhere, expected a spreadsheet")
    if "[Content_Types].xml" not in {member.filename for member in members}:
        raise Refusal("archive", "found a packed file that is no spreadsheet")
    try:
        with path.open("rb") as stream:
            check_archive(stream, Limits(_UNPACKED_AT_MOST, _RATIO, _MEMBERS), "the file")
    except UnreadableFile as error:
        raise Refusal("zip_bomb", f"found a packed file that is not what it says: {error}") from None


def _source(sources: Iterable[Source], path: Path, name: str) -> Source | None:
    """The only source that recognises a file; where several do, a clerk decides, not a guess."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    found = [source for source in sources if source.source.recognises(name, head)]
    return found[0] if len(found) == 1 else None


def _documents(source: Source, path: Path, most: int) -> list[Document]:
    """All documents of a file, parts of one put together."""
    found: list[Document] = []
    lines = 0
    with path.open("rb") as file:
        for document in source.source.read(file):
            lines += len(document.lines) + len(document.faults)
            if lines > most:
                raise Refusal("too_many_lines", f"found more than {most} lines, expected at most so many", most=most)
            if found and found[-1].number == document.number and found[-1].kind is document.kind:
                last = found[-1]
                found[-1] = last._replace(lines=last.lines + document.lines, faults=last.faults + document.faults)
            else:
                found.append(document)
    return found


def _one(documents: list[Document]) -> Document:
    """The one document of an upload.

    Raises:
        Refusal: none, more than one, or one of a kind that brings no points.
    """
    if not documents:
        raise Refusal("no_document", "found a file without any document, expected a delivery note or an invoice")
    wrong = next((document for document in documents if document.kind not in EARNING), None)
    if wrong is not None:
        raise Refusal("wrong_document", f"found a document of the kind {wrong.kind.value}, expected a delivery note or "
                      "an invoice", kind=wrong.kind.value, number=wrong.number)
    if len(documents) > 1:
        raise Refusal("too_many_documents", f"found {len(documents)} documents in one file, expected one",
                      found=len(documents))
    return documents[0]
