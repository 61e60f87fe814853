"""Answers to complaints: who complained reads them, and what settles one happens with the answer or not at all."""

import json

import pytest
from sqlalchemy import select

from tests.engine.orders.test_moving_on import moved
from tests.engine.orders.test_racing_orders import all_at_once
from tests.support.accounts import DONNELLY
from tests.support.colleagues import namesake
from tests.support.ordering import Counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.complaints import ComplaintKind, ComplaintState
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import OrderAct
from treuwerk.domain.rights import Access, NotAllowed, OutOfScope
from treuwerk.services.orders.answering import IN_A_DAY, Answer, answer, reply, settlements
from treuwerk.services.orders.complaining import Complaint, ComplaintDraft, complain, complaint, complaints_of
from treuwerk.services.orders.own_orders import own_order
from treuwerk.services.orders.placing import Placed
from treuwerk.services.submissions.forgetting_uploads import forget_uploads
from treuwerk.store.tables import complaint_word, note, order_line, outbox, work_item

SOON = SIX_IN_THE_EVENING + 3_600_000_000
S = ComplaintState


@pytest.fixture
def placed(counter: Counter) -> Placed:
    """Two drills that left."""
    order = counter.order(("DRILL-12", 2))
    moved(counter, order, OrderAct.SHIP)
    return order


@pytest.fixture
def made(counter: Counter, placed: Placed) -> Complaint:
    """One of them arrived broken."""
    draft = ComplaintDraft(1, ComplaintKind.DAMAGED, 1, "It does not turn.")
    with counter.world.database.writing() as connection:
        return complain(counter.access(), connection, counter.world.installation, placed.public_id, draft, (), SOON)


def answered(counter: Counter, one: Complaint, state: S = S.ANSWERED, *, text: str = "We are sorry.", seen: int = 0,
             pieces: int = 0, variant: str = "", access: Access | None = None) -> Complaint:
    wanted = Answer(text, state, seen, pieces, variant)
    return counter.world.database.run(lambda connection: answer(
        access or counter.office(), connection, counter.world.installation, one.public_id, wanted, SOON))


def replied(counter: Counter, one: Complaint, text: str = "It still does not.", number: str = "10017") -> Complaint:
    return counter.world.database.run(lambda connection: reply(
        counter.access(number), connection, counter.world.installation, one.public_id, text, SOON))


def tasks(counter: Counter) -> list[tuple[object, ...]]:
    return counter.world.rows(select(note.c.status, work_item.c.state).join(
        work_item, work_item.c.account_id == note.c.account_id))


def replaced(counter: Counter) -> list[tuple[object, ...]]:
    line = order_line.c
    return counter.world.rows(select(line.variant, line.quantity, line.replaced, line.returned, line.cancelled)
                              .order_by(line.points_each.desc()))


def test_who_complained_reads_the_answer_and_the_task_is_done(counter: Counter, placed: Placed,
                                                              made: Complaint) -> None:
    before = tasks(counter)

    answered(counter, made)

    with counter.world.database.reading() as connection:
        order = own_order(counter.access(), connection, placed.public_id)
        [found] = complaints_of(counter.access(), connection, order)
    assert [(one.actor, one.text, one.state) for one in found.words] == [("grace", "We are sorry.", S.ANSWERED)]
    assert (found.state, [row[0] for row in before], [row[0] for row in tasks(counter)]) == (
        S.ANSWERED, ["open"], ["done"])
    assert tasks(counter) != before
    told = counter.world.rows(select(outbox.c.payload).where(outbox.c.topic == "reward_complaint_answered"))
    assert [json.loads(row[0]) for row in told] == [
        {"complaint": made.public_id, "order": placed.public_id, "state": "answered"}]
    assert [one.kind for one in order.events][-2:] == ["complain", "complaint_answer"]


def test_a_reply_opens_it_again(counter: Counter, made: Complaint) -> None:
    before = tasks(counter)
    answered(counter, made)

    again = replied(counter, made)

    assert ([one.actor for one in again.words], again.state) == (["grace", ""], S.OPEN)
    assert tasks(counter) == before


