"""Caps and budgets that contradict themselves, their rule or the programme they stand in."""

from collections.abc import Iterator

from treuwerk.domain.limits import Scope, Stretch
from treuwerk.programme.errors import Mistake
from treuwerk.programme.settings import CODE, Budget, Cap, Earning, Settings
from treuwerk.programme.structuring import meant


def contradicting_limits(settings: Settings) -> Iterator[Mistake]:
    """All contradictions of limits, each with its path."""
    used = set[str]()
    for number, earning in enumerate(settings.earning):
        path, code = f"earning[{number}]", earning.head.budget
        yield from _caps(f"{path}.caps", earning)
        if code:
            used.add(code)
            yield from _named(f"{path}.budget", code, earning, settings)
    for code, budget in settings.budgets.items():
        yield from _budget(f"budgets.{code}", code, budget, settings, used=code in used)


def _caps(path: str, earning: Earning) -> Iterator[Mistake]:
    seen = set[tuple[Scope, Stretch, str]]()
    for number, cap in enumerate(earning.head.caps):
        where, units = f"{path}[{number}]", sorted(earning.rule.units)
        if cap.per is Scope.DOCUMENT and cap.period is not Stretch.EVER:
            yield Mistake(f"{where}.period", f"{cap.period.value!r} of a cap per document", "no period",
                          "a document has one day; leave it out, or count per participant")
        if cap.unit and cap.unit not in units:
            yield Mistake(f"{where}.unit", f"unit {cap.unit!r}", f"a unit of this rule: {', '.join(units)}",
                          meant(cap.unit, units))
        for unit in [cap.unit] if cap.unit else units:
            if (cap.per, cap.period, unit) in seen:
                yield Mistake(where, f"{_told(cap)} for {unit} again", "each once for a unit", "keep the lower one")
            seen.add((cap.per, cap.period, unit))


def _told(cap: Cap) -> str:
    return f"a cap per {cap.per.value}" + ("" if cap.per is Scope.DOCUMENT else f" and {cap.period.value}")


def _named(path: str, code: str, earning: Earning, settings: Settings) -> Iterator[Mistake]:
    names = sorted(settings.budgets)
    if code not in settings.budgets:
        yield Mistake(path, f"budget {code!r}", f"a table [budgets.<code>]: {', '.join(names) or 'there is none'}",
                      meant(code, names))
    elif (unit := settings.budgets[code].unit) not in earning.rule.units:
        yield Mistake(path, f"budget {code!r} of {unit}", "a budget of a unit that the rule gives: "
                      f"{', '.join(sorted(earning.rule.units))}")


def _budget(path: str, code: str, budget: Budget, settings: Settings, *, used: bool) -> Iterator[Mistake]:
    if not CODE.fullmatch(code):
        yield Mistake(path, repr(code), "a code of small letters, digits and _, such as spring_2026")
    if not used:
        yield Mistake(path, "a budget that no rule names", "its code as 'budget' of an [[earning]] table",
                      "name it there, or take it out")
    if budget.unit not in settings.units:
        names = sorted(settings.units)
        yield Mistake(f"{path}.unit", f"unit {budget.unit!r}", f"a unit of this programme: {', '.join(names)}",
                      meant(budget.unit, names))
    if (budget.points is None) == (budget.money is None):
        yield Mistake(path, "points and money" if budget.points else "neither points nor money", "one of the two")
    elif (budget.money is None) != (budget.worth is None):
        yield Mistake(f"{path}.worth", "points with worth" if budget.points else "money without worth",
                      "worth beside money, and only there", "worth = 850: 1,000 points are worth 8.50")
    elif not budget.most:
        yield Mistake(path, f"money = {budget.money} where 1,000 points are worth {budget.worth}",
                      "enough for one point at least")
