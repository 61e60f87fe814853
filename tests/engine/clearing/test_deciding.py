"""A clerk decides on reported purchases: cases 63, 65 and 66, on both databases."""

import json
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.conftest import create_schema
from tests.support.clerks import ANNA, decided, declined, handed_in, line, looked_at, note
from tests.support.crowds import all_at_once
from tests.support.office import CLARA, DAVID, acting
from tests.support.portal import NOW, Portal, open_portal
from treuwerk.domain.entries import read_entered
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.submissions import SubmissionEvent, SubmissionState
from treuwerk.services.identity.memberships import add_membership
from treuwerk.services.identity.users import add_user
from treuwerk.services.ledger.balances import balances
from treuwerk.services.proof.verifying import verify
from treuwerk.services.submissions import deciding
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.deciding import Decided, LinesOpen
from treuwerk.services.submissions.states import Submission, SubmissionChanged
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry, journal, outbox, posting, purchase_line, work_item

_S = SubmissionState
Row = tuple[object, ...]
_OF_THE_WAY_IN = ("account_id", "id", "run_id", "at_line", "source")


def points(portal: Portal, customer: str = "1001") -> dict[str, int]:
    account = portal.account(customer)
    with portal.installation.database.reading() as connection:
        held = balances(connection, ["bonus", "status"], account, NOW)
    return {unit: one.available for unit, one in held.items()}


def rows(portal: Portal, query: object) -> list[Row]:
    with portal.installation.database.reading() as connection:
        return [tuple(row) for row in connection.execute(query)]  # type: ignore[call-overload]


def is_proven(portal: Portal) -> bool:
    return all(law.state == "ok" for law in verify(portal.installation.database, processes=1).invariants)


def test_case_63_a_document_that_a_clerk_enters_earns_what_the_direct_delivery_would(
        empty_portal: Portal, tmp_path: Path) -> None:
    lines = (line("M400", 10, 10, serials=("SN-1", "SN-2")), line("M405", 7, 20, features={"scope": "MODULE"}),
             line("HOOK", 4, 30))
    reported = handed_in(empty_portal)

    outcome = decided(empty_portal, reported, note(*lines))
    by_hand = _awards(empty_portal)

    assert outcome.submission.state is _S.ACCEPTED
    assert outcome.points == {"bonus": 800 + 283, "status": 400 + 283}
    assert points(empty_portal) == {"bonus": 1083, "status": 683}
    assert _direct(tmp_path / "direct") == by_hand
    assert rows(empty_portal, select(purchase_line.c.source).distinct()) == [("upload",)]
    assert read_entered(outcome.submission.entered).lines[2].outcome == "nothing"
    assert is_proven(empty_portal)


def _awards(portal: Portal) -> list[Row]:
    """What the purchases came to, without ids and without how they came in."""
    line_of = (purchase_line.c.account_id == journal.c.account_id) & (purchase_line.c.id == journal.c.id)
    amount = (posting.c.account_id == journal.c.account_id) & (posting.c.transaction_id == journal.c.id)
    facts = rows(portal, select(
        journal.c.business_key, journal.c.occurred_on, journal.c.explanation,
        *(column for column in purchase_line.c if column.name not in _OF_THE_WAY_IN),
        posting.c.book, posting.c.unit, posting.c.amount, posting.c.expires_at).select_from(
        journal.join(purchase_line, line_of).join(posting, amount)).where(journal.c.kind == "accrual"))
    return sorted(facts, key=repr)


def _direct(folder: Path) -> list[Row]:
    """The same delivery by the direct feed, in a programme of its own."""
    folder.mkdir()
    url = f"sqlite:///{folder / 'direct.db'}"
    create_schema(url)
    database = Database(url)
    other = open_portal(folder, database)
    other.deliver("2026-11-21", "LS-77;10;2026-11-05;1001;M400;10;PCE;SYSTEM;SN-1|SN-2",
                  "LS-77;20;2026-11-05;1001;M405;7;PCE;MODULE;", "LS-77;30;2026-11-05;1001;HOOK;4;PCE;SYSTEM;")
    awards = _awards(other)
    database.close()
    return awards


def test_case_66_a_declined_document_tells_why_in_the_language_of_the_participant(portal: Portal) -> None:
    reported = handed_in(portal, number="LS-77")
    before = points(portal)

    outcome = decided(portal, reported, note(declined(line(), "no_proof")), reason="no_proof",
                      words="Bitte schicken Sie den Lieferschein.")

    assert outcome.submission.state is _S.DECLINED
    assert outcome.submission.reason == "no_proof"
    assert outcome.submission.answer == "Bitte schicken Sie den Lieferschein."
    assert points(portal) == before
    [(payload,)] = rows(portal, select(outbox.c.payload).where(outbox.c.topic == "submission_decided"))
    told = json.loads(str(payload))
    assert (told["locale"], told["state"], told["reason"]) == ("de", "declined", "no_proof")
    assert rows(portal, select(work_item.c.state).where(work_item.c.object == reported.public_id)) == [("done",)]
    assert is_proven(portal)


