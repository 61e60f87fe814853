"""What the lines and activities of an earning case are worth together, by the rules over totals."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from treuwerk.domain.counting import ActiveTotal, Counting, count, days_of, worth
from treuwerk.domain.earning import Step
from treuwerk.domain.evaluation import Evaluation
from treuwerk.domain.purchases import EarningEvent
from treuwerk.domain.totals import TotalKey, total_key


class CaseTotal(NamedTuple):
    """Points of a unit that a total is worth, and how they come about."""

    key: TotalKey
    unit: str
    points: int
    steps: tuple[Step, ...]


def worth_of(totals: Sequence[ActiveTotal], events: Sequence[EarningEvent], evaluation: Evaluation) -> list[CaseTotal]:
    """What events are worth together; those that a rule has doubts about count for nothing, and are noted as such."""
    counting = count(totals, events)
    for index, doubt in counting.doubts.items():
        evaluation.doubts.setdefault(index, doubt)
        evaluation.earned[index] = []
    active = {(one.name, one.revision): one for one in totals}
    return [CaseTotal(total_key(total), unit, owed.points, owed.steps)
            for total, days in sorted(_sums(counting, events, evaluation).items())
            for (_, _, unit), owed in worth(active[total_key(total)[:2]], days_of(days)).items()]


def _sums(counting: Counting, events: Sequence[EarningEvent],
          evaluation: Evaluation) -> dict[str, dict[str, tuple[int, int]]]:
    sums: dict[str, dict[str, tuple[int, int]]] = {}
    for total, day, amount in _counted(counting, events, evaluation):
        days = sums.setdefault(total, {})
        before = days.get(day, (0, 0))
        days[day] = before[0] + amount, before[1] + 1
    return sums


def _counted(counting: Counting, events: Sequence[EarningEvent],
             evaluation: Evaluation) -> Iterator[tuple[str, str, int]]:
    for index, counts in counting.counted.items():
        if index not in evaluation.doubts:
            for one in counts:
                yield one.total, events[index].occurred_on.isoformat(), one.amount
