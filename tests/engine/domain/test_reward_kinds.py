"""What is asked for with an order line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.reward_kinds import Asked, WrongAnswer, answers_to

GUEST = Asked("guest", {"en": "Name of the guest"}, longest=10)
SHOE = Asked("shoe", {"en": "Shoe size"}, required=False)


def test_answers_are_kept_without_spaces_and_without_empty_ones() -> None:
    assert answers_to([GUEST, SHOE], {"guest": "  Ada \t Lo ", "shoe": " "}) == ({"guest": "Ada Lo"}, [])


@pytest.mark.parametrize(("said", "wrong"), [
    ({}, WrongAnswer("guest", "missing")), ({"guest": "\n"}, WrongAnswer("guest", "missing")),
    ({"guest": "Ada Lovelace"}, WrongAnswer("guest", "too_long", 10)),
    ({"guest": "Ada", "hat": "L"}, WrongAnswer("hat", "unknown"))])
def test_what_is_wrong_with_an_answer_is_told_by_its_name(said: dict[str, str], wrong: WrongAnswer) -> None:
    assert answers_to([GUEST, SHOE], said)[1] == [wrong]


@given(st.dictionaries(st.sampled_from(["guest", "shoe", "hat"]), st.text(max_size=200)))
def test_what_is_kept_was_asked_for_and_reads_the_same_again(said: dict[str, str]) -> None:
    kept, _ = answers_to([GUEST, SHOE], said)

    assert kept.keys() <= {"guest", "shoe"}
    assert answers_to([GUEST, SHOE], kept)[0] == kept
