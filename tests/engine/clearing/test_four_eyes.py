"""Four eyes on reported purchases: cases 64 and 65, by points, by sample, blind or with the first entry shown."""

from pathlib import Path

import attrs
import pytest
from sqlalchemy import select

from tests.engine.clearing.test_deciding import is_proven, points, rows
from tests.support.clerks import decided, declined, handed_in, line, looked_at, note
from tests.support.office import CLARA, DAVID, EVE, acting
from tests.support.portal import NOW, PROGRAMME, Portal, open_portal
from treuwerk.domain.entries import Entered, entered_from, read_entered
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import NotAllowed
from treuwerk.domain.submissions import SubmissionState
from treuwerk.services.submissions import deciding
from treuwerk.services.submissions.entry_preview import preview
from treuwerk.services.submissions.second_person import is_drawn
from treuwerk.services.submissions.states import Submission
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry, journal, submission, work_item

_S = SubmissionState


@pytest.fixture
def above(tmp_path: Path, database: Database) -> Portal:
    """Above 500 points a second person decides, who sees what the first one entered."""
    return open_portal(tmp_path, database, PROGRAMME + "\n[clearing.second_person]\npoints = 500\n")


@pytest.fixture
def blind(tmp_path: Path, database: Database) -> Portal:
    """Above 500 points a second person enters the document anew."""
    return open_portal(tmp_path, database, PROGRAMME + "\n[clearing.second_person]\npoints = 500\nblind = true\n")


def test_case_64_above_a_number_of_points_a_second_person_decides_and_both_stand_in_the_books(above: Portal) -> None:
    reported = handed_in(above)

    first = decided(above, reported, note(), acting(CLARA))
    waiting = points(above)
    with pytest.raises(Refusal, match="who entered it") as own:
        decided(above, reported, note(), acting(CLARA))
    second = decided(above, reported, note(), acting(DAVID))

    assert (first.second, first.submission.state, waiting["bonus"]) == ("points", _S.SECOND, 0)
    assert own.value.code == "self_approval"
    assert second.submission.state is _S.ACCEPTED
    assert points(above)["bonus"] == 800
    assert rows(above, select(journal.c.actor)) == [("Clara Weiß + David Okafor",)]
    assert rows(above, select(submission.c.decided_by, submission.c.second_by)) == [(CLARA, DAVID)]
    assert rows(above, select(audit_entry.c.action, audit_entry.c.actor).order_by(audit_entry.c.actor)) == [
        ("submission.hand_on", "Clara Weiß"), ("submission.accept", "David Okafor")]
    assert is_proven(above)


def test_up_to_the_limit_one_person_decides(above: Portal) -> None:
    outcome = decided(above, handed_in(above), note(line(qty=6)), acting(CLARA))

    assert (outcome.submission.state, outcome.points["bonus"]) == (_S.ACCEPTED, 480)


def test_who_may_only_enter_does_not_approve(above: Portal) -> None:
    reported = handed_in(above)
    decided(above, reported, note(), acting(CLARA))

    with pytest.raises(NotAllowed, match=r"submissions\.approve"):
        decided(above, reported, note(), acting(DAVID, {"submissions.decide", "submissions.read", "queue.work"}))


def test_after_the_first_person_the_work_is_free_for_others(above: Portal) -> None:
    reported = handed_in(above)

    decided(above, reported, note(), acting(CLARA))

    assert rows(above, select(work_item.c.state, work_item.c.held_by, work_item.c.assignee_id).where(
        work_item.c.object == reported.public_id)) == [("open", 0, 0)]


def test_a_blind_second_entry_sees_nothing_of_the_first_and_books_where_both_agree(blind: Portal) -> None:
    reported = handed_in(blind)
    lines = (line("M400", 10, 1), line("HOOK", 4, 2))

    decided(blind, reported, note(*lines), acting(CLARA))
    seen_by_second = looked_at(blind, reported).entered
    second = decided(blind, reported, note(line("HOOK", 4, 1), line("m400", 10, 2)), acting(DAVID))

    assert seen_by_second == ""
    assert second.submission.state is _S.ACCEPTED
    assert points(blind)["bonus"] == 800


def test_case_65_blind_entries_that_differ_go_to_a_third_person_who_decides(blind: Portal) -> None:
    reported = handed_in(blind)

    decided(blind, reported, note(line(qty=10)), acting(CLARA))
    second = decided(blind, reported, note(line(qty=11)), acting(DAVID))
    between = points(blind)["bonus"]
    with pytest.raises(Refusal, match="who entered it"):
        decided(blind, reported, note(line(qty=10)), acting(DAVID))
    third = decided(blind, reported, note(line(qty=11)), acting(EVE))

    assert (second.second, second.submission.state, between) == ("differs", _S.SECOND, 0)
    assert third.submission.state is _S.ACCEPTED
    assert points(blind)["bonus"] == 880
    assert rows(blind, select(journal.c.actor)) == [("Clara Weiß + David Okafor + Eve Laurent",)]
    assert is_proven(blind)


def test_two_who_both_decline_need_no_third_one(blind: Portal) -> None:
    reported = handed_in(blind)
    decided(blind, reported, note(), acting(CLARA))

    refused = decided(blind, reported, note(declined(line(), "no_proof")), acting(DAVID), reason="no_proof")
    last = decided(blind, reported, note(declined(line(), "no_proof")), acting(EVE), reason="no_proof")

    assert refused.second == "differs"
    assert last.submission.state is _S.DECLINED
    assert points(blind)["bonus"] == 0


def test_what_a_machine_read_is_shown_to_the_blind_second_person_again(blind: Portal) -> None:
    read = attrs.evolve(entered_from([preview(
        blind.installation, blind.account("1001"), note(), NOW).document], "zugferd"), seller_name="Sonnenlicht AG")
    reported = handed_in(blind, entered=read.as_json())
    clara = attrs.evolve(read, confirmed=True, lines=(attrs.evolve(read.lines[0], qty=read.lines[0].qty),))

    decided(blind, reported, clara, acting(CLARA))
    again = read_entered(looked_at(blind, reported).entered)

    assert again == read
    assert again.is_suggested


def test_the_second_person_can_give_it_back_to_the_first(above: Portal) -> None:
    reported = handed_in(above)
    decided(above, reported, note(), acting(CLARA))
    current = looked_at(above, reported)

    deciding.send_back(acting(DAVID), above.installation, reported.public_id, "Line 2 is missing", current.version, NOW)

    assert looked_at(above, reported).state is _S.IN_REVIEW
    assert rows(above, select(work_item.c.assignee_id).where(work_item.c.object == reported.public_id)) == [(CLARA,)]
    assert decided(above, reported, note(), acting(CLARA)).second == "points"


def test_a_sample_is_drawn_by_a_key_that_no_clerk_has_and_whatever_is_entered(
        tmp_path: Path, sqlite_database: Database) -> None:
    portal = open_portal(tmp_path, sqlite_database, PROGRAMME + "\n[clearing.second_person]\none_in = 2\n")

    reported = [handed_in(portal) for _ in range(24)]
    first = [_state(portal, one, note(line(qty=1), number=f"LS-{number}")) for number, one in enumerate(reported)]

    drawn = sum(state is _S.SECOND for state in first)
    assert 3 <= drawn <= 21
    assert [is_drawn(b"1", one.public_id, 2) for one in reported] != [
        is_drawn(b"2", one.public_id, 2) for one in reported]
    assert not any(is_drawn(b"1", one.public_id, 0) for one in reported)


def _state(portal: Portal, one: Submission, entered: Entered) -> SubmissionState:
    return decided(portal, one, entered, acting(CLARA)).submission.state
