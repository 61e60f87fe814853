"""Complaints about what was ordered, and what somebody wants to send back."""

from enum import StrEnum

from treuwerk.domain.reward_orders import LineState, Progress

COMPLAINT = "cmp"
"""What ids of complaints begin with."""


class ComplaintKind(StrEnum):
    """What is wrong with pieces of a line."""

    DAMAGED = "damaged"
    WRONG = "wrong"
    NOT_ARRIVED = "not_arrived"
    OTHER = "other"
    SEND_BACK = "send_back"
    """Nothing is wrong: the person wants to send them back."""


class ComplaintState(StrEnum):
    """How far a complaint is."""

    OPEN = "open"
    ANSWERED = "answered"
    REPLACED = "replaced"  # settled: pieces were sent once more
    POINTS_BACK = "points_back"  # settled: the points of pieces are there again
    REFUSED = "refused"


_AWAITED = frozenset({LineState.HANDED_OVER, LineState.FAILED, LineState.PARTLY_SHIPPED, LineState.SHIPPED,
                      LineState.DELIVERED})


def pieces_for(kind: ComplaintKind, line: Progress) -> int:
    """How many pieces of a line a complaint can be about; 0 where there is nothing to complain of yet.

    >>> pieces_for(ComplaintKind.SEND_BACK, Progress(LineState.DELIVERED, 3, shipped=3, delivered=3, returned=1))
    2
    """
    if kind is ComplaintKind.NOT_ARRIVED:
        return line.charged - line.delivered if line.state in _AWAITED else 0
    return line.shipped - line.returned