def test_a_complaint_is_settled_by_a_replacement(counter: Counter, placed: Placed, made: Complaint) -> None:
    settled = answered(counter, made, S.REPLACED, pieces=1)

    assert (settled.state, settled.words[-1].pieces) == (S.REPLACED, 1)
    assert replaced(counter) == [("DRILL-12", 2, 1, 0, 0), ("DRILL-12", 1, 0, 0, 0)]
    assert counter.bonus() == 16_000 - 14_400
    assert counter.world.violated() == {}


def test_a_complaint_is_settled_by_points(counter: Counter, made: Complaint) -> None:
    settled = answered(counter, made, S.POINTS_BACK, pieces=1)

    assert (settled.state, counter.bonus()) == (S.POINTS_BACK, 16_000 - 7_200)
    assert replaced(counter) == [("DRILL-12", 2, 0, 1, 0)]
    assert counter.world.violated() == {}


def test_points_of_what_never_left_are_given_back_by_cancelling(counter: Counter) -> None:
    order = counter.order(("MUG-RED", 2))
    moved(counter, order, OrderAct.FAIL)
    draft = ComplaintDraft(1, ComplaintKind.NOT_ARRIVED, 2, "Nothing came.")
    with counter.world.database.writing() as connection:
        made = complain(counter.access(), connection, counter.world.installation, order.public_id, draft, (), SOON)
        there = settlements(connection, counter.world.installation.programme.settings, made)

    answered(counter, made, S.POINTS_BACK, pieces=2)

    assert there == {S.POINTS_BACK: 2}
    assert (counter.bonus(), replaced(counter)) == (16_000, [("MUG-RED", 2, 0, 0, 2)])


@pytest.mark.parametrize(("state", "more", "code"), [
    (S.ANSWERED, {"text": "  "}, "no_text"), (S.ANSWERED, {"text": "a" * 2_001}, "too_long"),
    (S.ANSWERED, {"seen": 1}, "changed_meanwhile"), (S.OPEN, {}, "wrong_outcome"),
    (S.REPLACED, {"pieces": 3}, "wrong_quantity"), (S.POINTS_BACK, {"pieces": 0}, "wrong_quantity"),
    (S.REPLACED, {"pieces": 1, "variant": "SAW"}, "not_offered")])
def test_what_cannot_be_is_refused_and_nothing_is_said(counter: Counter, made: Complaint, state: S,
                                                       more: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        answered(counter, made, state, **more)  # type: ignore[arg-type]

    assert refusal.value.code == code
    assert counter.world.rows(select(complaint_word)) == []
    assert replaced(counter) == [("DRILL-12", 2, 0, 0, 0)]


def test_rights_and_companies_are_asked(counter: Counter, made: Complaint) -> None:
    own = namesake(counter.world, counter.office(), "10017")

    with pytest.raises(NotAllowed):
        answered(counter, made, access=counter.office("orders.write"))
    with pytest.raises(Refusal) as mine:
        answered(counter, made, access=own)
    with pytest.raises(OutOfScope):
        replied(counter, made, number=DONNELLY)
    with pytest.raises(NotAllowed):
        answered(counter, made, access=counter.access())

    assert mine.value.code == "own_account"


def test_nobody_writes_without_end(counter: Counter, made: Complaint) -> None:
    for _ in range(IN_A_DAY):
        replied(counter, made)

    with pytest.raises(Refusal) as refusal:
        replied(counter, made)

    assert refusal.value.code == "too_many_today"


def test_of_two_answers_at_once_one_counts(counter: Counter, made: Complaint) -> None:
    outcomes = all_at_once([lambda: answered(counter, made, S.REPLACED, pieces=1)] * 8)

    assert (outcomes["done"], sum(outcomes.values())) == (1, 8)
    assert replaced(counter) == [("DRILL-12", 2, 1, 0, 0), ("DRILL-12", 1, 0, 0, 0)]
    assert counter.world.violated() == {}


def test_words_are_forgotten_with_the_participant(counter: Counter, placed: Placed, made: Complaint) -> None:
    answered(counter, made)
    moved(counter, placed, OrderAct.DELIVER)

    forget_uploads(counter.office(), counter.world.installation, placed.account_id, SOON, reason="Asked by letter")

    with counter.world.database.reading() as connection:
        found = complaint(counter.office(), connection, made.public_id)
    assert [(one.actor, one.text, one.state) for one in found.words] == [("grace", "", S.ANSWERED)]
