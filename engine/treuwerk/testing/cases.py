"""Running earning cases through the same evaluation that clearing uses.

``treuwerk test`` calls `run_cases`; a bundle's own tests put `earning_cases` under ``pytest.mark.parametrize``.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import attrs

from treuwerk.domain.counting import ActiveTotal
from treuwerk.domain.earning import Step, fold
from treuwerk.domain.evaluation import ActiveRule, Evaluation, evaluate
from treuwerk.domain.limited import within_limits
from treuwerk.domain.limits import Counters, Limits
from treuwerk.domain.participants import Participant, identifier
from treuwerk.domain.purchases import Article, EarningEvent
from treuwerk.domain.reading import plain_number
from treuwerk.programme.errors import Mistake
from treuwerk.programme.limiting import limits_of
from treuwerk.programme.reading import LoadedProgramme, read_programme
from treuwerk.programme.structuring import meant
from treuwerk.testing.case_files import Case, CaseFile, read_case_files
from treuwerk.testing.case_totals import CaseTotal, worth_of
from treuwerk.testing.masters import read_articles

_ANY_ACCOUNT = 1
_ONE_DOCUMENT = "case"


@attrs.frozen
class Outcome:
    """Points by unit, and the codes of all doubts in alphabetical order."""

    points: Mapping[str, int]
    doubts: Sequence[str] = ()

    def __str__(self) -> str:
        """The outcome as one line for a person."""
        points = [f"{points} {unit}" for unit, points in sorted(self.points.items())]
        return ", ".join([*points, *(f"doubt {code}" for code in self.doubts)]) or "nothing"


@attrs.frozen
class CaseFailure:
    """A case that gave something else than it says, with the reason of everything that it gave."""

    file: str
    case: str
    expected: Outcome
    found: Outcome
    explanation: tuple[str, ...]

    def __str__(self) -> str:
        """The failure as a report of a few lines."""
        head = f"{self.file}: {self.case}\n  expected {self.expected}\n  found    {self.found}"
        return "\n".join([head, *(f"    {line}" for line in self.explanation)])

    def as_json(self) -> dict[str, object]:
        """The failure as ``treuwerk test --json`` prints it."""
        return attrs.asdict(self)


@attrs.frozen
class CasesResult:
    """What became of all cases of a folder."""

    passed: int
    failed: tuple[CaseFailure, ...]

    def as_json(self) -> dict[str, object]:
        """The result as ``treuwerk test --json`` prints it."""
        return {"passed": self.passed, "failed": [failure.as_json() for failure in self.failed]}


@attrs.frozen
class EarningCase:
    """One case with its events and the rules of the programme, ready to run."""

    file: str
    case: Case
    events: tuple[EarningEvent, ...] = attrs.field(repr=False)
    rules: tuple[ActiveRule, ...] = attrs.field(repr=False)
    limits: Limits = attrs.field(repr=False)
    totals: tuple[ActiveTotal, ...] = attrs.field(default=(), repr=False)
    """Rules over totals: all lines and activities of a case count together."""

    def failure(self) -> CaseFailure | None:
        """Run the case; None where it gives what it says."""
        evaluation = self._evaluated()
        worth = worth_of(self.totals, self.events, evaluation)
        expected = Outcome({unit: points for unit, points in self.case.points.items() if points},
                           tuple(sorted(self.case.doubts)))
        found = _outcome(evaluation, worth)
        if found == expected:
            return None
        return CaseFailure(self.file, self.case.name, expected, found,
                           (*_explained(self.events, evaluation), *_totalled(worth)))

    def _evaluated(self) -> Evaluation:
        """What rules give within their limits, which begin empty; the lines of a case are one document."""
        documents = [_ONE_DOCUMENT if event.article else "" for event in self.events]
        return within_limits(evaluate(self.rules, self.events), self.events, self.limits, Counters(), documents)

    def check(self) -> None:
        """Run the case in a test.

        Raises:
            AssertionError: with expected, found and the steps behind every point.
        """
        if failure := self.failure():
            raise AssertionError(str(failure))

    def __str__(self) -> str:
        """The name of the case behind that of its file: the id of a parametrised test."""
        return f"{Path(self.file).stem}: {self.case.name}"


def run_cases(programme: LoadedProgramme) -> CasesResult:
    """Run all earning cases of a programme.

    Raises:
        ProgrammeError: with all mistakes in case files and article master.
    """
    cases = cases_of(programme)
    failed = tuple(failure for case in cases if (failure := case.failure()))
    return CasesResult(len(cases) - len(failed), failed)


def earning_cases(folder: Path, given: Mapping[str, object] | None = None) -> list[EarningCase]:
    """The cases of a programme folder for ``@pytest.mark.parametrize("case", …, ids=str)``; call `EarningCase.check`.

    `given` are plugin objects that need no installation, as for `read_programme`.

    Raises:
        ProgrammeError: with all mistakes in programme, case files and article master.
    """
    return cases_of(read_programme(folder, given))


def cases_of(programme: LoadedProgramme) -> list[EarningCase]:
    """The cases of a checked programme, by file name and in the order of their files.

    Raises:
        ProgrammeError: with all mistakes in case files and article master.
    """
    master = read_articles(programme.folder)
    rules, totals, settings = tuple(programme.rules), tuple(programme.totals), programme.settings
    limits = limits_of(settings)
    units = {unit for earning in settings.earning for unit in earning.rule.units} | set(settings.units)
    files = read_case_files(programme.folder,
                            lambda file: _contradictions(file, _articles(file, master), programme, units))
    return [EarningCase(name, case, tuple(_events(case, _articles(file, master), programme)), rules, limits, totals)
            for name, file in files.items() for case in file.case]


def _articles(file: CaseFile, master: Mapping[str, Article]) -> Mapping[str, Article]:
    return {**master, **{identifier(article.number): article for article in file.articles}}


def _contradictions(file: CaseFile, articles: Mapping[str, Article], programme: LoadedProgramme,
                    units: set[str]) -> Iterator[Mistake]:
    names: Counter[str] = Counter()
    for number, case in enumerate(file.case):
        path, groups = f"case[{number}]", programme.settings.groups
        names[case.name] += 1
        if names[case.name] > 1:
            yield Mistake(f"{path}.name", f"{case.name!r} again", "a name that no other case of this file has")
        if case.group not in groups:
            yield _unknown(f"{path}.group", case.group, "a group of the programme", groups)
        for unit in sorted(set(case.points) - units):
            yield _unknown(f"{path}.points.{unit}", unit, "a unit of the programme", units)
        for at, line in enumerate(case.lines):
            if identifier(line.article) not in articles:
                known = {article.number for article in articles.values()}
                yield _unknown(f"{path}.lines[{at}].article", line.article,
                               "an article of master/articles.csv or of this file's articles", known)


def _unknown(path: str, found: str, expected: str, known: Mapping[str, object] | set[str]) -> Mistake:
    listed = f": {', '.join(sorted(known))}" if len(known) < 10 else ""
    return Mistake(path, repr(found), f"{expected}{listed}", meant(found, known))


def _events(case: Case, articles: Mapping[str, Article], programme: LoadedProgramme) -> Iterator[EarningEvent]:
    who = Participant(_ANY_ACCOUNT, case.group, country=case.country, attributes=case.attributes,
                      tiers=((date.min, case.tier),))
    for line in case.lines:
        currency = "" if line.amount is None else programme.settings.programme.currency
        yield EarningEvent(who, case.occurred_on, articles[identifier(line.article)], quantity=line.quantity,
                           amount=line.amount, currency=currency, features=line.features)
    for activity in case.activities:
        for _ in range(activity.times):
            yield EarningEvent(who, case.occurred_on, activity=activity.activity)


def _outcome(evaluation: Evaluation, worth: Sequence[CaseTotal]) -> Outcome:
    points: dict[str, int] = {}
    for earned in evaluation.earned:
        for one in earned:
            points[one.award.unit] = points.get(one.award.unit, 0) + one.award.points
    for total in worth:
        points[total.unit] = points.get(total.unit, 0) + total.points
    return Outcome(points, tuple(sorted(doubt.code for doubt in evaluation.doubts.values())))


def _explained(events: Sequence[EarningEvent], evaluation: Evaluation) -> Iterator[str]:
    for index, event in enumerate(events):
        name = _named(event)
        if doubt := evaluation.doubts.get(index):
            yield f"{name}: doubt {doubt.code}: {doubt.reason}"
        elif not evaluation.earned[index]:
            yield f"{name}: no rule gives points"
        for earned in evaluation.earned[index]:
            by, award = earned.by, earned.award
            yield f"{name}: {by.name} revision {by.revision}: {_told(award.steps)} = {award.points} {award.unit}"
        for by, award, instead in evaluation.dropped.get(index, ()):
            yield f"{name}: {by.name} would give {award.points} {award.unit}, but {instead.name} counts instead"


def _totalled(worth: Sequence[CaseTotal]) -> Iterator[str]:
    for one in worth:
        yield (f"{one.key.period}{f' {one.key.part}' if one.key.part else ''}: {one.key.rule} revision "
               f"{one.key.revision}: {_told(one.steps)} = {one.points} {one.unit}")


def _named(event: EarningEvent) -> str:
    return f"{plain_number(event.quantity)} × {event.article.number}" if event.article else event.activity


def _told(steps: Sequence[Step]) -> str:
    """The steps with the running figure behind each: ``quantity 31, times wp 400 → 12400, …``."""
    told = [f"{step.operation.replace('_', ' ')} {step.name} {step.operand}".rstrip() for step in steps]
    figures = [plain_number(Decimal(figure.numerator) / Decimal(figure.denominator)) for figure in fold(steps)]
    return ", ".join(f"{text} → {figure}" for text, figure in zip(told, figures, strict=True))
