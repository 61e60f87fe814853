"""Files that wait for a virus scanner: scanned later, by whoever does the work in the background."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial

import attrs
from sqlalchemy import Connection

from treuwerk.domain.entries import Entered, entered_from
from treuwerk.domain.reading import plain_number
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.submissions import SubmissionEvent, SubmissionState
from treuwerk.domain.uploads import ScannerUnavailable
from treuwerk.programme.settings import Settings
from treuwerk.services.documents_folder import documents_of
from treuwerk.services.installation import Installation
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.drawing_slots import DrawingBusy
from treuwerk.services.submissions.own_pages import expected_by, keep_what_was_read
from treuwerk.services.submissions.reading_pages import order_reading
from treuwerk.services.submissions.states import CLEAN, INFECTED, UNREADABLE, WAITING, Doer, Submission
from treuwerk.services.submissions.storing_files import StoredFile, examined, note_facts, scan
from treuwerk.store import files
from treuwerk.store import submissions as store

SYSTEM = Doer(0, "system")
_REPORTS = 50  # of one file that are told
_LINES_TOLD = 10
_BEFORE_ENTRY = frozenset({SubmissionState.DRAFT, SubmissionState.RECEIVED, SubmissionState.QUESTION})


@attrs.frozen
class Scanned:
    """What one walk over the waiting files came to; `waiting` is how many wait still."""

    clean: int = 0
    refused: int = 0
    waiting: int = 0


def scan_waiting(installation: Installation, now: int, *, limit: int = 50) -> Scanned:
    """Scan files that wait, the oldest first; stop where a scanner does not answer yet. Twice at once is harmless.

    A file that a scanner which does answer cannot judge, such as one above its limit, waits on and holds up no others.
    """
    with installation.database.reading() as connection:
        rows = files.waiting(connection, limit)
    clean = refused = 0
    for row in rows:
        stored = StoredFile(row.sha256, row.name, row.media_type, row.size, WAITING)
        outcome = _outcome(installation, stored)
        if outcome is None:
            if _scanners_answer(installation):
                continue
            break
        _settle(installation, outcome, now)
        clean, refused = clean + (outcome.state == CLEAN), refused + (outcome.state != CLEAN)
        if outcome.state == INFECTED:
            documents_of(installation.database).forget(outcome.sha256)
    with installation.database.reading() as connection:
        return Scanned(clean, refused, files.count_waiting(connection))


def _scanners_answer(installation: Installation) -> bool:
    try:
        for scanning in installation.programme.settings.upload_scanners:
            scanning.scanner.answers()
    except ScannerUnavailable:
        return False
    return True


def _outcome(installation: Installation, stored: StoredFile) -> StoredFile | None:
    """What the scanner and the decoders say; None where nobody can tell yet."""
    settings, documents = installation.programme.settings, documents_of(installation.database)
    path = documents.original(stored.sha256)
    try:
        if not path.is_file():
            raise Refusal("missing", "found no file of this content any more")
        return examined(settings, documents, path, stored) if scan(settings, path) else None
    except DrawingBusy:
        return None
    except Refusal as refusal:
        state = INFECTED if refusal.code == INFECTED else UNREADABLE
        return attrs.evolve(stored, state=state, found=refusal.facts.get("found", refusal.code))


def _settle(installation: Installation, stored: StoredFile, now: int) -> None:
    """Note it at the file, and in the timeline of every submission that has it; what a source read becomes its entry.

    What that may bring is foreseen before: within the transaction nobody waits for rules.
    """
    with installation.database.reading() as connection:
        reports = store.with_file(connection, stored.sha256, _REPORTS)
    expected = {one: expected_by(installation, one, stored, now) for one in {report.account_id for report in reports}}
    installation.database.run(partial(_settled, installation.programme.settings, stored, expected, now))


def _settled(settings: Settings, stored: StoredFile, expected: Mapping[int, str], now: int,
             connection: Connection) -> None:
    values = {"state": stored.state, "found": str(stored.found), "pages": stored.pages}
    if not files.decide(connection, stored.sha256, WAITING, values):
        return
    note_facts(connection, stored, now)
    for found in store.with_file(connection, stored.sha256, _REPORTS):
        report = submissions.read(connection, found.account_id, found.id, locked=True)
        if stored.state == CLEAN:
            _tell_clean(connection, report, stored, expected.get(found.account_id, ""), now)
            for page in submissions.pages(connection, report):
                if page.sha256 == stored.sha256:
                    order_reading(connection, settings, report, page, now)
        else:
            _tell_refused(connection, report, stored, now)


def _tell_clean(connection: Connection, report: Submission, stored: StoredFile, expected: str, now: int) -> None:
    read = stored.document is not None and _takes_entry(connection, report)
    if read:
        for page in submissions.pages(connection, report):
            if page.sha256 == stored.sha256:
                store.change_page(connection, report.account_id, report.id, page.number, reader=stored.reader)
        keep_what_was_read(connection, report, stored, expected, now)
    submissions.happened(connection, report, SubmissionEvent.SCANNED, SYSTEM, now, _gist(stored) if read else "")


def _takes_entry(connection: Connection, report: Submission) -> bool:
    """Whether nobody has entered anything yet, and no other file was read."""
    return report.state in _BEFORE_ENTRY and not report.entered and not any(
        page.reader for page in submissions.pages(connection, report))


def _gist(stored: StoredFile) -> str:
    """What the lines of a file were, for a timeline: one below the other, the first ones."""
    entered = entered_from([stored.document], stored.reader) if stored.document else Entered()
    lines = [" ".join(part for part in (plain_number(line.qty or Decimal()), line.unit, line.article) if part)
             for line in entered.lines]
    more = [f"+ {len(lines) - _LINES_TOLD}"] if len(lines) > _LINES_TOLD else []
    return "\n".join([entered.number, *lines[:_LINES_TOLD], *more])


def _tell_refused(connection: Connection, report: Submission, stored: StoredFile, now: int) -> None:
    if report.state in (SubmissionState.RECEIVED, SubmissionState.IN_REVIEW):
        submissions.move(connection, report, SubmissionState.QUESTION, SubmissionEvent.INFECTED, SYSTEM, now,
                         text=stored.state)
    else:
        submissions.happened(connection, report, SubmissionEvent.INFECTED, SYSTEM, now, stored.state)
