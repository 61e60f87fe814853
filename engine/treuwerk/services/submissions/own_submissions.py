"""What participants do with their reported purchases: begin, describe, hand in, withdraw, answer, appeal.

Every function asks for its right; a submission of another company is not there.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import attrs
from sqlalchemy import Connection

from treuwerk.domain.entries import Entered
from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.domain.submissions import SubmissionEvent, SubmissionState
from treuwerk.programme.settings import LateReports, Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.ledger.entitled import staying_owners
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.prefilling import ReadOff, note_head, read_off
from treuwerk.services.submissions.states import WAITING, Doer, Happened, Page, Submission
from treuwerk.store import submissions as store
from treuwerk.store.succession import is_successor

READ, WRITE = "own.submissions.read", "own.submissions.write"
LONGEST_NAME, LONGEST_NUMBER, LONGEST_REMARK = 120, 60, 2_000
DRAFTS_AT_MOST = 20
_UNDERWAY = 200
_S = SubmissionState
WRITABLE = frozenset({_S.DRAFT, _S.QUESTION})
"""States in which a participant can change the pages."""
WITHDRAWABLE = frozenset({_S.DRAFT, _S.RECEIVED})


@attrs.frozen
class Described:
    """What somebody says of a document; all of it may be empty, since it stands on the pages, too."""

    seller_name: str = ""
    number: str = ""
    issued_on: date | None = None
    remark: str = ""


@attrs.frozen
class Seen:
    """A submission with its pages and its timeline."""

    submission: Submission
    pages: tuple[Page, ...]
    events: tuple[Happened, ...]
    read: ReadOff = attrs.field(factory=ReadOff)
    """What was read from the pages of a draft."""

    @property
    def waits_for_scanner(self) -> bool:
        """Whether a file of it was not scanned yet."""
        return any(page.state == WAITING for page in self.pages)


def own(access: Access, connection: Connection, public_id: str, *, locked: bool = False) -> Submission:
    """One submission of the own company, or of one that was merged into it.

    Raises:
        OutOfScope: there is none of this id, or it is someone else's.
    """
    access.require(READ)
    found = submissions.named(connection, public_id, locked=locked)
    if not is_successor(connection, found.account_id, access.account_id):
        access.require_account(found.account_id)
    return found


def seen(access: Access, connection: Connection, public_id: str) -> Seen:
    """One submission with everything that belongs to it."""
    found = own(access, connection, public_id)
    pages = submissions.pages(connection, found)
    read = read_off(connection, found, pages) if found.state is _S.DRAFT else ReadOff()
    return Seen(found, tuple(pages), tuple(submissions.events(connection, found)), read)


def listed(access: Access, connection: Connection, states: frozenset[SubmissionState] = frozenset(), *,
           before: int | None = None, limit: int = 25) -> tuple[list[Submission], int | None]:
    """Submissions of the own company, newest first, and the number behind which the older ones begin."""
    access.require(READ)
    return submissions.of_account(connection, access.account_id, states=states, before=before, limit=limit)


@attrs.frozen
class Underway:
    """What of a company is being reviewed: the newest ones, how many, questions among them, points by unit."""

    newest: tuple[Submission, ...] = ()
    open: int = 0
    questions: tuple[Submission, ...] = ()
    expected: Mapping[str, int] = attrs.field(factory=dict)


def underway(access: Access, connection: Connection) -> Underway:
    """What waits for a decision, in one statement; nothing for who may not see reported purchases."""
    if not access.may(READ):
        return Underway()
    found = submissions.underway(connection, access.account_id, _UNDERWAY)
    expected: dict[str, int] = {}
    for one in found:
        for unit, points in one.expected_points.items():
            expected[unit] = expected.get(unit, 0) + points
    return Underway(tuple(found[:3]), len(found), tuple(one for one in found if one.state is _S.QUESTION), expected)


def counts(access: Access, connection: Connection) -> dict[SubmissionState, int]:
    """How many submissions of the own company are in each state."""
    access.require(READ)
    return {_S(state): number for state, number in store.counts_of(connection, access.account_id).items()}


def start(access: Access, connection: Connection, now: int) -> Submission:
    """Begin a draft.

    Raises:
        Refusal: `participant_not_active`: the company has left; `too_many_drafts`.
    """
    access.require(WRITE)
    staying_owners(connection, access.account_id)
    check_drafts(access, connection)
    return submissions.begin(connection, access.account_id, Doer.of(access), now, person_id=access.person_id)


def check_drafts(access: Access, connection: Connection) -> None:
    """Whether one more draft may be begun.

    Raises:
        Refusal: `too_many_drafts`.
    """
    if store.counts_of(connection, access.account_id).get(_S.DRAFT, 0) >= DRAFTS_AT_MOST:
        raise Refusal("too_many_drafts", f"found {DRAFTS_AT_MOST} drafts, expected fewer; hand one in or discard it")


def describe(access: Access, connection: Connection, public_id: str, described: Described, version: int,
             now: int) -> Submission:
    """Keep what somebody says of a draft.

    Raises:
        SubmissionChanged: a colleague changed it meanwhile; nothing is kept.
        Refusal: `handed_in`: it is no draft any more; `too_long`.
    """
    found = _writable(access, connection, public_id)
    if found.state is not _S.DRAFT:
        raise Refusal("handed_in", "found a submission that was handed in, expected a draft")
    _check_lengths(described)
    if found.version != version:
        raise submissions.SubmissionChanged(found)
    told = Entered(number=described.number, seller_name=described.seller_name, issued_on=described.issued_on)
    note_head(connection, found, told, access.user_id, now)
    return submissions.change(
        connection, found, now, seller_name=described.seller_name, number=described.number,
        issued_on=described.issued_on.isoformat() if described.issued_on else "", remark=described.remark)


def submit(access: Access, connection: Connection, settings: Settings, public_id: str, version: int,
           now: int) -> Submission:
    """Hand in a draft: it waits for the service centre from now on.

    Raises:
        SubmissionChanged: a colleague changed it since it was looked at.
        Refusal: `no_pages`, `too_late` where the programme refuses that, `handed_in`, `participant_not_active`.
    """
    found = _writable(access, connection, public_id)
    staying_owners(connection, access.account_id)
    if found.state is not _S.DRAFT:
        raise Refusal("handed_in", "found a submission that was handed in, expected a draft")
    if found.version != version:
        raise submissions.SubmissionChanged(found)
    pages = submissions.pages(connection, found)
    if not pages:
        raise Refusal("no_pages", "found no pages, expected a photo or a PDF of the document")
    if is_late(settings, found.issued_on, now) and settings.uploads.late is LateReports.REFUSE:
        raise Refusal("too_late", f"found a document of {found.issued_on}, expected one that is at most "
                      f"{settings.uploads.report_within_days} days old", days=settings.uploads.report_within_days)
    handed_in = submissions.move(connection, found, _S.RECEIVED, SubmissionEvent.SUBMITTED, Doer.of(access), now,
                                 due_on=due_on(settings, now), submitted_at=now)
    if any(page.state == WAITING for page in pages):
        submissions.happened(connection, handed_in, SubmissionEvent.HELD, Doer.of(access), now)
    _noted(access, connection, "submission.report", handed_in, now)
    return handed_in


def withdraw(access: Access, connection: Connection, public_id: str, now: int) -> Submission:
    """Take a draft or an unread submission back.

    Raises:
        Refusal: `read_already`: somebody has begun with it, or decided.
    """
    found = _writable(access, connection, public_id)
    if found.state not in WITHDRAWABLE:
        raise Refusal("read_already", "found a submission that somebody reads or has decided, expected an unread one")
    gone = submissions.move(connection, found, _S.WITHDRAWN, SubmissionEvent.WITHDRAWN, Doer.of(access), now)
    _noted(access, connection, "submission.withdraw", gone, now)
    return gone


def answer(access: Access, connection: Connection, settings: Settings, public_id: str, text: str,
           now: int) -> Submission:
    """Answer the question that was asked; a page can be added before.

    Raises:
        Refusal: `no_text`, `too_long`, `no_question`: there is none any more.
    """
    found = _writable(access, connection, public_id)
    if found.state is not _S.QUESTION:
        raise Refusal("no_question", "found no open question; it was answered or decided meanwhile")
    words = _words(text)
    answered = submissions.move(connection, found, _S.RECEIVED, SubmissionEvent.ANSWERED, Doer.of(access), now,
                                text=words, due_on=due_on(settings, now))
    _noted(access, connection, "submission.answer", answered, now)
    return answered


def appeal(access: Access, connection: Connection, settings: Settings, public_id: str, text: str,
           now: int) -> Submission:
    """Ask to look again at what was declined, once, with a reason.

    Raises:
        Refusal: `no_text`, `too_long`, `not_declined`, `appealed_already`.
    """
    found = _writable(access, connection, public_id)
    if found.state is not _S.DECLINED:
        raise Refusal("not_declined", "found a submission that is not declined, expected one that is")
    if appealed(submissions.events(connection, found)):
        raise Refusal("appealed_already", "found an appeal before this one, expected to ask the service centre")
    appealing = submissions.move(connection, found, _S.RECEIVED, SubmissionEvent.APPEALED, Doer.of(access), now,
                                 text=_words(text), due_on=due_on(settings, now))
    _noted(access, connection, "submission.appeal", appealing, now)
    return appealing


def appealed(events: "list[Happened] | tuple[Happened, ...]") -> bool:
    """Whether somebody appealed already."""
    return any(event.kind == SubmissionEvent.APPEALED for event in events)


def is_late(settings: Settings, issued_on: str, now: int) -> bool:
    """Whether a document of a day is reported after the deadline; one without a day is not."""
    days = settings.uploads.report_within_days
    return bool(days and issued_on) and (_today(settings, now) - date.fromisoformat(issued_on)).days > (days or 0)


def due_on(settings: Settings, now: int) -> str:
    """The day until when the service centre shall look at what comes in now."""
    return (_today(settings, now) + timedelta(days=settings.uploads.answer_within_days)).isoformat()


def _today(settings: Settings, now: int) -> date:
    return moment(now).astimezone(settings.programme.time_zone).date()


def _writable(access: Access, connection: Connection, public_id: str) -> Submission:
    access.require(WRITE)
    return own(access, connection, public_id, locked=True)


def _words(text: str) -> str:
    words = text.strip()
    if not words:
        raise Refusal("no_text", "found no words, expected some")
    if len(words) > LONGEST_REMARK:
        raise Refusal("too_long", f"found {len(words)} characters, expected at most {LONGEST_REMARK}")
    return words


def _check_lengths(described: Described) -> None:
    for text, longest in ((described.seller_name, LONGEST_NAME), (described.number, LONGEST_NUMBER),
                          (described.remark, LONGEST_REMARK)):
        if len(text) > longest:
            raise Refusal("too_long", f"found {len(text)} characters, expected at most {longest}", longest=longest)


def _noted(access: Access, connection: Connection, action: str, submission: Submission, now: int) -> None:
    note_act(connection, access, action, submission.account_id, submission.public_id, now=now)
