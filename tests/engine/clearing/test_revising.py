"""Case 67: a decision is corrected by a reversal and a new booking, by another person; from points one comes to it."""

import pytest
from sqlalchemy import select

from tests.engine.clearing.test_deciding import is_proven, points, rows
from tests.support.clerks import decided, declined, handed_in, line, looked_at, note
from tests.support.office import CLARA, DAVID, acting
from tests.support.portal import NOW, Portal
from treuwerk.domain import ids
from treuwerk.domain.entries import Entered
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.submissions import SubmissionState
from treuwerk.services.account.explaining import explain
from treuwerk.services.submissions.deciding import Decided, Verdict
from treuwerk.services.submissions.revising import correct
from treuwerk.services.submissions.states import Submission, events
from treuwerk.store.tables import journal

LATER = NOW + 3_600_000_000


def corrected(portal: Portal, one: Submission, entered: Entered, who: int = DAVID, **told: str) -> Decided:
    return correct(acting(who), portal.installation, one.public_id, Verdict(entered, **told),
                   looked_at(portal, one).version, LATER, why="Counted again: eight only")


def test_case_67_a_wrong_quantity_is_taken_back_and_booked_anew(empty_portal: Portal) -> None:
    reported = handed_in(empty_portal)
    decided(empty_portal, reported, note(line(qty=10), line("M405", 7, 20)), acting(CLARA))
    before = rows(empty_portal, select(journal.c.id, journal.c.explanation))

    outcome = corrected(empty_portal, reported, note(line(qty=8), line("M405", 7, 20)))

    assert outcome.submission.state is SubmissionState.ACCEPTED
    assert points(empty_portal)["bonus"] == 640 + 567
    kept = rows(empty_portal, select(journal.c.id, journal.c.explanation))
    assert set(before) < set(kept)  # nothing of what was booked is changed
    assert {kind for (kind,) in rows(empty_portal, select(journal.c.kind))} == {"accrual", "reversal"}
    with empty_portal.installation.database.reading() as connection:
        last = events(connection, outcome.submission)[-1]
    assert (last.kind, last.text) == ("corrected", "Counted again: eight only")
    assert is_proven(empty_portal)


def test_a_line_that_was_accepted_by_mistake_loses_its_points(empty_portal: Portal) -> None:
    reported = handed_in(empty_portal)
    decided(empty_portal, reported, note(line(qty=10), line("M405", 7, 20)), acting(CLARA))

    outcome = corrected(empty_portal, reported, note(line(qty=10), declined(line("M405", 7, 20), "not_delivered")))

    assert outcome.submission.state is SubmissionState.PARTLY
    assert points(empty_portal)["bonus"] == 800
    assert is_proven(empty_portal)


def test_a_wrong_document_is_void_and_the_right_one_is_booked(empty_portal: Portal) -> None:
    reported = handed_in(empty_portal)
    decided(empty_portal, reported, note(line(qty=10), number="LS-78"), acting(CLARA))

    corrected(empty_portal, reported, note(line(qty=10), number="LS-87"))

    assert points(empty_portal)["bonus"] == 800
    assert looked_at(empty_portal, reported).number == "LS-87"
    assert is_proven(empty_portal)


def test_nobody_corrects_the_own_decision(empty_portal: Portal) -> None:
    reported = handed_in(empty_portal)
    decided(empty_portal, reported, note(), acting(CLARA))

    with pytest.raises(Refusal, match="who decided on it"):
        corrected(empty_portal, reported, note(line(qty=8)), CLARA)


def test_from_the_points_one_comes_to_the_page_that_they_were_entered_from(empty_portal: Portal) -> None:
    reported = handed_in(empty_portal)
    decided(empty_portal, reported, note(line(at=10), line("M405", 7, 20, page=3)))
    [(account_id, booking)] = rows(empty_portal, select(journal.c.account_id, journal.c.id).where(
        journal.c.explanation.contains('"405"')))

    with empty_portal.installation.database.reading() as connection:
        told = explain(connection, ids.public_id(ids.TRANSACTION, int(str(account_id)), int(str(booking))))

    assert told.reported is not None
    assert (told.reported.id, told.reported.page) == (reported.public_id, 3)
