"""A reported purchase on its way: which states it can be in, and which one may follow which."""

from enum import StrEnum


class SubmissionState(StrEnum):
    """Where a reported purchase stands."""

    DRAFT = "draft"  # pages are being added
    RECEIVED = "received"  # waits in the queue
    IN_REVIEW = "in_review"  # a clerk has it
    QUESTION = "question"  # the participant was asked
    SECOND = "second"  # entered, waits for a second person
    ACCEPTED = "accepted"
    PARTLY = "partly"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


_S = SubmissionState
NEXT: dict[SubmissionState, frozenset[SubmissionState]] = {
    _S.DRAFT: frozenset({_S.RECEIVED, _S.WITHDRAWN}),
    _S.RECEIVED: frozenset({_S.IN_REVIEW, _S.QUESTION, _S.SECOND, _S.ACCEPTED, _S.PARTLY, _S.DECLINED, _S.WITHDRAWN}),
    _S.IN_REVIEW: frozenset({_S.RECEIVED, _S.QUESTION, _S.SECOND, _S.ACCEPTED, _S.PARTLY, _S.DECLINED}),
    _S.QUESTION: frozenset({_S.RECEIVED, _S.IN_REVIEW, _S.SECOND, _S.ACCEPTED, _S.PARTLY, _S.DECLINED, _S.WITHDRAWN}),
    _S.SECOND: frozenset({_S.IN_REVIEW, _S.ACCEPTED, _S.PARTLY, _S.DECLINED}),
    _S.ACCEPTED: frozenset(),
    _S.PARTLY: frozenset(),
    _S.DECLINED: frozenset({_S.RECEIVED}),  # the participant appeals
    _S.WITHDRAWN: frozenset(),
}
OPEN = frozenset({_S.RECEIVED, _S.IN_REVIEW, _S.QUESTION, _S.SECOND})
"""States in which somebody still has to do something."""
DECIDED = frozenset({_S.ACCEPTED, _S.PARTLY, _S.DECLINED})
QUEUED = frozenset({_S.RECEIVED, _S.IN_REVIEW, _S.SECOND})
"""States in which the service centre has something to do."""


class SubmissionEvent(StrEnum):
    """What can happen to a submission: the entries of its timeline."""

    STARTED = "started"
    PAGE_ADDED = "page_added"
    SUBMITTED = "submitted"
    TAKEN = "taken"  # a clerk began with it
    RETURNED = "returned"  # and put it back
    ASKED = "asked"
    ANSWERED = "answered"
    ENTERED = "entered"  # read off its pages; waits for a second person
    SENT_BACK = "sent_back"  # by the second person, to be entered again
    ACCEPTED = "accepted"
    PARTLY = "partly"
    DECLINED = "declined"
    CORRECTED = "corrected"  # after the decision: taken back and booked anew
    WITHDRAWN = "withdrawn"
    APPEALED = "appealed"
    HELD = "held"  # its files wait for the virus scanner
    SCANNED = "scanned"
    INFECTED = "infected"
    REPLACED = "replaced"  # after the decision: a feed reported the same goods otherwise, and its report counts
    EVIDENCE = "evidence"  # the same purchase was booked from another document


def may_follow(before: SubmissionState, after: SubmissionState) -> bool:
    """Whether a submission can go from one state to another."""
    return after in NEXT[before]
