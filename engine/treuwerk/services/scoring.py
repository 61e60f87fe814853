"""A batch of documents, matched and scored: what each line would earn, before the database has its word."""

from collections.abc import Sequence

import attrs

from treuwerk.domain.documents import Document, Fault
from treuwerk.domain.evaluation import ActiveRule, Earned, evaluate
from treuwerk.services.matching import Facts, Ignored, Matched, Matcher, Problem
from treuwerk.services.receipts import Tally
from treuwerk.store.identities import Taken

_AT_ONCE = 500
ScoredAward = tuple[str, int, str, str]
"""Unit, points, the stored explanation of how they came about, and the name of the rule."""
ScoredLine = tuple[int, str, str, str, int, Facts, tuple[ScoredAward, ...]]
"""Account, purchase key, evidence, day, line of the file, facts, awards (none: it earns nothing).

A plain tuple, since it travels between processes by the ten thousand.
"""


@attrs.define
class ScoredBatch:
    """The lines of a batch by purchase key, with those set aside already counted in the tally.

    `cursor` is the last physical line of the batch, `done` the byte of the file up to which it was read.
    """

    tally: Tally
    lines: dict[str, ScoredLine] = attrs.field(factory=dict)
    problems: list[Problem] = attrs.field(factory=list)
    cursor: int = 0
    done: int = 0

    def copy(self) -> "ScoredBatch":
        """A batch to book from, which leaves this one as it is for another attempt."""
        return ScoredBatch(self.tally.copy(), dict(self.lines), list(self.problems), self.cursor, self.done)

    def set_aside(self, problem: Problem) -> None:
        """A line that is not booked, with its reason."""
        self.problems.append(problem)
        if problem.state == "waiting":
            self.tally.waiting += 1
        else:
            self.tally.rejected += 1

    def drop_taken(self, taken: Taken) -> None:
        """Lines whose purchase was claimed before: the same content is a duplicate, another one a conflict."""
        for key, content in taken.items():
            self._meet(self.lines.pop(key), content)

    def add(self, line: ScoredLine) -> None:
        """A line of this batch; the same purchase twice in one file counts once."""
        first = self.lines.setdefault(line[1], line)
        if first is not line:
            self._meet(line, first[2])

    def _meet(self, line: ScoredLine, content: str) -> None:
        _, key, evidence, _, at, facts, _ = line
        if evidence == content:
            self.tally.duplicate += 1
            return
        self.set_aside(Problem(
            at, facts[2], "conflict", f"line {facts[3]} of this document is known with other content; the first one "
            "stays booked. Ask the sender for a correction that says CANCEL or RETURN",
            "rejected", "|".join(map(str, facts)), key))

    def would_book(self) -> None:
        """Count what a booking of this batch would do, for a rehearsal."""
        for line in self.lines.values():
            awards = line[-1]
            self.tally.booked += bool(awards)
            self.tally.transactions += bool(awards)
            self.tally.ignored += not awards
            for unit, points, _, _ in awards:
                self.tally.points[unit] = self.tally.points.get(unit, 0) + points


def score(documents: Sequence[Document], matcher: Matcher, rules: Sequence[ActiveRule]) -> ScoredBatch:
    """Match the lines of a batch and ask the rules about those that may earn, some hundred at a time.

    So few values stay in the processor's cache from one step to the next, which makes this step a tenth faster.
    """
    batch, matched = ScoredBatch(Tally()), list[Matched]()
    for document in documents:
        batch.tally.lines += len(document.lines)
        _note_faults(document.faults, batch)
        for outcome in matcher.match(document):
            if isinstance(outcome, Matched):
                matched.append(outcome)
            elif isinstance(outcome, Ignored):
                batch.tally.ignored += 1
            else:
                batch.set_aside(outcome)
        if len(matched) >= _AT_ONCE:
            _ask_rules(matched, rules, batch)
            matched = []
    _ask_rules(matched, rules, batch)
    return batch


def _note_faults(faults: Sequence[Fault], batch: ScoredBatch) -> None:
    batch.tally.lines += len(faults)
    for fault in faults:
        batch.set_aside(Problem(fault.line or 0, fault.document, fault.code, fault.text, "rejected", fault.raw))


def _ask_rules(matched: Sequence[Matched], rules: Sequence[ActiveRule], batch: ScoredBatch) -> None:
    evaluation = evaluate(rules, [line.event for line in matched])
    doubts, add = evaluation.doubts, batch.add
    for index, (line, earned) in enumerate(zip(matched, evaluation.earned, strict=True)):
        key, evidence, event, facts, at = line
        if doubts and (doubt := doubts.get(index)):
            batch.set_aside(Problem(at, facts[2], doubt.code, doubt.reason, "rejected", "|".join(map(str, facts)), key))
        else:
            add((event.participant.account_id, key, evidence, facts[4], at, facts, stored_awards(earned)))


def stored_awards(earned: Sequence[Earned]) -> tuple[ScoredAward, ...]:
    """Awards as they are booked, with the text by which each will explain itself."""
    return tuple([(award.unit, award.points, by.tapes.of(award.steps).text, by.name) for by, award in earned])
