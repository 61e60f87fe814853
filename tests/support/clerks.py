"""Reported purchases on the desk of clerks: handed in by a participant, entered and decided by people of the office."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import attrs

from tests.support.office import acting
from tests.support.portal import NOW, Portal
from treuwerk.domain.entries import Entered, EnteredLine
from treuwerk.domain.rights import Access
from treuwerk.domain.submissions import SubmissionEvent, SubmissionState
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.deciding import Decided, Verdict, decide
from treuwerk.services.submissions.states import Doer, Submission
from treuwerk.services.submissions.storing_files import note_facts, store_file
from treuwerk.store import files
from treuwerk.store import submissions as store

SELLER = "Sonnenlicht AG"
ANNA = Doer(5, "usr_5")
FIFTH_OF_NOVEMBER = date(2026, 11, 5)
SYSTEM = {"scope": "SYSTEM"}


def handed_in(portal: Portal, customer: str = "1001", due_on: str = "", **told: Any) -> Submission:
    """A reported purchase as a participant hands it in."""
    with portal.installation.database.writing() as connection:
        draft = submissions.begin(connection, portal.account(customer), ANNA, NOW, **told)
        return submissions.move(connection, draft, SubmissionState.RECEIVED, SubmissionEvent.SUBMITTED, ANNA, NOW,
                                submitted_at=NOW, due_on=due_on)


def line(article: str = "M400", qty: int = 10, at: int = 10, **more: Any) -> EnteredLine:
    """Ten modules of 400 Wp as part of a system: 800 bonus and 400 status points."""
    told: dict[str, Any] = {"id": str(at), "article": article, "qty": Decimal(qty), "unit": "PCE", "features": SYSTEM}
    return EnteredLine(**told | more)


def note(*lines: EnteredLine, number: str = "LS-77", **more: Any) -> Entered:
    """A delivery note as a clerk enters it."""
    told: dict[str, Any] = {"number": number, "delivered_on": FIFTH_OF_NOVEMBER, "seller_name": SELLER,
                            "lines": lines or (line(),)}
    return Entered(**told | more)


def decided(portal: Portal, submission: Submission, entered: Entered, access: Access | None = None,
            **told: Any) -> Decided:
    """What comes of it when somebody decides on the submission as it stands now."""
    current = looked_at(portal, submission)
    version = told.pop("version", current.version)
    return decide(access or acting(), portal.installation, submission.public_id, Verdict(entered, **told), version, NOW)


def looked_at(portal: Portal, submission: Submission) -> Submission:
    """The submission as it stands now."""
    with portal.installation.database.reading() as connection:
        return submissions.read(connection, submission.account_id, submission.id)


def declined(one: EnteredLine, reason: str = "not_in_programme", words: str = "") -> EnteredLine:
    """The same line, not accepted."""
    return attrs.evolve(one, accepted=False, reason=reason, words=words)


def with_page(portal: Portal, submission: Submission, file: bytes, name: str = "note.jpg", number: int = 1) -> None:
    """Add a file to a submission, as the upload stores it."""
    stored = store_file(portal.installation, BytesIO(file), name)
    with portal.installation.database.writing() as connection:
        files.note(connection, {"sha256": stored.sha256, "media_type": stored.media_type, "size": stored.size,
                                "stored_at": NOW, "state": stored.state, "found": stored.found,
                                "pages": stored.pages})
        files.note_first(connection, stored.sha256, submission.account_id, submission.id)
        note_facts(connection, stored, NOW)
        store.add_page(connection, {
            "account_id": submission.account_id, "submission_id": submission.id, "number": number,
            "sha256": stored.sha256, "name": name, "media_type": stored.media_type, "size": stored.size,
            "rotation": 0, "reader": stored.reader, "added_by": ANNA.user_id, "added_at": NOW, "removed_at": 0,
            "position": number})
