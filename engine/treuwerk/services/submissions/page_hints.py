"""What the looks of pages say of a reported purchase: a second scan of a note, or a photo of it with other digits."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.programme.settings import Hints
from treuwerk.services.clearing.hints import Hint, Weight
from treuwerk.services.submissions.states import Submission
from treuwerk.store import page_looks

_Place = tuple[int, int, str]


def page_hints(connection: Connection, submission: Submission, digests: Iterable[str], wanted: Hints) -> Iterator[Hint]:
    """``looks_like``: a page looks like one of another report, for each such report the pages that are most alike.

    Notes of one form look alike, too: where more reports do than the programme says, nothing is told.
    """
    here = (submission.account_id, submission.id)
    if not wanted.alike_reports or not (own := set(digests)):
        return
    found = page_looks.alike(connection, own, wanted.alike_bits)
    reports = page_looks.reports_with(connection, {one.other for one in found}, *here, wanted.alike_reports + 1)
    if not reports or len(reports) > wanted.alike_reports:
        return
    before = _pages_before(connection, [here, *((row.account_id, row.id) for row in reports)])
    for row in reports:
        there = (row.account_id, row.id)
        closest = next(one for one in found if (*there, one.other) in before)
        public = ids.public_id(ids.SUBMISSION, *there)
        yield Hint("looks_like", Weight.NOTICE, {
            "page": str(before[*here, closest.sha256] + closest.picture),
            "other": str(before[*there, closest.other] + closest.other_picture),
            "number": row.number or public, "submission": public})


def _pages_before(connection: Connection, reports: list[tuple[int, int]]) -> dict[_Place, int]:
    """How many pages of a report come before those of a file."""
    before: dict[_Place, int] = {}
    count: dict[tuple[int, int], int] = {}
    for row in page_looks.files_of(connection, reports):
        report = (row.account_id, row.submission_id)
        before.setdefault((*report, row.sha256), count.get(report, 0))
        count[report] = count.get(report, 0) + row.pages
    return before
