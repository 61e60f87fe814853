"""Rules over totals in a simulation: what counts is added up account by account, by the arithmetic of the booking.

Nothing of it rests on the order of events, so it comes to what the bookings of a total come to in the end.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from treuwerk.domain.counting import ActiveTotal, Counting, count, days_of, worth
from treuwerk.domain.earning import Step
from treuwerk.domain.purchases import EarningEvent
from treuwerk.domain.totals import kept_of, total_key

FAILED = "total_failed"


class OfTotal(NamedTuple):
    """What a total is worth to an account; `day` is the last one on which something counts, `row_id` its event.

    With a `reason` the rule failed, and it is worth nothing.
    """

    account_id: int
    rule: str
    revision: int
    unit: str
    points: int
    steps: tuple[Step, ...]
    day: str
    row_id: int
    reason: str = ""


class SimulatedTotals:
    """The totals of some whole accounts, under the rules of one programme."""

    def __init__(self, totals: Sequence[ActiveTotal]) -> None:
        self._rules = list(totals)
        self._active = {(one.name, one.revision): one for one in totals}
        self._sums: dict[tuple[int, str], dict[str, tuple[int, int]]] = {}
        self._last: dict[tuple[int, str], tuple[str, int]] = {}

    def counting(self, events: Sequence[EarningEvent]) -> Counting:
        """What events count for; a programme without such rules pays for one look."""
        return count(self._rules, events) if self._rules else Counting()

    def add(self, account_id: int, row_id: int, day: str, pieces: int, back: int, counting: Counting, at: int) -> None:
        """Add what is left of what an event counts for."""
        for one in counting.counted.get(at, ()):
            kept = kept_of(one.amount, pieces, back)
            if not kept:
                continue
            of = account_id, one.total
            days = self._sums.setdefault(of, {})
            amount, lines = days.get(day, (0, 0))
            days[day] = amount + kept, lines + 1
            self._last[of] = max(self._last.get(of, ("", 0)), (day, row_id))

    def taken(self) -> Iterator[OfTotal]:
        """What all totals are worth that were added up since this was asked last."""
        for (account_id, total), sums in self._sums.items():
            key = total_key(total)
            try:
                owed = worth(self._active[key.rule, key.revision], days_of(sums))
            except Exception as error:  # a plugin may fail in any way
                yield OfTotal(account_id, key.rule, key.revision, "", 0, (), *self._last[account_id, total], (
                    f"rule {key.rule!r} revision {key.revision} failed on its total of {key.period}: "
                    f"{type(error).__name__}: {error}"))
                continue
            for (rule, revision, unit), one in owed.items():
                yield OfTotal(account_id, rule, revision, unit, one.points, one.steps, *self._last[account_id, total])
        self._sums, self._last = {}, {}
