"""Names of those who act, as they are compared, and the reasons that they give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.actors import acting_person, person_key, same_person, stated_reason
from treuwerk.domain.refusals import Refusal


@pytest.mark.parametrize("name", ["Ada Lovelace", "ADA LOVELACE", "Lovelace, Ada", "ada.lovelace", "ada_lovelace",
                                  "Adá  Lovelace", "A.da Lo-velace",
                                  "ａｄａ lovelace", "Ada\u00adLovelace", "Lovelace\u200bAda"])
def test_one_person_has_many_spellings(name: str) -> None:
    assert same_person(name, "ada lovelace")


@pytest.mark.parametrize(("one", "other"), [("ada", "adam"), ("clerk1", "clerk2"), ("ada@one.de", "ada@two.de")])
def test_two_persons_stay_two(one: str, other: str) -> None:
    assert not same_person(one, other)


@given(st.text())
def test_case_and_the_order_of_words_never_make_another_person(name: str) -> None:
    turned = " ".join(reversed(name.split()))

    assert person_key(turned) == person_key(" ".join(name.split()))
    assert person_key(person_key(name)) == person_key(name)


def test_spaces_around_names_and_reasons_are_dropped() -> None:
    assert acting_person("  Ada \t Lovelace ") == "Ada Lovelace"
    assert stated_reason(" points  of a\nlost delivery ") == "points of a lost delivery"


@pytest.mark.parametrize("name", ["", "...", "system", "System!", "a" * 101, "a\x00"])
def test_a_machine_or_nobody_does_not_act(name: str) -> None:
    with pytest.raises(Refusal, match="expected the login or name of the person"):
        acting_person(name)
