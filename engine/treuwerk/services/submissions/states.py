"""Submissions as both sides see them: what they are, what happened to them, and how they go from state to state.

Every change is one conditional write by state and version, with its event and its place in the work queue in the same
transaction. Who may do what is asked by those who call: `own_submissions` for participants, and the service centre.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.rights import Access, OutOfScope, row_named
from treuwerk.domain.submissions import DECIDED, OPEN, QUEUED, SubmissionEvent, SubmissionState, may_follow
from treuwerk.store import submissions as store
from treuwerk.store import work
from treuwerk.store.succession import successor

UPLOAD, STAFF = "upload", "staff"
"""Channels: reported in the portal, or entered by the service centre on behalf."""
CLEAN, WAITING, INFECTED, UNREADABLE = "clean", "waiting", "infected", "unreadable"
"""States of a stored file."""


class SubmissionChanged(Exception):
    """Somebody was faster: the submission has another state or version than the one that the change began from."""

    def __init__(self, now: "Submission") -> None:
        super().__init__(f"submission {now.public_id}: found state {now.state.value} and version {now.version}, "
                         "expected those that the change began from; look at it again")
        self.now = now


class WrongState(Exception):
    """What was asked for is not possible in the state that the submission has."""

    def __init__(self, submission: "Submission", after: SubmissionState) -> None:
        super().__init__(f"submission {submission.public_id} is {submission.state.value}, from where it cannot become "
                         f"{after.value}")
        self.submission, self.after = submission, after


@attrs.frozen
class Doer:
    """Who does something to a submission; a user, or with `user_id` 0 the machine."""

    user_id: int
    actor: str

    @classmethod
    def of(cls, access: Access) -> "Doer":
        """Whoever makes this request."""
        return cls(access.user_id, access.actor)


@attrs.frozen
class Submission:
    """A reported purchase; instants in microseconds UTC, 0 for never; `issued_on` an ISO day or empty.

    `entered` is JSON of the document as entered with a decision on each line, `expected` JSON of points by unit.
    """

    account_id: int
    id: int
    state: SubmissionState = attrs.field(converter=SubmissionState)
    channel: str
    seller: str
    seller_name: str
    kind: str
    number: str
    issued_on: str
    remark: str
    person_id: int
    created_by: int
    created_at: int
    entered: str
    entered_by: int
    entered_at: int
    reason: str
    answer: str
    decided_by: int
    decided_at: int
    second_by: int
    expected: str
    run_id: int | None
    changed_at: int
    version: int
    submitted_at: int

    @property
    def public_id(self) -> str:
        """The id that people see."""
        return ids.public_id(ids.SUBMISSION, self.account_id, self.id)

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in OPEN

    @property
    def is_decided(self) -> bool:
        """Whether it was accepted, in part or wholly, or declined."""
        return self.state in DECIDED

    @property
    def gist(self) -> str:
        """Seller and number in one line, as far as they are known."""
        return " ".join(part for part in (self.seller_name, self.number) if part)

    @property
    def expected_points(self) -> Mapping[str, int]:
        """Points by unit that it may bring; empty while unknown."""
        found: dict[str, int] = json.loads(self.expected) if self.expected else {}
        return found


@attrs.frozen
class Page:
    """One file of a submission; `pages` is how many pictures it has, `state` that of its file.

    `number` stays for good, `position` is its place; `rotation` in degrees clockwise; `removed_at` 0 while it is there.
    """

    number: int
    sha256: str
    name: str
    media_type: str
    size: int
    rotation: int
    reader: str
    added_by: int
    added_at: int
    removed_at: int
    position: int
    state: str
    found: str
    pages: int


@attrs.frozen
class Happened:
    """One entry of a timeline; `kind` one of `SubmissionEvent`, `by` the name of a user, or empty."""

    number: int
    kind: str
    at: int
    user_id: int
    actor: str
    by: str
    text: str


def begin(connection: Connection, account_id: int, doer: Doer, now: int, *, channel: str = UPLOAD, person_id: int = 0,
          **told: str) -> Submission:
    """A new draft; `told` are columns such as `seller_name`, `number`, `issued_on`, `remark`."""
    texts = dict.fromkeys(("seller", "seller_name", "kind", "number", "issued_on", "remark", "entered", "reason",
                           "answer", "expected"), "")
    wholes = dict.fromkeys(("submitted_at", "entered_by", "entered_at", "decided_by", "decided_at", "second_by"), 0)
    number = next(ids.row_ids(now))
    store.add(connection, {**texts, **wholes, "account_id": account_id, "id": number, "channel": channel,
                           "state": SubmissionState.DRAFT.value, "person_id": person_id, "created_by": doer.user_id,
                           "created_at": now, "changed_at": now, "version": 1, **told})
    begun = read(connection, account_id, number)
    happened(connection, begun, SubmissionEvent.STARTED, doer, now)
    return begun


def read(connection: Connection, account_id: int, submission_id: int, *, locked: bool = False) -> Submission:
    """One submission; `locked`: nobody changes it before this transaction ends.

    Raises:
        OutOfScope: there is none.
    """
    row = store.one(connection, account_id, submission_id, locked=locked)
    if row is None:
        raise OutOfScope
    return submission_from(row)


def named(connection: Connection, public_id: str, *, locked: bool = False) -> Submission:
    """The submission of an id such as ``sub_…``.

    Raises:
        OutOfScope: there is none.
    """
    return read(connection, *row_named(public_id, ids.SUBMISSION), locked=locked)


def sent(connection: Connection, public_id: str) -> Submission:
    """The submission of an id as the service centre may see it: once it was handed in.

    Raises:
        OutOfScope: there is none, or it is a draft, or one that was discarded before it was ever sent.
    """
    found = named(connection, public_id)
    discarded = found.state is SubmissionState.WITHDRAWN and not found.submitted_at
    if found.state is SubmissionState.DRAFT or discarded:
        raise OutOfScope
    return found


def move(connection: Connection, submission: Submission, after: SubmissionState, event: SubmissionEvent, doer: Doer,
         now: int, *, text: str = "", due_on: str = "", **values: Any) -> Submission:
    """Bring a submission into another state, with its event and its work in the queue.

    `values` are columns that change with it; `due_on` is the day until when the queue wants new work done.

    Raises:
        WrongState: that state cannot follow.
        SubmissionChanged: somebody was faster; nothing was changed.
    """
    if not may_follow(submission.state, after):
        raise WrongState(submission, after)
    changed = change(connection, submission, now, state=after.value, **values)
    happened(connection, changed, event, doer, now, text)
    _queue(connection, changed, submission.state, now, due_on)
    return changed


def change(connection: Connection, submission: Submission, now: int, **values: Any) -> Submission:
    """Change columns of a submission as it was read.

    Raises:
        SubmissionChanged: somebody was faster; nothing was changed.
    """
    if not store.change(connection, submission.account_id, submission.id, submission.state.value, submission.version,
                        {"changed_at": now, **values}):
        raise SubmissionChanged(read(connection, submission.account_id, submission.id))
    return read(connection, submission.account_id, submission.id)


def happened(connection: Connection, submission: Submission, event: SubmissionEvent, doer: Doer, now: int,
             text: str = "") -> None:
    """Put an entry into the timeline; the submission is locked or was changed in this transaction."""
    store.add_event(connection, {
        "account_id": submission.account_id, "submission_id": submission.id, "kind": event.value, "happened_at": now,
        "user_id": doer.user_id, "actor": doer.actor, "text": text})


def _queue(connection: Connection, submission: Submission, before: SubmissionState, now: int, due_on: str) -> None:
    """What is queued stays as it is, with its day and assignee, until the service centre has nothing to do with it."""
    if submission.state not in QUEUED:
        work.close(connection, work.SUBMISSION, submission.public_id, now)
    elif before not in QUEUED:
        asked_by = store.last_asked_by(connection, submission.account_id, submission.id) \
            if before is SubmissionState.QUESTION else 0  # an answer comes back to whoever asked
        work.put(connection, work.SUBMISSION, submission.public_id, now,
                 account_id=successor(connection, submission.account_id), gist=submission.gist,
                 due_on=due_on, assignee_id=asked_by)


def pages(connection: Connection, submission: Submission, *, removed: bool = False) -> list[Page]:
    """The files of a submission in their order; with those that were `removed`, where they are wanted."""
    rows = store.pages(connection, submission.account_id, submission.id)
    return [_page(row) for row in rows if removed or not row.removed_at]


def events(connection: Connection, submission: Submission) -> list[Happened]:
    """The timeline, oldest first."""
    return [Happened(row.number, row.kind, row.happened_at, row.user_id, row.actor, row.user_name or "", row.text)
            for row in store.events(connection, submission.account_id, submission.id)]


def of_account(connection: Connection, account_id: int, *, states: Collection[SubmissionState] = (),
               before: int | None = None, limit: int = 25) -> tuple[list[Submission], int | None]:
    """Submissions of a company and those merged into it, newest first, and the number behind which older ones begin."""
    rows = store.of_account(connection, account_id, limit + 1, states=[state.value for state in states], before=before)
    return [submission_from(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def underway(connection: Connection, account_id: int, most: int) -> list[Submission]:
    """Those of a company, and of those merged into it, that wait for a decision, newest first."""
    rows = store.in_states(connection, account_id, [state.value for state in OPEN], most)
    return [Submission(**row._asdict()) for row in rows]


def with_number(connection: Connection, number: str, *, limit: int = 20) -> Sequence[Submission]:
    """Submissions of all companies that name a document of this number, oldest first."""
    return [submission_from(row) for row in store.of_number(connection, number, limit)]


def with_file(connection: Connection, sha256: str, *, limit: int = 20) -> Sequence[Submission]:
    """Submissions of all companies that have a page of this content, oldest first."""
    return [submission_from(row) for row in store.with_file(connection, sha256, limit)]


def submission_from(row: Row[Any]) -> Submission:
    """A submission from its row."""
    return Submission(**row._mapping)


def _page(row: Row[Any]) -> Page:
    values = {name: value for name, value in row._mapping.items() if name not in ("account_id", "submission_id")}
    return Page(**values | {"state": row.state or WAITING, "found": row.found or "", "pages": row.pages or 0})
