"""What a participant is told while reporting a purchase: duplicates, the deadline, sellers, and the usual time."""

from collections.abc import Sequence
from statistics import median

import attrs
from sqlalchemy import Connection

from treuwerk.domain.folding import folded
from treuwerk.domain.rights import Access
from treuwerk.domain.submissions import SubmissionState
from treuwerk.programme.settings import Settings
from treuwerk.services.submissions.own_submissions import READ, is_late
from treuwerk.services.submissions.states import Submission, submission_from
from treuwerk.store import reporting
from treuwerk.store import submissions as store

_SUGGESTED = 30
_DAY = 86_400_000_000
_LOOKED_BACK, _ENOUGH, _AT_MOST = 90 * _DAY, 5, 400
_PARTS = 10
_GONE = (SubmissionState.WITHDRAWN,)


@attrs.frozen
class Reminder:
    """Something to look at before handing in: `same_number` with a submission, `booked` with purchases, `late`."""

    code: str
    href: str = ""
    days: int = 0


@attrs.frozen
class UsualTime:
    """How long decisions took lately, in microseconds: half of them at most `half`, nine of ten at most `most`."""

    half: int
    most: int


def reminders(access: Access, connection: Connection, settings: Settings, submission: Submission,
              now: int) -> list[Reminder]:
    """What speaks against handing in a submission as it stands; none of it stops anybody."""
    access.require(READ)
    found = [Reminder("same_number", f"/submissions/{other.public_id}")
             for other in _of_same_number(access, connection, submission)]
    found += _booked(access, connection, submission)
    if is_late(settings, submission.issued_on, now):
        found.append(Reminder("late", days=settings.uploads.report_within_days or 0))
    return found


def usual_time(connection: Connection, now: int) -> UsualTime | None:
    """How long decisions of the last ninety days took; None where there are too few to say."""
    took = sorted(decided - handed_in for handed_in, decided in
                  store.lately_decided(connection, now - _LOOKED_BACK, _AT_MOST) if decided >= handed_in)
    if len(took) < _ENOUGH:
        return None
    return UsualTime(int(median(took)), took[min(len(took) - 1, len(took) * (_PARTS - 1) // _PARTS)])


def suggested_sellers(access: Access, connection: Connection) -> list[str]:
    """Sellers to propose: those of the own reports, then those of the registry; each once."""
    access.require(READ)
    named = reporting.sellers_named(connection, access.account_id, _SUGGESTED)
    return list(dict.fromkeys([*named, *reporting.sellers_known(connection, _SUGGESTED)]))[:_SUGGESTED]


def _of_same_number(access: Access, connection: Connection, submission: Submission) -> Sequence[Submission]:
    if not submission.number:
        return []
    rows = reporting.of_company(connection, access.account_id, submission.number, submission.id)
    return [other for other in map(submission_from, rows)
            if other.state not in _GONE and _same_seller(other.seller_name, submission.seller_name)]


def _booked(access: Access, connection: Connection, submission: Submission) -> list[Reminder]:
    if not submission.number:
        return []
    rows = reporting.booked_as(connection, access.account_id, submission.number, 50)
    same = [row for row in rows if _same_seller(row.seller, submission.seller_name)]
    return [Reminder("booked", "/purchases")] if same else []


def _same_seller(one: str, other: str) -> bool:
    """Whether two names can be the same; what is not known can."""
    return not one or not other or folded(one) == folded(other)
