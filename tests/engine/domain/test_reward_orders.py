"""What a line of an order goes through, piece by piece, and what an order is by its lines."""

from collections.abc import Sequence

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import OPEN, TRANSITIONS, LineState, OrderAct, Progress, after, state_of

Step = tuple[OrderAct, int | None]
A, S = OrderAct, LineState


def gone_through(steps: Sequence[Step], quantity: int = 3, state: LineState = S.ORDERED) -> Progress:
    line = Progress(state, quantity)
    for act, pieces in steps:
        line = after(line, act, pieces)
    return line


@pytest.mark.parametrize(("steps", "state"), [
    ([(A.HAND_OVER, None)], S.HANDED_OVER),
    ([(A.HAND_OVER, None), (A.SHIP, 1)], S.PARTLY_SHIPPED),
    ([(A.HAND_OVER, None), (A.SHIP, 1), (A.SHIP, 2)], S.SHIPPED),
    ([(A.SHIP, None), (A.DELIVER, 1)], S.SHIPPED),
    ([(A.SHIP, None), (A.DELIVER, None)], S.DELIVERED),
    ([(A.DELIVER, None)], S.DELIVERED),
    ([(A.SHIP, 1), (A.DELIVER, 1)], S.PARTLY_SHIPPED),
    ([(A.CANCEL, 1)], S.ORDERED),
    ([(A.CANCEL, None)], S.CANCELLED),
    ([(A.CANCEL, 2), (A.SHIP, None), (A.DELIVER, None)], S.DELIVERED),
    ([(A.SHIP, 1), (A.CANCEL, None)], S.SHIPPED),
    ([(A.SHIP, None), (A.RETURN, None)], S.RETURNED),
    ([(A.DELIVER, None), (A.RETURN, 1)], S.DELIVERED),
    ([(A.DELIVER, None), (A.RETURN, 1), (A.RETURN, 2)], S.RETURNED),
    ([(A.FAIL, None)], S.FAILED),
    ([(A.FAIL, None), (A.HAND_OVER, None)], S.HANDED_OVER),
    ([(A.FAIL, None), (A.CANCEL, None)], S.CANCELLED),
    ([(A.SHIP, 1), (A.FAIL, None), (A.CANCEL, None), (A.DELIVER, None)], S.DELIVERED),
    ([(A.SHIP, 1), (A.FAIL, None), (A.SHIP, 1)], S.FAILED),
])
def test_the_state_of_a_line_is_what_became_of_its_pieces(steps: list[Step], state: LineState) -> None:
    assert gone_through(steps).state is state


@pytest.mark.parametrize(("steps", "code"), [
    ([(A.APPROVE, None)], "wrong_state"),
    ([(A.CANCEL, None), (A.SHIP, 1)], "wrong_state"),
    ([(A.SHIP, None), (A.CANCEL, 1)], "wrong_state"),
    ([(A.SHIP, None), (A.FAIL, None)], "wrong_state"),
    ([(A.RETURN, 1)], "wrong_state"),
    ([(A.SHIP, 4)], "wrong_quantity"),
    ([(A.SHIP, 0)], "wrong_quantity"),
    ([(A.CANCEL, -1)], "wrong_quantity"),
    ([(A.SHIP, 2), (A.CANCEL, 2)], "wrong_quantity"),
    ([(A.SHIP, 1), (A.RETURN, 2)], "wrong_quantity"),
    ([(A.DELIVER, None), (A.RETURN, None), (A.RETURN, 1)], "wrong_state"),
])
def test_what_cannot_be_done_is_refused(steps: list[Step], code: str) -> None:
    before = gone_through(steps[:-1])

    with pytest.raises(Refusal) as refused:
        after(before, *steps[-1])

    assert refused.value.code == code


def test_what_waits_is_approved_or_cancelled_and_nothing_else() -> None:
    assert {act for act, states in TRANSITIONS.items() if S.WAITING in states} == {A.APPROVE, A.CANCEL}
    assert gone_through([(A.APPROVE, None)], state=S.WAITING).state is S.ORDERED
    assert gone_through([(A.CANCEL, 1)], state=S.WAITING).state is S.WAITING


@given(st.lists(st.tuples(st.sampled_from(OrderAct), st.none() | st.integers(1, 6))), st.integers(1, 6),
       st.sampled_from([S.WAITING, S.ORDERED]))
def test_pieces_never_get_lost_whatever_is_done(steps: list[Step], quantity: int, state: LineState) -> None:
    line = Progress(state, quantity)
    for act, pieces in steps:
        there = line.there_for(act)
        try:
            line = after(line, act, pieces)
        except Refusal:
            assert not there or (pieces is not None and pieces > there)

        assert min(attrs.astuple(line)[1:]) >= 0
        assert line.cancelled + line.shipped <= quantity
        assert line.delivered + line.returned <= line.shipped
        assert bool(line.to_ship) == (line.state in OPEN)
        assert (line.charged == 0) == (line.state in (S.CANCELLED, S.RETURNED) and not line.to_ship)


@pytest.mark.parametrize(("lines", "state"), [
    ([S.ORDERED, S.ORDERED], S.ORDERED),
    ([S.WAITING, S.ORDERED], S.WAITING),
    ([S.ORDERED, S.CANCELLED], S.ORDERED),
    ([S.CANCELLED, S.CANCELLED], S.CANCELLED),
    ([S.HANDED_OVER, S.HANDED_OVER], S.HANDED_OVER),
    ([S.HANDED_OVER, S.ORDERED], S.ORDERED),
    ([S.SHIPPED, S.ORDERED], S.PARTLY_SHIPPED),
    ([S.PARTLY_SHIPPED, S.HANDED_OVER], S.PARTLY_SHIPPED),
    ([S.DELIVERED, S.SHIPPED], S.SHIPPED),
    ([S.DELIVERED, S.RETURNED, S.CANCELLED], S.DELIVERED),
    ([S.RETURNED, S.CANCELLED], S.RETURNED),
    ([S.FAILED, S.DELIVERED], S.FAILED),
])
def test_an_order_is_what_its_lines_are(lines: list[LineState], state: LineState) -> None:
    assert state_of(lines) is state