def test_a_part_of_a_document_is_accepted_and_each_other_line_keeps_its_reason(portal: Portal) -> None:
    reported = handed_in(portal)

    outcome = decided(portal, reported, note(line(at=10), declined(line("HOOK", 4, 20), words="No module.")))

    assert outcome.submission.state is _S.PARTLY
    assert outcome.points == {"bonus": 800, "status": 400}
    [first, second] = read_entered(outcome.submission.entered).lines
    assert first.outcome == "booked"
    assert (second.outcome, second.reason, second.words) == ("", "not_in_programme", "No module.")
    [(run_id,)] = rows(portal, select(purchase_line.c.run_id).where(purchase_line.c.source == "upload"))
    assert run_id == outcome.submission.run_id


def test_case_12_what_was_delivered_directly_before_is_booked_once_and_the_participant_is_told(portal: Portal) -> None:
    portal.deliver("2026-11-20", "LS-77;10;2026-11-05;1001;M400;10;PCE;SYSTEM;")
    before = points(portal)

    outcome = decided(portal, handed_in(portal), note(line()))

    assert points(portal) == before
    assert (outcome.submission.state, outcome.submission.reason) == (_S.DECLINED, "already_booked")
    assert read_entered(outcome.submission.entered).lines[0].outcome == "known"
    assert is_proven(portal)


@pytest.mark.parametrize(("wrong", "code"), [
    (line("NOBODY"), "unknown_article"), (line(unit="BOX"), "unknown_unit"), (line(features={}), "unknown_feature")])
def test_a_line_that_cannot_be_booked_is_not_accepted_by_mistake(portal: Portal, wrong: object, code: str) -> None:
    reported, before = handed_in(portal), points(portal)

    with pytest.raises(LinesOpen) as refused:
        decided(portal, reported, note(line(at=5), wrong))  # type: ignore[arg-type]

    assert [(one.at, one.problem) for one in refused.value.seen.problems] == [(2, code)]
    assert points(portal) == before
    assert looked_at(portal, reported).state is _S.RECEIVED


def test_nobody_decides_on_the_own_company(portal: Portal) -> None:
    reported = handed_in(portal)
    with portal.installation.database.writing() as connection:
        user = add_user(connection, "Weiß, Clara", NOW)
        add_membership(connection, user, reported.account_id, NOW, role="member")

    with pytest.raises(Refusal, match="belongs to this company"):
        decided(portal, reported, note(), acting(CLARA))


def test_a_question_comes_back_to_the_clerk_who_asked(portal: Portal) -> None:
    reported, clara = handed_in(portal), acting()

    asked = deciding.ask(clara, portal.installation, reported.public_id, "Which day?", reported.version, NOW, note())
    with portal.installation.database.writing() as connection:
        submissions.move(connection, asked, _S.RECEIVED, SubmissionEvent.ANSWERED, ANNA, NOW + 1, text="The fifth.")

    assert rows(portal, select(work_item.c.state, work_item.c.assignee_id).where(
        work_item.c.object == reported.public_id)) == [("open", clara.user_id)]
    assert read_entered(looked_at(portal, reported).entered) == note()
    assert "Which day?" in str(rows(portal, select(outbox.c.payload).where(outbox.c.topic == "submission_asked")))


def test_case_65_of_two_clerks_who_decide_at_once_one_is_told_of_the_other(portal: Portal) -> None:
    reported, before = handed_in(portal), points(portal)

    def work(who: int) -> Decided | Exception:
        try:
            return decided(portal, reported, note(), acting(who), version=reported.version)
        except (SubmissionChanged, Refusal) as error:
            return error

    outcomes = all_at_once([partial(work, CLARA), partial(work, DAVID)])

    assert sum(isinstance(one, Decided) for one in outcomes) == 1, outcomes
    assert points(portal) == {"bonus": before["bonus"] + 800, "status": before["status"] + 400}
    assert len(rows(portal, select(outbox.c.id).where(outbox.c.topic == "submission_decided"))) == 1
    assert len(rows(portal, select(audit_entry.c.id).where(audit_entry.c.action == "submission.accept"))) == 1
    assert is_proven(portal)


def test_the_same_decision_twice_at_once_books_once(portal: Portal) -> None:
    reported, before = handed_in(portal), points(portal)

    def work() -> Decided | Exception:
        try:
            return decided(portal, reported, note(), version=reported.version)
        except (SubmissionChanged, Refusal) as error:
            return error

    outcomes = all_at_once([work, work, work])

    assert any(isinstance(one, Decided) for one in outcomes)
    assert points(portal) == {"bonus": before["bonus"] + 800, "status": before["status"] + 400}
    assert looked_at(portal, reported).state is _S.ACCEPTED
    assert is_proven(portal)


def test_who_decides_while_the_participant_withdraws_books_all_or_nothing(portal: Portal) -> None:
    reported, before = handed_in(portal), points(portal)

    def accept() -> Decided | Exception:
        try:
            return decided(portal, reported, note(), version=reported.version)
        except (SubmissionChanged, Refusal) as error:
            return error

    def withdraw() -> Submission | Exception:
        try:
            with portal.installation.database.writing() as connection:
                return submissions.move(connection, reported, _S.WITHDRAWN, SubmissionEvent.WITHDRAWN, ANNA, NOW)
        except SubmissionChanged as error:
            return error

    all_at_once([accept, withdraw])

    state = looked_at(portal, reported).state
    gained = points(portal)["bonus"] - before["bonus"]
    assert (state, gained) in ((_S.ACCEPTED, 800), (_S.WITHDRAWN, 0))
    assert is_proven(portal)
