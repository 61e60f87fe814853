"""Taking in uploaded files: recognised by content, scanned, drawn as pictures, and kept by their hash.

What is done here needs no transaction and may take seconds; `own_submissions` and the service centre then note the file
together with the page that it is.
"""

from pathlib import Path
from typing import BinaryIO

import attrs
from sqlalchemy import Connection

from treuwerk.domain.documents import Document
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.uploads import DRAWN, HEAD_BYTES, FileType, Refused, ScannerUnavailable, shown_name, type_of
from treuwerk.programme.settings import Settings
from treuwerk.services.documents_folder import Documents, Incoming, documents_of
from treuwerk.services.installation import Installation
from treuwerk.services.submissions.page_pictures import DrawingLimits, Drawn, draw
from treuwerk.services.submissions.reading_uploads import read_by_machine
from treuwerk.services.submissions.states import CLEAN, INFECTED, WAITING
from treuwerk.store import bank_accounts, files, page_looks

SCRIPT = "script"
"""What is noted of a file that holds a script: its pages are shown, the file itself is given to nobody."""


@attrs.frozen
class StoredFile:
    """A file that was taken in; `state` `waiting` where a scanner could not answer yet, `pages` 0 where none are drawn.

    `reader` is the source that reads it, `document` what it read; `looks` are the difference hashes of pages drawn now.
    """

    sha256: str
    name: str
    media_type: str
    size: int
    state: str
    found: str = ""
    pages: int = 0
    reader: str = ""
    document: Document | None = None
    looks: tuple[str, ...] = ()


def store_file(installation: Installation, stream: BinaryIO, name: str) -> StoredFile:
    """Take in one file.

    Raises:
        Refusal: what is wrong with it, by a code: `too_large`, `empty`, `svg`, `html`, `archive`, `zip_bomb`,
            `infected`, `encrypted`, `broken`, `too_many_pages`, `too_many_pixels`, `too_demanding`, `heic`, `unread`,
            `wrong_document`, `too_many_documents`, `too_many_lines` and others of `treuwerk.domain.uploads`.
        NoDocumentsFolder: nobody said where files shall lie.
        DrawingBusy: so many pictures are being drawn on this machine that it is not this file's turn.
    """
    settings, documents = installation.programme.settings, documents_of(installation.database)
    with documents.received(stream, settings.uploads.file_megabytes << 20) as incoming:
        kind = recognised(incoming.path)
        plain = shown_name(name)
        if found := _known(installation, documents, incoming, plain, kind):
            return found
        scanned = scan(settings, incoming.path)
        stored = StoredFile(incoming.sha256, plain, kind.value, incoming.size, CLEAN if scanned else WAITING)
        if scanned:
            stored = examined(settings, documents, incoming.path, stored)
        documents.keep(incoming)
        return stored


def note_facts(connection: Connection, stored: StoredFile, now: int) -> None:
    """Note what is known of a file by itself: how its pages look, and into which accounts it asks to pay."""
    page_looks.note(connection, stored.sha256, stored.looks, now)
    bank_accounts.note_of_file(connection, stored.sha256, stored.document.accounts if stored.document else ())


def recognised(path: Path) -> FileType:
    """What a file is by its content.

    Raises:
        Refusal: it is of a kind that is not taken.
    """
    with path.open("rb") as file:
        kind = type_of(file.read(HEAD_BYTES))
    if isinstance(kind, Refused):
        raise Refusal(kind.code, f"found a file of a kind that is not taken ({kind.code}); expected a photo, a PDF, or "
                      "a file that a source of the programme reads")
    return kind


def scan(settings: Settings, path: Path) -> bool:
    """Ask every scanner of the programme; False where one cannot tell now.

    Raises:
        Refusal: `infected`.
    """
    for scanning in settings.upload_scanners:
        try:
            with path.open("rb") as file:
                found = scanning.scanner.scan(file)
        except ScannerUnavailable:
            return False
        if found:
            raise Refusal(INFECTED, f"the virus scanner found {found[:100]!r}; expected a clean file",
                          found=found[:100])
    return True


def examined(settings: Settings, documents: Documents, path: Path, stored: StoredFile) -> StoredFile:
    """A clean file with its pages drawn and, where a source recognises it, read.

    Raises:
        Refusal: it cannot be drawn, or nothing reads it.
    """
    kind = FileType(stored.media_type)
    drawn = _drawn(settings, documents, path, kind, stored.sha256) if kind in DRAWN else Drawn(0)
    reader, document = read_by_machine(settings, path, stored.name, kind)
    return attrs.evolve(stored, state=CLEAN, pages=drawn.pages, found=SCRIPT if drawn.script else "", reader=reader,
                        document=document, looks=drawn.looks)


def drawing_limits(settings: Settings) -> DrawingLimits:
    """What drawing one file may cost in a programme."""
    uploads = settings.uploads
    return DrawingLimits(uploads.pages, uploads.megapixels * 1_000_000, at_once=uploads.drawn_at_once,
                         wait_seconds=uploads.drawing_wait_seconds)


def _drawn(settings: Settings, documents: Documents, path: Path, kind: FileType, digest: str) -> Drawn:
    with documents.drawing() as folder:
        drawn = draw(path, kind, folder, drawing_limits(settings))
        documents.keep_pictures(folder, digest)
    return drawn


def _known(installation: Installation, documents: Documents, incoming: Incoming, name: str,
           kind: FileType) -> StoredFile | None:
    """The same content as it was taken in before; it is read again, since sources may have come since."""
    with installation.database.reading() as connection:
        row = files.known(connection, incoming.sha256)
    if row is None or row.state != CLEAN or not documents.has(incoming.sha256):
        return None
    reader, document = read_by_machine(installation.programme.settings, incoming.path, name, kind)
    return StoredFile(row.sha256, name, row.media_type, row.size, row.state, row.found, row.pages, reader, document)
