"""What a clerk is warned of while a document is entered: beside the hints of all documents those of this submission."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.entries import Entered
from treuwerk.domain.ledger import moment
from treuwerk.domain.rights import Access
from treuwerk.programme.settings import Hints
from treuwerk.services.clearing.hints import Hint, Reported, Weight, hints
from treuwerk.services.documents_folder import NoDocumentsFolder, documents_of
from treuwerk.services.installation import Installation
from treuwerk.services.submissions.bank_hints import bank_hints
from treuwerk.services.submissions.entry_preview import Preview
from treuwerk.services.submissions.page_hints import page_hints
from treuwerk.services.submissions.part_hints import part_hints
from treuwerk.services.submissions.pdf_signs import signs_of_file
from treuwerk.services.submissions.states import CLEAN, Submission, pages
from treuwerk.store import entries
from treuwerk.store.succession import successor

SCORES: Mapping[Weight, int] = {Weight.NOTICE: 10, Weight.DOUBT: 30, Weight.STOP: 60}
"""How much a hint counts for ``[clearing.second_person] score``."""
_LIKE_DAYS = 45
_SHOWN = 5


def score(found: Sequence[Hint]) -> int:
    """How much hints weigh together; looks weigh nothing, since notes of one form look alike."""
    return sum(SCORES[hint.weight] for hint in found if hint.code != "looks_like")


def entry_hints(access: Access, connection: Connection, installation: Installation, submission: Submission,
                entered: Entered, seen: Preview, now: int) -> list[Hint]:
    """Everything that should make the clerk look twice, the heaviest first; some ten statements for any document."""
    clearing = installation.programme.settings.clearing
    limit = clearing.second_person.points
    units = installation.programme.settings.units
    limits = {} if limit is None else {code: limit for code, unit in units.items() if unit.spendable}
    company = successor(connection, submission.account_id)
    reported = Reported(seen.document, company, seen.scored, submission.id, limits)
    of_all = hints(access, connection, installation, reported, now)
    booked = {at for hint in of_all if hint.code == "goods_booked" for at in hint.lines}
    found = [*of_all, *_known(seen, booked),
             *_same_bytes(connection, submission), *_same_number(connection, company, submission, entered),
             *_like_lines(connection, company, seen, booked=bool(booked)),
             *_too_late(installation, submission, entered),
             *_edited(connection, installation, submission, clearing.hints),
             *page_hints(connection, submission, [page.sha256 for page in pages(connection, submission)],
                         clearing.hints),
             *bank_hints(connection, [page.sha256 for page in pages(connection, submission)], seen),
             *part_hints(connection, installation.programme.settings.assembly, seen)]
    order = list(reversed(Weight))
    return sorted(found, key=lambda hint: (order.index(hint.weight), hint.code, hint.lines))


def _known(seen: Preview, told: Collection[int]) -> Iterator[Hint]:
    """``known``: lines of this document are booked already, from a direct delivery or another report."""
    if known := tuple(line.at for line in seen.lines.values() if line.known and line.at not in told):
        yield Hint("known", Weight.STOP, {"count": str(len(known))}, known)


def _same_bytes(connection: Connection, submission: Submission) -> Iterator[Hint]:
    """``same_bytes``: a file of this submission came before with another one."""
    digests = [page.sha256 for page in pages(connection, submission)]
    for row in entries.first_with_bytes(connection, digests):
        if (row.account_id, row.submission_id) != (submission.account_id, submission.id):
            yield Hint("same_bytes", Weight.STOP, {
                "submission": ids.public_id(ids.SUBMISSION, row.account_id, row.submission_id)})


def _same_number(connection: Connection, company: int, submission: Submission, entered: Entered) -> Iterator[Hint]:
    """``same_number``: the participant reported a document of this number before."""
    if not entered.number:
        return
    for row in entries.of_number(connection, company, entered.number, submission.id, _SHOWN):
        yield Hint("same_number", Weight.DOUBT, {
            "number": entered.number, "state": row.state,
            "submission": ids.public_id(ids.SUBMISSION, row.account_id, row.id)})


def _like_lines(connection: Connection, company: int, seen: Preview, *, booked: bool) -> Iterator[Hint]:
    """``like_lines``: as much of an article was booked lately from another document; ``known_document``: from this."""
    day = seen.document.event_date
    if day is None:
        return
    lines = [line[5] for line in seen.scored.lines.values()]
    wanted = {(facts[5], facts[6]) for facts in lines}
    since, until = ((day + timedelta(days=days)).isoformat() for days in (-_LIKE_DAYS, _LIKE_DAYS))
    number = seen.document.number
    rows = entries.like_lines(connection, company, wanted, since, until, 4 * _SHOWN)
    others = [row for row in rows if row.document != number][:_SHOWN]
    if not booked and (same := entries.document_line(connection, company, number)) and not any(
            line.known for line in seen.lines.values()):
        yield Hint("known_document", Weight.STOP, {
            "number": number, "booking": ids.public_id(ids.TRANSACTION, same.account_id, same.id)})
    if others:
        alike = {(row.article_number, row.quantity) for row in others}
        places = tuple(line[4] for line in seen.scored.lines.values() if (line[5][5], line[5][6]) in alike)
        yield Hint("like_lines", Weight.DOUBT, {
            "documents": ", ".join(dict.fromkeys(row.document for row in others)),
            "booking": ids.public_id(ids.TRANSACTION, others[0].account_id, others[0].id)}, places)


def _edited(connection: Connection, installation: Installation, submission: Submission,
            wanted: Hints) -> Iterator[Hint]:
    """``edited_pdf``: a file that was saved again behind what was there, or written by a program to edit with."""
    with suppress(NoDocumentsFolder):
        documents = documents_of(installation.database)
        for page in pages(connection, submission):
            if page.media_type == "application/pdf" and page.state == CLEAN and documents.has(page.sha256):
                signs = signs_of_file(documents.original(page.sha256))
                editor = next((word for word in wanted.pdf_editors if word.lower() in signs.writers.lower()), "")
                if editor or signs.saves > wanted.pdf_saves:
                    yield Hint("edited_pdf", Weight.DOUBT, {
                        "name": page.name, "saves": str(signs.saves), "editor": editor or "–"})


def _too_late(installation: Installation, submission: Submission, entered: Entered) -> Iterator[Hint]:
    """``too_late``: it was reported behind the deadline of the programme."""
    settings = installation.programme.settings
    days, day = settings.uploads.report_within_days, entered.event_date
    if days is None or day is None:
        return
    reported = moment(submission.submitted_at or submission.created_at).astimezone(settings.programme.time_zone).date()
    if (reported - day).days > days:
        yield Hint("too_late", Weight.DOUBT, {"days": str((reported - day).days), "limit": str(days)})
