"""Submissions go from state to state by conditional writes, with their timeline and their place in the queue."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection

from tests.support.crowds import all_at_once
from tests.support.office import acting
from tests.support.portal import NOW, Portal
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import OutOfScope
from treuwerk.domain.submissions import SubmissionEvent, SubmissionState
from treuwerk.services.submissions import queue
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.queue import View
from treuwerk.services.submissions.states import Doer, Submission, SubmissionChanged, WrongState

ANNA, CLARA = Doer(5, "usr_5"), Doer(7, "Clara Weiß")
_S, _E = SubmissionState, SubmissionEvent


def started(portal: Portal, **told: Any) -> Submission:
    with portal.installation.database.writing() as connection:
        return submissions.begin(connection, portal.account("1001"), ANNA, NOW, **told)


def moved(portal: Portal, one: Submission, after: SubmissionState, event: SubmissionEvent, doer: Doer = CLARA,
          **values: Any) -> Submission:
    with portal.installation.database.writing() as connection:
        return submissions.move(connection, one, after, event, doer, NOW + 1, **values)


def queued(portal: Portal) -> list[tuple[str, str, str]]:
    with portal.installation.database.reading() as connection:
        items, _ = queue.work_items(acting(), connection, View.TEAM, NOW, "2026-11-21")
    return [(item.object, item.gist, item.due_on) for item in items]


def test_what_is_handed_in_waits_in_the_queue_until_it_is_decided(portal: Portal) -> None:
    draft = started(portal, seller_name="Wholesale X", number="4711")

    nothing = queued(portal)
    handed_in = moved(portal, draft, _S.RECEIVED, _E.SUBMITTED, ANNA, due_on="2026-11-24", submitted_at=NOW)
    waiting = queued(portal)
    taken = moved(portal, handed_in, _S.IN_REVIEW, _E.TAKEN)
    still = queued(portal)
    moved(portal, taken, _S.DECLINED, _E.DECLINED, text="The picture cannot be read.", reason="unreadable")

    assert nothing == []
    assert waiting == still == [(draft.public_id, "Wholesale X 4711", "2026-11-24")]
    assert queued(portal) == []


def test_a_question_leaves_the_queue_and_its_answer_comes_back(portal: Portal) -> None:
    handed_in = moved(portal, started(portal), _S.RECEIVED, _E.SUBMITTED, ANNA)

    asked = moved(portal, handed_in, _S.QUESTION, _E.ASKED, text="Which day?")
    meanwhile = queued(portal)
    moved(portal, asked, _S.RECEIVED, _E.ANSWERED, ANNA, text="The third of May.")

    assert meanwhile == []
    assert [object_ for object_, _, _ in queued(portal)] == [handed_in.public_id]


def test_the_timeline_tells_who_did_what(portal: Portal) -> None:
    handed_in = moved(portal, started(portal), _S.RECEIVED, _E.SUBMITTED, ANNA)
    moved(portal, handed_in, _S.QUESTION, _E.ASKED, text="Which day?")

    with portal.installation.database.reading() as connection:
        told = submissions.events(connection, handed_in)

    assert [(one.number, one.kind, one.actor, one.text) for one in told] == [
        (1, "started", "usr_5", ""), (2, "submitted", "usr_5", ""), (3, "asked", "Clara Weiß", "Which day?")]


def test_what_cannot_follow_is_refused_and_changes_nothing(portal: Portal) -> None:
    draft = started(portal)

    with pytest.raises(WrongState, match="is draft, from where it cannot become accepted"):
        moved(portal, draft, _S.ACCEPTED, _E.ACCEPTED)

    with portal.installation.database.reading() as connection:
        assert submissions.named(connection, draft.public_id) == draft


def test_of_many_who_decide_at_once_one_is_first_and_the_others_are_told(portal: Portal) -> None:
    handed_in = moved(portal, started(portal), _S.RECEIVED, _E.SUBMITTED, ANNA)

    def decide(state: SubmissionState, event: SubmissionEvent) -> str:
        try:
            return moved(portal, handed_in, state, event).state
        except SubmissionChanged as changed:
            raise Refusal("changed", str(changed)) from None

    outcomes = all_at_once([partial(decide, *one) for one in ((_S.ACCEPTED, _E.ACCEPTED), (_S.DECLINED, _E.DECLINED),
                                                              (_S.QUESTION, _E.ASKED), (_S.WITHDRAWN, _E.WITHDRAWN))])

    winner = next(one for one in outcomes if isinstance(one, str))
    assert sum(isinstance(one, Refusal) for one in outcomes) == 3
    with portal.installation.database.reading() as connection:
        assert submissions.named(connection, handed_in.public_id).state == winner
        assert len(submissions.events(connection, handed_in)) == 3


def test_a_company_has_its_own_newest_first_in_pages(portal: Portal) -> None:
    def many(connection: Connection) -> list[Submission]:
        return [submissions.begin(connection, portal.account("1001"), ANNA, NOW + 1_000 * age) for age in range(5)]

    with portal.installation.database.writing() as connection:
        made = many(connection)
        submissions.begin(connection, portal.account("1002"), ANNA, NOW)
        first, behind = submissions.of_account(connection, portal.account("1001"), limit=3)
        second, end = submissions.of_account(connection, portal.account("1001"), limit=3, before=behind)
        none, _ = submissions.of_account(connection, portal.account("1001"), states=[_S.ACCEPTED])

    assert [one.id for one in first + second] == [one.id for one in reversed(made)]
    assert end is None
    assert none == []


@pytest.mark.parametrize("name", ["", "sub_", "sub_00000000000000000000000000", "txn_00000000000000000000000000"])
def test_an_id_of_nothing_leads_nowhere(portal: Portal, name: str) -> None:
    with portal.installation.database.reading() as connection, pytest.raises(OutOfScope):
        submissions.named(connection, name)
