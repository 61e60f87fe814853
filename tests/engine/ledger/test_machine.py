"""Anything in any order: the ledger against a plain list of lots, on both databases."""


from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test as run_machine

from tests.support.ledger_machine import Ledger
from tests.support.ledger_worlds import LedgerWorld

EXAMPLES = max(6, settings().max_examples // 16)  # 100 unless --hypothesis-profile says otherwise
STEPS = 60


def test_the_ledger_is_what_a_plain_list_of_lots_would_be(ledger: LedgerWorld) -> None:
    machine = type("Ledger", (Ledger,), {"__init__": lambda self: Ledger.__init__(self, ledger)})
    run_machine(machine, settings=settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS,
        phases=(Phase.generate,)))  # no shrinking, which takes minutes: the steps of one example are few
