"""What every rule over totals must keep: one call of `check_total_rule` in a test holds a rule against it."""

import pickle
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from hypothesis.strategies import SearchStrategy

from treuwerk.domain.counting import ActiveTotal, count, worth
from treuwerk.domain.evaluation import Misbehaviour
from treuwerk.domain.purchases import EarningEvent
from treuwerk.domain.totals import DayTotal, Goal, TotalRule, last_day, ordinal
from treuwerk.testing.contract import BrokenContract
from treuwerk.testing.strategies import events as any_events

_MOST_EVENTS, _MOST_DAYS = 8, 12
_QUIET: dict[str, Any] = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


def check_total_rule(rule: TotalRule, events: SearchStrategy[EarningEvent] | None = None, examples: int = 100) -> None:
    """Hold a rule over totals, with its settings bound, against the contract of such rules.

    The clauses: at least one of the events counts, and some total earns; nothing is worth nothing; what events count
    for is the same whole, split, in another order and asked again, and so is what days are worth; amounts are exact
    decimals of zero or more, points whole, in declared units, each unit at most once, with steps that fold to them; the
    next goal lies ahead and not behind the end of its period; the rule can be pickled for another process.

    Args:
        rule: the rule, as ``build`` of its kind returns it.
        events: events that the rule is meant for, best from ``treuwerk.testing.strategies``; left out: any.
        examples: how many batches and periods are tried.

    Raises:
        BrokenContract: for the smallest batch or period that breaks a clause.
    """
    source, active = any_events() if events is None else events, ActiveTotal("rule", 1, rule)
    restored = ActiveTotal("rule", 1, pickle.loads(pickle.dumps(rule)))  # noqa: S301 - our own bytes
    if list(rule.counts([])):
        raise BrokenContract("empty batch: found answers to no events, expected none")
    if worth(active, []):
        raise BrokenContract("nothing is worth nothing: found an award where nothing counts")
    _check_that_something_counts(active, source, examples)
    _check_batches(active, restored, source, examples)
    _check_worth(active, restored, examples)


def _check_that_something_counts(active: ActiveTotal, source: SearchStrategy[EarningEvent], examples: int) -> None:
    quiet: Any = settings(max_examples=10 * examples, phases=[Phase.generate], **_QUIET)
    try:
        find(source, lambda event: bool(_counts(active, [event])[0]), settings=quiet)
        find(_days(active), lambda days: bool(_worth(active, days)), settings=quiet)
    except NoSuchExample:
        raise BrokenContract(f"something counts and earns: found nothing in {10 * examples} tries; give "
                             "check_total_rule a strategy with events that the rule is meant for") from None


def _check_batches(active: ActiveTotal, restored: ActiveTotal, source: SearchStrategy[EarningEvent],
                   examples: int) -> None:
    @settings(max_examples=examples, phases=[Phase.generate, Phase.shrink], **_QUIET)
    @given(st.lists(source, max_size=_MOST_EVENTS), st.data())
    def hold(batch: list[EarningEvent], data: st.DataObject) -> None:
        before, answers = repr(batch), _counts(active, batch)
        order = data.draw(st.permutations(range(len(batch))), label="order")
        cut = data.draw(st.integers(0, len(batch)), label="cut")
        ordered = _counts(active, [batch[at] for at in order])
        _check_same(answers, _counts(restored, batch), "asked again after pickling")
        _check_same(answers, [ordered[order.index(at)] for at in range(len(batch))], f"asked in the order {order}")
        _check_same(answers, _counts(active, batch[:cut]) + _counts(active, batch[cut:]), f"split before event {cut}")
        if repr(batch) != before:
            raise BrokenContract("no mutation: the rule changed its events; build new values instead")

    hold()


def _counts(active: ActiveTotal, batch: Sequence[EarningEvent]) -> list[list[str]]:
    """What each event counts for, in a form that can be compared."""
    counting = count([active], batch)
    failed = [doubt.reason for doubt in counting.doubts.values() if doubt.code == "rule_failed"]
    if failed:
        raise BrokenContract(failed[0])
    return [[doubt.code] if (doubt := counting.doubts.get(at)) else sorted(map(str, counting.counted.get(at, [])))
            for at in range(len(batch))]


def _check_worth(active: ActiveTotal, restored: ActiveTotal, examples: int) -> None:
    @settings(max_examples=examples, phases=[Phase.generate, Phase.shrink], **_QUIET)
    @given(_days(active))
    def hold(days: list[DayTotal]) -> None:
        _check_same([_worth(active, days)], [_worth(restored, days)], "worked out again after pickling")
        today = days[-1].day if days else date(2026, 5, 4)
        if (goal := active.rule.missing(days, today)) is not None:
            _check_goal(active.rule, goal, today)

    hold()


def _worth(active: ActiveTotal, days: Sequence[DayTotal]) -> dict[Any, Any]:
    try:
        return dict(worth(active, days))
    except Misbehaviour as error:
        raise BrokenContract(f"worth of a total: the rule {error}") from error


def _check_goal(rule: TotalRule, goal: Goal, today: date) -> None:
    if goal.needed <= goal.counted or goal.unit not in rule.units:
        raise BrokenContract(f"goals lie ahead: found {goal!r}, expected more than what is there, in a declared unit")
    if goal.until is not None and goal.until < today:
        raise BrokenContract(f"goals can be reached: found {goal.until}, expected {today} or later")


def _days(active: ActiveTotal) -> SearchStrategy[list[DayTotal]]:
    """Days of one period with something that counts, going up."""
    first = st.dates(date(2024, 1, 1), date(2028, 12, 31))
    return first.flatmap(lambda day: st.lists(
        st.builds(DayTotal, st.dates(*_ends(active.rule, day)), st.decimals(Decimal("0.01"), Decimal(10_000), places=2),
                  st.integers(1, 50)), max_size=_MOST_DAYS, unique_by=lambda one: one.day).map(sorted))


def _ends(rule: TotalRule, day: date) -> Iterator[date]:
    last = last_day(rule.period, day)
    if last is None:
        return iter((date(2024, 1, 1), date(2028, 12, 31)))
    first = day
    while first.day > 1 or (first.month > 1 and ordinal(rule.period, first.replace(month=first.month - 1))
                            == ordinal(rule.period, day)):
        first = first.replace(day=1) if first.day > 1 else first.replace(month=first.month - 1)
    return iter((first, last))


def _check_same(whole: Sequence[object], other: Sequence[object], how: str) -> None:
    if repr(whole) != repr(other):
        raise BrokenContract(f"the same answers {how}: found {other!r:.400}, expected {whole!r:.400}; a rule may "
                             "not remember other events or depend on their order")
