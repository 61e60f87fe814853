"""The caps and budgets of a programme in words of the domain."""

from collections.abc import Iterator, Mapping

from treuwerk.domain.limits import BUDGET, CAP, Limit, Limits, Revision, Scope
from treuwerk.programme.settings import Budget, Earning, Settings


def limits_of(settings: Settings) -> Limits:
    """All limits of all revisions. Revisions of one rule share its counters, rules with one budget share that."""
    revisions: dict[str, list[Revision]] = {}
    for earning in settings.earning:
        head = earning.head
        revisions.setdefault(head.name, []).append(
            Revision([*_caps(earning), *_budget(earning, settings.budgets)], head.valid_from, head.valid_until))
    return Limits(revisions)


def _caps(earning: Earning) -> Iterator[Limit]:
    for cap in earning.head.caps:
        word = cap.per.value if cap.per is Scope.DOCUMENT else cap.period.value
        for unit in [cap.unit] if cap.unit else sorted(earning.rule.units):
            yield Limit(f"{CAP}|{earning.head.name}|{unit}|{word}", f"{CAP} {word}", unit, cap.points, cap.period,
                        cap.per)


def _budget(earning: Earning, budgets: Mapping[str, Budget]) -> Iterator[Limit]:
    code = earning.head.budget
    if code:
        budget = budgets[code]
        yield Limit(f"{BUDGET}|{code}", f"{BUDGET} {code}", budget.unit, budget.most, budget.period)
