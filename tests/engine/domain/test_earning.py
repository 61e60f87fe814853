"""The tape of an explanation: folding it gives the points again, years later, without the rule."""

import json
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.earning import Operation, Step, fold, steps_as_json, steps_from_json, whole_points

numbers = st.decimals(min_value=Decimal("0.001"), max_value=10**6, places=3).map(lambda number: f"{number:f}")
operations = st.sampled_from([Operation.TIMES, Operation.PER, Operation.FACTOR, Operation.PLUS, Operation.MINUS,
                              Operation.AT_MOST])
roundings = st.sampled_from([Operation.ROUND_DOWN, Operation.ROUND_HALF_UP, Operation.ROUND_UP])
steps = st.builds(Step, operations, st.text(max_size=10), numbers) | roundings.map(lambda how: Step(how, "points"))
tapes = st.builds(lambda first, rest: (Step(Operation.START, "quantity", first), *rest), numbers,
                  st.lists(steps, max_size=8))


def test_27_modules_of_220_wp_in_a_system_earn_1188() -> None:
    tape = (Step(Operation.START, "quantity", "27"), Step(Operation.TIMES, "wp", "220"),
            Step(Operation.PER, "wp", "10"), Step(Operation.FACTOR, "SYSTEM", "2"),
            Step(Operation.ROUND_DOWN, "points"))

    assert fold(tape) == [27, 5940, 594, 1188, 1188]


def test_figures_between_are_exact_so_rounding_is_done_once() -> None:
    tape = (Step(Operation.START, "quantity", "1"), Step(Operation.PER, "wp", "3"), Step(Operation.TIMES, "wp", "3"),
            Step(Operation.ROUND_DOWN, "points"))

    assert fold(tape) == [1, Fraction(1, 3), 1, 1]


def test_rounding_down_goes_to_the_lower_number_also_below_zero() -> None:
    tape = (Step(Operation.START, "quantity", "-2.5"), Step(Operation.ROUND_DOWN, "points"))

    assert fold(tape)[-1] == -3


def test_an_empty_tape_has_no_figures() -> None:
    assert fold(()) == []


@given(tapes)
def test_a_stored_tape_folds_to_the_same_figures(tape: tuple[Step, ...]) -> None:
    stored = steps_as_json(tape)

    assert steps_from_json(json.loads(stored)) == tape
    assert fold(steps_from_json(json.loads(stored))) == fold(tape)


@given(tapes)
def test_there_is_one_figure_per_step(tape: tuple[Step, ...]) -> None:
    assert len(fold(tape)) == len(tape)


@given(tapes)
def test_rounding_twice_is_rounding_once(tape: tuple[Step, ...]) -> None:
    rounded = (*tape, Step(Operation.ROUND_DOWN, "points"))

    assert fold((*rounded, Step(Operation.ROUND_DOWN, "points")))[-1] == fold(rounded)[-1] == floor(fold(tape)[-1])


@pytest.mark.parametrize(("figure", "half_up", "up"), [
    ("2.5", 3, 3), ("2.4", 2, 3), ("-2.5", -3, -2), ("-2.4", -2, -2), ("7", 7, 7), ("0.001", 0, 1)])
def test_halves_go_away_from_zero_and_rounding_up_takes_the_next_whole_figure(figure: str, half_up: int,
                                                                              up: int) -> None:
    start = Step(Operation.START, "quantity", figure)

    assert fold((start, Step(Operation.ROUND_HALF_UP, "points")))[-1] == half_up
    assert fold((start, Step(Operation.ROUND_UP, "points")))[-1] == up


def test_a_cap_drops_what_is_more_and_leaves_what_is_less() -> None:
    start, cap = Step(Operation.START, "quantity", "10"), Step(Operation.AT_MOST, "cap", "7.5")

    assert fold((start, cap, Step(Operation.PLUS, "rest", "0.5"))) == [10, Fraction(15, 2), 8]
    assert fold((start, Step(Operation.PER, "pack", "4"), cap))[-1] == Fraction(5, 2)


@pytest.mark.parametrize(("figure", "points"), [("1188", 1188), ("1188.999999", 1188), ("0.9", 0), ("-0.1", -1)])
def test_points_are_whole(figure: str, points: int) -> None:
    assert whole_points(Decimal(figure)) == points


def test_a_tape_with_an_unknown_operation_is_refused() -> None:
    with pytest.raises(ValueError, match="guess"):
        steps_from_json([["guess", "quantity", "1"]])
