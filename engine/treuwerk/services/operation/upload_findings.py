"""What the doctor finds about uploaded files: where they lie, whether scanners answer, what waits, what was left."""

from collections.abc import Iterator, Mapping
from functools import partial

from treuwerk.domain.page_words import PageReaderUnavailable
from treuwerk.domain.uploads import ScannerUnavailable
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.programme.settings import Settings
from treuwerk.services.documents_folder import VARIABLE, NoDocumentsFolder, documents_of
from treuwerk.services.findings import Check, Finding, State, finding
from treuwerk.services.installation import Installation
from treuwerk.services.submissions.sweeping import Swept, sweep_leftovers
from treuwerk.store import files
from treuwerk.store.database import Database

_TWO_NIGHTS = 2 * 86_400_000_000
_COUNTED = 1_000


def upload_checks(database: Database, programme: LoadedProgramme | None, environ: Mapping[str, str],
                  now: int) -> dict[str, Check]:
    """Checks of the folder of documents and of the scanners of a programme."""
    checks: dict[str, Check] = {"upload_documents": partial(_folder, database, environ)}
    if programme is not None:
        checks |= {"upload_scanner": partial(_scanners, programme.settings),
                   "uploads_waiting": partial(_waiting, database),
                   "page_reader": partial(_page_reader, programme.settings),
                   "upload_leftovers": partial(_leftovers, Installation(programme, database), now)}
    return checks


def _folder(database: Database, environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        root = documents_of(database, environ).root
    except NoDocumentsFolder:
        yield Finding("upload_documents", State.WARNING, "no folder", "a folder that all servers share",
                      f"set {VARIABLE}: until then nobody can report purchases by upload")
        return
    yield finding("upload_documents", root, "a folder that is part of the backup", "")


def _scanners(settings: Settings) -> Iterator[Finding]:
    if not settings.upload_scanners:
        yield finding("upload_scanner", "none", "a virus scanner, where files of strangers are opened",
                      "")
    for scanning in settings.upload_scanners:
        try:
            yield finding("upload_scanner", scanning.scanner.answers(), "an answer", "")
        except ScannerUnavailable as error:
            yield Finding("upload_scanner", State.WARNING, str(error), "an answer",
                          "mend it: uploaded files wait meanwhile, and nobody sees them")


def _page_reader(settings: Settings) -> Iterator[Finding]:
    if settings.page_reader is None:
        yield finding("page_reader", "none", "a page reader, where clerks shall type less", "")
        return
    try:
        yield finding("page_reader", settings.page_reader.reader.answers(), "an answer", "")
    except PageReaderUnavailable as error:
        yield Finding("page_reader", State.WARNING, str(error), "an answer",
                      "mend it: clerks read photos and scans themselves meanwhile")


def _waiting(database: Database) -> Iterator[Finding]:
    with database.reading() as connection:
        number = files.count_waiting(connection)
    yield finding("uploads_waiting", number, "0", "mend the scanner; treuwerk worker then scans what waits",
                  State.WARNING if number else None)


def _leftovers(installation: Installation, now: int) -> Iterator[Finding]:
    """What broken uploads left and no night has taken away."""
    swept = Swept()
    try:
        sweep_leftovers(installation, now - _TWO_NIGHTS, swept, dry_run=True, most=_COUNTED)
    except NoDocumentsFolder:
        return
    shown = f"{'at least ' if swept.leftovers >= _COUNTED else ''}{swept.leftovers:,} files, {swept.bytes:,} bytes"
    yield finding("upload_leftovers", shown if swept.leftovers else "none", "none older than two nights",
                  "run treuwerk sweep, and see that treuwerk worker or treuwerk daily runs every night",
                  State.WARNING if swept.leftovers else None)
