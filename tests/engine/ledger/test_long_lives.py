"""Long lives by dice: the ledger against a plain list of lots, on both databases."""

from random import Random
from typing import Any, ClassVar

import pytest
from sqlalchemy import select

from tests.support.ledger_machine import Ledger, Thing
from tests.support.ledger_worlds import ARTICLES, SPENDABLE, LedgerWorld
from treuwerk.store.tables import journal

WALK = 300


class Walk:
    """The same deeds by dice that know what is interesting: points that were moved once are moved again."""

    WEIGHTS: ClassVar = {
        "earn": 10, "redeem": 8, "hold": 6, "capture": 6, "release": 4, "cancel": 8, "reverse": 8, "activate": 2,
        "adjust": 2, "transfer": 2, "redeem_several": 1, "expire": 1, "end_overdue_holds": 1, "ask_again": 2,
        "wait": 4, "merge": 1, "unmerge": 1}

    def __init__(self, machine: Ledger, seed: int) -> None:
        self.machine, self.dice = machine, Random(seed)
        self.done: list[tuple[str, dict[str, Any]]] = []
        self.things: dict[str, list[Thing]] = {"accrual": [], "hold": [], "spent": []}
        self.note("accrual", machine.begin_with_points())
        self.note("hold", machine.hold(account=0, unit="owed", amount=9, hours=50))
        self.note("spent", machine.redeem(account=1, unit="owed", amount=9))

    def note(self, kind: str, made: Any) -> None:
        self.things[kind] += getattr(made, "values", [made])

    def step(self) -> None:
        deed = self.dice.choices(list(self.WEIGHTS), list(self.WEIGHTS.values()))[0]
        facts = self.facts(deed)
        self.done.append((deed, facts))
        made = getattr(self.machine, deed)(**facts)
        if deed in MAKES:
            self.note(MAKES[deed], made)
        self.machine.they_agree()

    def facts(self, deed: str) -> dict[str, Any]:
        dice, account, unit = self.dice, self.dice.choice([0, 0, 0, 1, 2]), self.dice.choice(SPENDABLE)
        some, amount = dice.choice([None, 1, 2, 5, 11]), dice.randrange(1, 50)
        facts: dict[str, dict[str, Any]] = {
            "earn": {"account": account, "article": dice.choice(sorted(ARTICLES)), "pieces": dice.randrange(1, 8)},
            "redeem": {"account": account, "unit": unit, "amount": amount},
            "hold": {"account": account, "unit": unit, "amount": amount, "hours": dice.choice([9, 60, 200])},
            "capture": {"held": self.recent("hold"), "amount": some},
            "release": {"held": self.recent("hold"), "amount": some},
            "cancel": {"done": self.recent("spent"), "amount": some},
            "reverse": {"credit": self.recent("accrual"), "pieces": some},
            "activate": {"credit": self.recent("accrual")},
            "adjust": {"account": account, "unit": unit, "amount": amount - 30 or 1},
            "transfer": {"pair": dice.sample(range(3), 3), "unit": unit, "amount": amount},
            "redeem_several": {"account": account, "wanted": [(unit, amount), (unit, 9), ("owed", 4), ("quiet", 9)]},
            "ask_again": {"number": dice.randrange(100)},
            "wait": {"hours": dice.choice([1, 2, 9, 19, 25])},
        }
        return facts.get(deed, {})

    def recent(self, kind: str) -> Thing:
        """One of the newest."""
        return self.dice.choice(self.things[kind][-12:])


MAKES = {"earn": "accrual", "redeem": "spent", "redeem_several": "spent", "hold": "hold", "capture": "spent"}


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 12))])
def test_a_long_life_by_dice_is_the_same_in_both(ledger: LedgerWorld, seed: int) -> None:
    machine = Ledger(ledger)
    walk = Walk(machine, seed)

    for _ in range(WALK):
        walk.step()

    machine.teardown()
    kinds = {kind for (kind,) in ledger.rows(select(journal.c.kind).where(journal.c.account_id.in_(machine.ids)))}
    assert kinds >= {"accrual", "redemption", "hold", "capture", "release", "cancellation", "expiry", "reversal",
                     "adjustment", "transfer_in", "transfer_out"}
