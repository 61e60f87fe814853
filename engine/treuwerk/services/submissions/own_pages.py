"""The pages of an own submission: added, turned, moved, removed and given back while it is a draft or asked about."""

import json

from sqlalchemy import Connection

from treuwerk.domain.entries import entered_from
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.domain.submissions import SubmissionEvent, SubmissionState
from treuwerk.programme.settings import Settings
from treuwerk.services.documents_folder import documents_of
from treuwerk.services.installation import Installation
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.entry_preview import preview
from treuwerk.services.submissions.own_submissions import (
    LONGEST_NAME,
    LONGEST_NUMBER,
    WRITABLE,
    WRITE,
    check_drafts,
    own,
)
from treuwerk.services.submissions.reading_pages import order_reading
from treuwerk.services.submissions.states import Doer, Page, Submission
from treuwerk.services.submissions.storing_files import StoredFile, note_facts
from treuwerk.store import files
from treuwerk.store import submissions as store
from treuwerk.store.owners import lock_owners
from treuwerk.store.succession import successor

_DAY = 86_400_000_000
_GONE = frozenset({SubmissionState.DECLINED, SubmissionState.WITHDRAWN})
"""What was declined or withdrawn may be reported again: whoever decides sees its history."""
TURNS = (0, 90, 180, 270)


def room_for_files(access: Access, connection: Connection, settings: Settings, now: int,
                   public_id: str = "") -> tuple[int, Refusal]:
    """How many more files a submission takes, a new one without `public_id`, and why there are not more.

    It is asked before files are written down, so that what is refused anyway fills no disk; `add_file` has the last
    word.

    Raises:
        Refusal: `handed_in`, `too_many_drafts`. OutOfScope: the submission is someone else's, or none.
    """
    access.require(WRITE)
    limits, there = settings.uploads, 0
    if public_id:
        found = own(access, connection, public_id)
        _check_writable(found)
        there = len(submissions.pages(connection, found))
    else:
        check_drafts(access, connection)
    today = limits.files_per_day - files.added_since(connection, access.account_id, now - _DAY)
    here = limits.files - there
    return (here, _too_many_files(limits.files)) if here <= today else (today, _too_many_today(limits.files_per_day))


def _too_many_files(most: int) -> Refusal:
    return Refusal("too_many_files", f"found more than {most} files, expected at most so many", most=most)


def _too_many_today(most: int) -> Refusal:
    return Refusal("too_many_today", f"found {most} files within 24 hours, expected fewer")


def expected_of(installation: Installation, access: Access, stored: StoredFile, now: int) -> str:
    """JSON of the points that a file which was read by machine may bring, empty where nobody can tell."""
    return expected_by(installation, access.account_id, stored, now)


def expected_by(installation: Installation, account_id: int, stored: StoredFile, now: int) -> str:
    """JSON of the points that a file which was read by machine may bring an account."""
    if stored.document is None:
        return ""
    seen = preview(installation, account_id, entered_from([stored.document], stored.reader), now)
    return json.dumps(dict(seen.points)) if seen.points else ""


def add_file(access: Access, connection: Connection, installation: Installation, public_id: str, stored: StoredFile,
             now: int, *, expected: str = "") -> Page:
    """Put a file behind the pages of a submission.

    Raises:
        Refusal: `same_file`: the company reported it before, `submission` says where; `too_many_files`,
            `too_many_today`, `second_document`, `handed_in`.
        OutOfScope: the submission is someone else's, or none.
    """
    found = _writable(access, connection, public_id)
    limits = installation.programme.settings.uploads
    pages = submissions.pages(connection, found, removed=True)
    there = [page for page in pages if not page.removed_at]
    if len(there) >= limits.files:
        raise _too_many_files(limits.files)
    if files.added_since(connection, access.account_id, now - _DAY) >= limits.files_per_day:
        raise _too_many_today(limits.files_per_day)
    refuse_known(connection, found, stored.sha256)
    if stored.document is not None and any(page.reader for page in there):
        raise Refusal("second_document", "found a second file that is read by machine, expected one for each")
    return put_file(installation, connection, found, stored, Doer.of(access), now, expected=expected)


def put_file(installation: Installation, connection: Connection, found: Submission, stored: StoredFile, doer: Doer,
             now: int, *, expected: str = "") -> Page:
    """Note a file behind the pages of a submission, whoever brought it, and let it be read; who may is asked before.

    Raises:
        Refusal: `file_gone`: a sweep has removed what had lain there for long; the file is to be sent again.
    """
    pages = submissions.pages(connection, found, removed=True)
    number = max((page.number for page in pages), default=0) + 1
    place = max((page.position for page in pages), default=0) + 1
    files.known(connection, stored.sha256, locked=True)  # a sweep takes row and file together: it comes before or after
    if not documents_of(installation.database).has(stored.sha256):
        raise Refusal("file_gone", "found the file removed a moment ago, expected it where it was; send it again")
    files.note(connection, {"sha256": stored.sha256, "media_type": stored.media_type, "size": stored.size,
                            "stored_at": now, "state": stored.state, "found": stored.found, "pages": stored.pages})
    files.note_first(connection, stored.sha256, found.account_id, found.id)
    note_facts(connection, stored, now)
    store.add_page(connection, {
        "account_id": found.account_id, "submission_id": found.id, "number": number, "sha256": stored.sha256,
        "name": stored.name, "media_type": stored.media_type, "size": stored.size, "rotation": 0,
        "reader": stored.reader, "added_by": doer.user_id, "added_at": now, "removed_at": 0, "position": place})
    keep_what_was_read(connection, found, stored, expected, now)
    if found.state is SubmissionState.QUESTION:
        submissions.happened(connection, found, SubmissionEvent.PAGE_ADDED, doer, now)
    page = _page(connection, found, number)
    order_reading(connection, installation.programme.settings, found, page, now)
    return page


