"""The gate of the catalogue: every path to a reward asks here, and what cannot be judged is not offered."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from treuwerk.domain.rewards import FAILED, Asker, CatalogueConstraint, Objection, Offer

_WORDS = "The constraint “%(constraint)s” could not be checked: %(failure)s."


def objections(constraints: Mapping[str, CatalogueConstraint], offers: Sequence[Offer], asker: Asker,
               day: date) -> list[list[Objection]]:
    """What all constraints have against each offer on a day, in the order of the offers.

    `constraints` are those of the programme by name. One that fails is an objection to every offer: a reward is rather
    not offered than offered without having been looked at.
    """
    found: list[list[Objection]] = [[] for _ in offers]
    for name, constraint in constraints.items():
        for so_far, more in zip(found, _answers(name, constraint, offers, asker, day), strict=True):
            so_far.extend(more)
    return found


def _answers(name: str, constraint: CatalogueConstraint, offers: Sequence[Offer], asker: Asker,
             day: date) -> list[list[Objection]]:
    try:
        answer = [list(one) for one in constraint.check(offers, asker, day)]
        failure = _failure(answer, len(offers))
    except Exception as error:
        answer, failure = [], f"{type(error).__name__}: {error}"
    if not failure:
        return answer
    objection = Objection(FAILED, _WORDS, {"constraint": name, "failure": failure})
    return [[objection] for _ in offers]


def _failure(answer: Sequence[Sequence[Any]], wanted: int) -> str:
    """What is wrong with an answer; words and details must fit, or a page could not tell the reason."""
    if len(answer) != wanted:
        return f"found {len(answer)} answers to {wanted} offers"
    for one in (one for some in answer for one in some):
        if not isinstance(one, Objection):
            return f"found {type(one).__name__} as an objection"
        try:
            one.reason  # noqa: B018 - it is the try that counts
        except (KeyError, TypeError, ValueError) as error:
            return f"the words of {one.code!r} do not fit their details: {error}"
    return ""
