"""A rule that answers with things that are no award."""

from decimal import Decimal

import attrs

from treuwerk.domain.earning import Award, Operation, Step
from treuwerk.hookspecs import EarningRuleKind, hookimpl

STEPS = (Step(Operation.START, "points", "1"),)
GARBAGE = {
    "nothing": lambda index: None,
    "text": lambda index: ["10 points"],
    "pair": lambda index: [(index, 10)],
    "fraction": lambda index: [Award(index, "bonus", Decimal("1.5"), STEPS)],
    "float": lambda index: [Award(index, "bonus", 1.0, STEPS)],
    "true": lambda index: [Award(index, "bonus", True, STEPS)],
    "zero": lambda index: [Award(index, "bonus", 0, STEPS)],
    "negative": lambda index: [Award(index, "bonus", -5, STEPS)],
    "other unit": lambda index: [Award(index, "miles", 1, STEPS)],
    "event too high": lambda index: [Award(index + 1_000, "bonus", 1, STEPS)],
    "event below zero": lambda index: [Award(-1, "bonus", 1, STEPS)],
    "event as text": lambda index: [Award(str(index), "bonus", 1, STEPS)],
}


@attrs.frozen
class Settings:
    """Keys of the table."""

    answer: str
    unit: str = "bonus"


@attrs.frozen
class Garbage:
    """Answers with garbage for purchases of the article ``BAD`` and with one point for all others."""

    settings: Settings
    units = frozenset({"bonus"})

    def awards(self, events):
        """What the settings ask for."""
        answers = []
        for index, event in enumerate(events):
            bad = event.article is not None and event.article.number == "BAD"
            answers += GARBAGE[self.settings.answer](index) if bad else [Award(index, "bonus", 1, STEPS)]
        return answers


@hookimpl
def earning_rule_kinds():
    """Offers ``garbage``."""
    return [EarningRuleKind("garbage", Settings, Garbage)]