def turn(access: Access, connection: Connection, settings: Settings, public_id: str, number: int, degrees: int,
         now: int) -> None:
    """Turn the pages of a file clockwise by so many degrees, from how they stand.

    Raises:
        Refusal: `handed_in`. ValueError: no quarter turn.
    """
    if degrees not in TURNS:
        raise ValueError(f"found a turn by {degrees} degrees, expected one of {TURNS}")
    found = _writable(access, connection, public_id)
    page = _page(connection, found, number)
    store.change_page(connection, found.account_id, found.id, number, rotation=(page.rotation + degrees) % 360)
    submissions.change(connection, found, now)
    order_reading(connection, settings, found, _page(connection, found, number), now)


def shift(access: Access, connection: Connection, public_id: str, number: int, by: int, now: int) -> None:
    """Move a file one place forwards (1) or backwards (-1); nothing happens at the ends."""
    found = _writable(access, connection, public_id)
    pages = submissions.pages(connection, found)
    place = next((place for place, page in enumerate(pages) if page.number == number), None)
    if place is None:
        raise OutOfScope
    if not 0 <= place + by < len(pages):
        return
    one, other = pages[place], pages[place + by]
    for page, position in ((one, other.position), (other, one.position)):
        store.change_page(connection, found.account_id, found.id, page.number, position=position)
    submissions.change(connection, found, now)


def remove(access: Access, connection: Connection, public_id: str, number: int, now: int) -> Page:
    """Take a file out; `restore` gives it back."""
    found = _writable(access, connection, public_id)
    page = _page(connection, found, number)
    if page.removed_at:
        raise OutOfScope
    store.change_page(connection, found.account_id, found.id, number, removed_at=now)
    cleared = {"entered": "", "expected": ""} if page.reader else {}
    submissions.change(connection, found, now, **cleared)
    return page


def restore(access: Access, connection: Connection, installation: Installation, public_id: str, number: int,
            now: int) -> Page:
    """Give a file back that was taken out.

    Raises:
        Refusal: `same_file`, `too_many_files`, `handed_in`; `read_again`: a file that is read by machine, or that was
            removed for good since, is to be added anew.
    """
    found = _writable(access, connection, public_id)
    page = _page(connection, found, number)
    gone = files.known(connection, page.sha256, locked=True) is None  # forgetting takes row and file together
    if page.reader or gone or not documents_of(installation.database).has(page.sha256):
        raise Refusal("read_again", "found a file that is read by machine or gone, expected that it is added again")
    if page.removed_at:
        limits = installation.programme.settings.uploads
        if len(submissions.pages(connection, found)) >= limits.files:
            raise Refusal("too_many_files", f"found {limits.files} files, expected fewer", most=limits.files)
        refuse_known(connection, found, page.sha256)
        store.change_page(connection, found.account_id, found.id, number, removed_at=0)
        submissions.change(connection, found, now)
    return page


def page_of(access: Access, connection: Connection, public_id: str, number: int) -> Page:
    """One file of an own submission that is still there.

    Raises:
        OutOfScope: there is none.
    """
    page = _page(connection, own(access, connection, public_id), number)
    if page.removed_at:
        raise OutOfScope
    return page


def refuse_known(connection: Connection, found: Submission, digest: str) -> None:
    """The same bytes of the same company are no second purchase; of another one they are a clerk's business.

    Raises:
        Refusal: `same_file`.
    """
    company = successor(connection, found.account_id)
    for other in submissions.with_file(connection, digest):
        if other.state not in _GONE and successor(connection, other.account_id) == company:
            raise Refusal("same_file", f"found a file that was reported before as {other.public_id}; expected another "
                          "one", submission=other.public_id, own=other.id == found.id)


def keep_what_was_read(connection: Connection, found: Submission, stored: StoredFile, expected: str, now: int) -> None:
    """What a source read becomes the entry of the submission, to be confirmed; one such file is enough."""
    if stored.document is None or not stored.reader:
        submissions.change(connection, found, now)
        return
    entered = entered_from([stored.document], stored.reader)
    issued_on = entered.event_date.isoformat() if entered.event_date else ""
    told = {"seller_name": entered.seller_name[:LONGEST_NAME], "number": entered.number[:LONGEST_NUMBER],
            "issued_on": issued_on}
    fresh = {name: value for name, value in told.items() if value and not getattr(found, name)}
    submissions.change(connection, found, now, entered=entered.as_json(), kind=entered.kind.value, expected=expected,
                       **fresh)


def _writable(access: Access, connection: Connection, public_id: str) -> Submission:
    """Files of a company come one after the other, so that the second of two equal ones finds the first."""
    access.require(WRITE)
    lock_owners(connection, [access.account_id], to_change=True)
    found = own(access, connection, public_id, locked=True)
    _check_writable(found)
    return found


def _check_writable(found: Submission) -> None:
    if found.state not in WRITABLE:
        raise Refusal("handed_in", "found a submission that was handed in, expected a draft or an open question")


def _page(connection: Connection, found: Submission, number: int) -> Page:
    for page in submissions.pages(connection, found, removed=True):
        if page.number == number:
            return page
    raise OutOfScope
