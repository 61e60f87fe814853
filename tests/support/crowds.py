"""Many at once: works that begin together, and what came of each."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from treuwerk.domain.refusals import Refusal

Work = Callable[[], Any]


def all_at_once(works: Sequence[Work]) -> list[Any]:
    """What each work returned, or how the ledger refused it. Any other error is one of the test."""
    barrier = Barrier(len(works))

    def run(work: Work) -> Any:
        barrier.wait()
        try:
            return work()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def done(outcomes: Sequence[Any]) -> list[Any]:
    """Those that were not refused."""
    return [outcome for outcome in outcomes if not isinstance(outcome, Refusal)]


def refusals(outcomes: Sequence[Any]) -> Counter[str]:
    """How often the ledger refused for which reason."""
    return Counter(outcome.code for outcome in outcomes if isinstance(outcome, Refusal))
