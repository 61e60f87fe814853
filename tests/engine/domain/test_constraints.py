"""The gate of the catalogue: all objections are collected, and a constraint that fails closes it."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import attrs
import pytest

from treuwerk.domain.constraints import objections
from treuwerk.domain.rewards import FAILED, NOBODY, Asker, CatalogueConstraint, Objection, Offer

OFFERS = [Offer(f"R{number}", f"V{number}", "goods", "tools", 100) for number in range(3)]
DAY = date(2026, 11, 22)


@attrs.frozen
class Says:
    """A constraint that answers what the test wants."""

    answer: Callable[[Sequence[Offer]], Any]

    def check(self, offers: Sequence[Offer], asker: Asker, day: date) -> Sequence[Sequence[Objection]]:
        """Whatever it is."""
        return self.answer(offers)  # type: ignore[no-any-return]


def found(**constraints: CatalogueConstraint) -> list[list[str]]:
    return [[one.code for one in some] for some in objections(constraints, OFFERS, NOBODY, DAY)]


def test_objections_of_all_constraints_are_collected_by_offer() -> None:
    first = Says(lambda offers: [[Objection("a", "A")], (), (Objection("b", "B"),)])
    second = Says(lambda offers: [(), (), [Objection("c", "C")]])

    assert found(first=first, second=second) == [["a"], [], ["b", "c"]]
    assert found() == [[], [], []]


def boom(_: Sequence[Offer]) -> None:
    raise RuntimeError("no")


@pytest.mark.parametrize(("answer", "words"), [
    (boom, "RuntimeError: no"), (lambda _: None, "TypeError"), (lambda _: [], "0 answers to 3 offers"),
    (lambda _: [()] * 4, "4 answers to 3 offers"), (lambda _: [(), ["bad"], ()], "found str as an objection"),
    (lambda _: [(), (), [Objection("x", "%(lost)s")]], "lost"),
    (lambda _: [(), (), [Objection("x", "100 %")]], "incomplete format")])
def test_a_constraint_that_fails_lets_nothing_pass(answer: Callable[[Sequence[Offer]], Any], words: str) -> None:
    [first, *rest] = objections({"broken": Says(answer), "good": Says(lambda _: [()] * 3)}, OFFERS, NOBODY, DAY)

    assert [one.code for one in first] == [FAILED]
    assert [[one.code for one in some] for some in rest] == [[FAILED], [FAILED]]
    assert "broken" in first[0].reason
    assert words in first[0].reason
