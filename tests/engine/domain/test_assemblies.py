"""Whether deliveries of an order make a whole, and what that is worth: examples, and laws for all of them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.assemblies import (
    Delivered,
    Origin,
    Owed,
    Part,
    Terms,
    complete_since,
    differences,
    terms_as_json,
    terms_from_json,
    worth,
)
from treuwerk.domain.earning import Operation, Step, fold, steps_as_json

TERMS = Terms((Part("modules", Decimal(2000)), Part("inverter", Decimal(1), Decimal("0.5"), "modules")), 30, False)
MODULE, INVERTER = {"modules": Decimal(400)}, {"inverter": Decimal(3000)}
FIRST = date(2026, 5, 4)


def came(number: int, brings: dict[str, Decimal], pieces: int, day: int = 0, back: int = 0) -> Delivered:
    return Delivered(number, (FIRST + timedelta(day)).isoformat(), brings, pieces, pieces - back)


def test_it_is_complete_from_the_day_on_which_nothing_is_missing_any_more() -> None:
    since = complete_since([came(1, MODULE, 10), came(2, INVERTER, 1, day=7)], TERMS)

    assert since == {1: "2026-05-11", 2: "2026-05-11"}


def test_more_modules_than_the_inverter_can_take_leave_the_order_incomplete() -> None:
    assert complete_since([came(1, MODULE, 10), came(2, INVERTER, 1), came(3, MODULE, 10, day=3)], TERMS) == {}


def test_what_comes_behind_the_window_begins_another_one() -> None:
    lines = [came(1, MODULE, 10), came(2, INVERTER, 1), came(3, MODULE, 10, day=31)]

    assert complete_since(lines, TERMS) == {1: "2026-05-04", 2: "2026-05-04"}


@pytest.mark.parametrize(("returns_break", "complete"), [(False, True), (True, False)])
def test_what_went_back_counts_as_the_programme_says(returns_break: bool, complete: bool) -> None:
    since = complete_since([came(1, MODULE, 10), came(2, INVERTER, 1, back=1)],
                           TERMS._replace(returns_break=returns_break))

    assert bool(since) is complete


LINES = st.lists(st.builds(
    came, st.integers(1, 1000), st.sampled_from([MODULE, INVERTER, {**MODULE, **INVERTER}, {}]), st.integers(0, 20),
    st.integers(0, 90)), max_size=8, unique_by=lambda line: line.id)
ALL_TERMS = st.builds(Terms, st.just(TERMS.parts), st.integers(0, 60), st.booleans())


@given(data=st.data(), lines=LINES, terms=ALL_TERMS)
def test_the_order_in_which_lines_are_known_does_not_matter(data: st.DataObject, lines: list[Delivered],
                                                           terms: Terms) -> None:
    assert complete_since(data.draw(st.permutations(lines)), terms) == complete_since(lines, terms)


@given(lines=LINES, terms=ALL_TERMS)
def test_a_whole_has_all_of_its_parts_within_the_window(lines: list[Delivered], terms: Terms) -> None:
    since = complete_since(lines, terms)

    for line in lines:
        if day := since.get(line.id):
            near = [one for one in lines if one.id in since and since[one.id] == day]
            days = [date.fromisoformat(one.day) for one in near]
            assert (max(days) - min(days)).days <= terms.within_days or len({since[one.id] for one in near}) == 1
            assert {name for one in near for name in one.brings} >= {"modules", "inverter"}


@given(terms=ALL_TERMS)
def test_terms_survive_being_stored(terms: Terms) -> None:
    assert terms_from_json(terms_as_json(terms)) == terms


def award(pieces: int, factor: str) -> dict[str, object]:
    steps = (Step(Operation.START, "quantity", str(pieces)), Step(Operation.TIMES, "wp", "405"),
             Step(Operation.PER, "wp", "10"), Step(Operation.FACTOR, "scope", factor),
             Step(Operation.ROUND_DOWN, "points"))
    return {"unit": "bonus", "points": int(fold(steps)[-1]), "rule": "modules", "revision": 1,
            "steps": [list(step) for step in steps]}


@given(pieces=st.integers(1, 50), data=st.data(), factor=st.sampled_from(["2", "1.5", "1.1", "1"]))
def test_what_is_kept_is_worth_what_it_would_have_earned_as_part_of_a_whole(pieces: int, data: st.DataObject,
                                                                           factor: str) -> None:
    kept = data.draw(st.integers(0, pieces))

    owed = worth([award(pieces, factor)], [award(pieces, "1")], pieces, kept)

    whole, alone = (award(kept, one)["points"] if kept else 0 for one in (factor, "1"))
    points = sum(one.points for one in owed.values())
    assert points == int(str(whole)) - int(str(alone))
    assert all(fold(one.steps)[-1] == one.points for one in owed.values())
    assert all(steps_as_json(one.steps) for one in owed.values())


@given(pieces=st.integers(1, 50), first=st.integers(0, 50), second=st.integers(0, 50))
def test_differences_add_up_to_what_is_owed_and_explain_themselves(pieces: int, first: int, second: int) -> None:
    alone, whole = [award(pieces, "1")], [award(pieces, "1.1")]
    booked: dict[Origin, int] = {}
    owed: dict[Origin, Owed] = {}

    for kept in (min(first, pieces), min(second, pieces)):
        owed = worth(whole, alone, pieces, kept)
        for origin, change in differences(owed, booked).items():
            booked[origin] = booked.get(origin, 0) + change.points
            assert change.points < 0 or fold(change.steps)[-1] == change.points

    assert {origin: points for origin, points in booked.items() if points} == {
        origin: one.points for origin, one in owed.items()}
    assert differences(owed, booked) == {}
