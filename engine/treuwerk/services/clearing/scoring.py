"""A batch of documents, matched and scored: what each line would earn, before the database has its word."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import attrs

from treuwerk.domain.corrections import Correction, CorrectionKind
from treuwerk.domain.counting import ActiveTotal, Counting, Counts, count
from treuwerk.domain.documents import Document, DocumentKind, Fault
from treuwerk.domain.earning import Doubt
from treuwerk.domain.evaluation import ActiveRule, Earned, evaluate
from treuwerk.domain.failures import PARKED_CODES, Failure
from treuwerk.domain.kept_lines import keep
from treuwerk.services.clearing.assembly_scoring import AssemblyScorer, OfOrder, scorer_of
from treuwerk.services.clearing.correction_matching import withdrawn
from treuwerk.services.clearing.matched_lines import Facts, Ignored, Matched, Problem
from treuwerk.services.clearing.matching import Matcher
from treuwerk.services.clearing.purchase_keys import document_of
from treuwerk.services.clearing.receipts import Tally
from treuwerk.services.clearing.sides import doubt
from treuwerk.store.identities import Taken
from treuwerk.store.ownership import BookedLine

_AT_ONCE = 500
_NOTHING_COUNTS = Counting()
ScoredAward = tuple[str, int, str, str]
"""Unit, points, the stored explanation of how they came about, and the name of the rule."""
ScoredLine = tuple[int, str, str, str, int, Facts, tuple[ScoredAward, ...]]
"""Account, purchase key, evidence, day, line of the file, facts, awards (none: it earns nothing).

A plain tuple, since it travels between processes by the ten thousand.
"""


@attrs.define
class ScoredBatch:
    """The lines of a batch by purchase key, with those set aside already counted in the tally.

    `cursor` is the last physical line of the batch, `done` the byte of the file up to which it was read. `documents`
    are those with such lines, each with other keys under which it may be known; `references` has, by purchase key, the
    delivery notes whose goods a line stands for; `uuids` are those of documents. `last` says that the
    file ends with it. `of_orders` has, by purchase key, what a line is for its order, where the programme says what
    makes a whole. `aliases` are decisions on numbers by which lines were matched. `of_totals` has, by purchase
    key, what a line counts for, where rules over totals take it,
    `failures` those of rules.
    """

    tally: Tally
    lines: dict[str, ScoredLine] = attrs.field(factory=dict)
    problems: list[Problem] = attrs.field(factory=list)
    corrections: dict[str, Correction] = attrs.field(factory=dict)
    cursor: int = 0
    done: int = 0
    documents: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    references: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    uuids: dict[str, str] = attrs.field(factory=dict)
    last: bool = False
    of_orders: dict[str, OfOrder] = attrs.field(factory=dict)
    aliases: frozenset[int] = frozenset()
    of_totals: dict[str, Sequence[Counts]] = attrs.field(factory=dict)
    failures: Counter[Failure] = attrs.field(factory=Counter)

    def copy(self) -> "ScoredBatch":
        """A batch to book from, which leaves this one as it is for another attempt."""
        return ScoredBatch(self.tally.copy(), dict(self.lines), list(self.problems), dict(self.corrections),
                           self.cursor, self.done, self.documents, self.references, self.uuids, self.last,
                           self.of_orders, self.aliases, self.of_totals, self.failures)

    def set_aside(self, problem: Problem) -> None:
        """A line that is not booked, with its reason."""
        self.problems.append(problem)
        if problem.state == "waiting":
            self.tally.waiting += 1
        elif problem.state == "ignored":
            self.tally.ignored += 1
        else:
            self.tally.rejected += 1

    def set_beside(self, at: int, document: str, code: str, reason: str) -> None:
        """Something to know about a line, or about a document (0), that changes nothing."""
        self.problems.append(Problem(at, document, code, reason, "warning"))

    def drop_taken(self, taken: Taken, booked: Mapping[str, BookedLine]) -> None:
        """Lines whose purchase was claimed before: the same content is a duplicate, another one a conflict.

        `booked` are the lines of the conflicts, to show both sides.
        """
        for key, content in taken.items():
            self._meet(self.lines.pop(key), content, [booked[key]] if key in booked else [])

    def add(self, line: ScoredLine) -> None:
        """A line of this batch; the same purchase twice in one file counts once."""
        first = self.lines.setdefault(line[1], line)
        if first is not line:
            self._meet(line, first[2], [])

    def correct(self, correction: Correction) -> None:
        """A correction of this batch; the same one twice counts once, the parts of a long document are one."""
        first = self.corrections.setdefault(correction.key, correction)
        if first is correction:
            return
        if correction.kind is CorrectionKind.WITHDRAW:
            self.corrections[first.key] = first._replace(lines=first.lines + correction.lines)
        elif first.content == correction.content:
            self.tally.duplicate += correction.lines
        else:
            self.contradict(correction)

    def contradict(self, correction: Correction) -> None:
        """A correction that is known with other content."""
        for _ in range(correction.lines):
            self.set_aside(Problem(
                correction.at, correction.document, "conflict", "this line of a correction is known with other "
                "content; the first one counts. Ask the sender which of them is right", "rejected", "",
                correction.key))

    def _meet(self, line: ScoredLine, content: str, booked: Sequence[BookedLine]) -> None:
        if line[2] == content:
            self.tally.duplicate += 1
            return
        self.set_aside(doubt(
            line, "conflict", booked, f"line {line[5][3]} of this document is known with other content; the "
            "first one stays booked. Ask the sender for a correction that says CANCEL or RETURN", "rejected"))

    def would_book(self) -> None:
        """Count what a booking of this batch would do, for a rehearsal."""
        for line in self.lines.values():
            awards = line[-1]
            self.tally.booked += bool(awards)
            self.tally.transactions += bool(awards)
            self.tally.ignored += not awards
            for unit, points, _, _ in awards:
                self.tally.points[unit] = self.tally.points.get(unit, 0) + points


def score(documents: Sequence[Document], matcher: Matcher, rules: Sequence[ActiveRule],
          totals: Sequence[ActiveTotal] = ()) -> ScoredBatch:
    """Match the lines of a batch and ask the rules about those that may earn, some hundred at a time.

    So few values stay in the processor's cache from one step to the next, which makes this step a tenth faster.
    """
    batch, matched, scorer = ScoredBatch(Tally()), list[Matched](), scorer_of(matcher.assembly)
    documents = [matcher.dated(one) if one.delivered_at else one for one in documents]
    held = scorer.held(documents) if scorer else {}
    for document in documents:
        batch.tally.lines += len(document.lines) or withdrawn(document)
        _note_faults(document.faults, batch)
        behind = len(matched)
        for outcome in _matched(document, matcher, scorer, held):
            if isinstance(outcome, Matched):
                matched.append(outcome)
            elif isinstance(outcome, Ignored):
                batch.tally.ignored += 1
            elif isinstance(outcome, Correction):
                batch.correct(outcome)
            else:
                batch.set_aside(outcome)
        if len(matched) > behind:
            _note_document(document, matcher, matched[behind].key, batch)
        if len(matched) >= _AT_ONCE:
            _ask_rules(matched, rules, totals, batch, scorer, documents)
            matched = []
    _ask_rules(matched, rules, totals, batch, scorer, documents)
    if matcher.used:
        batch.aliases = frozenset(matcher.used)
        matcher.used.clear()
    return batch


def _matched(document: Document, matcher: Matcher, scorer: AssemblyScorer | None,
             held: Mapping[str, str]) -> Iterable[Matched | Correction | Problem | Ignored]:
    """What becomes of the lines of a document before rules are asked."""
    outcomes = matcher.match(document)
    if scorer is None or document.number not in held:
        return outcomes
    return [scorer.set_aside(outcome, document, held[document.number]) for outcome in outcomes]


def _note_document(document: Document, matcher: Matcher, key: str, batch: ScoredBatch) -> None:
    """A document some of whose lines may earn; `key` is that of one of its purchases."""
    named = document_of(key)
    batch.documents[named] = matcher.former_keys(document)
    if document.uuid:
        batch.uuids[document.uuid] = named
    if document.kind is not DocumentKind.DELIVERY:
        batch.references.update(matcher.references(document))


def _note_faults(faults: Sequence[Fault], batch: ScoredBatch) -> None:
    errors = [fault for fault in faults if fault.severity == "error"]  # a warning takes no line away
    batch.tally.lines += len(errors)
    for fault in errors:
        batch.set_aside(Problem(fault.line or 0, fault.document, fault.code, fault.text, "rejected", fault.raw))


def _ask_rules(matched: Sequence[Matched], rules: Sequence[ActiveRule], totals: Sequence[ActiveTotal],
               batch: ScoredBatch, scorer: AssemblyScorer | None, documents: Sequence[Document]) -> None:
    events = [scorer.event(line) if scorer else line.event for line in matched]
    evaluation, counting = evaluate(rules, events), count(totals, events) if totals else _NOTHING_COUNTS
    doubts, add = {**counting.doubts, **evaluation.doubts}, batch.add
    batch.failures += evaluation.failures
    as_read = _as_read(doubts, matched, documents) if doubts else {}
    for index, (line, earned) in enumerate(zip(matched, evaluation.earned, strict=True)):
        key, evidence, event, facts, at = line
        if doubts and (doubt := doubts.get(index)):
            batch.set_aside(_doubted(line, doubt, as_read))
        else:
            add((event.participant.account_id, key, evidence, facts[4], at, facts, stored_awards(earned)))
    batch.of_totals |= {matched[index].key: counts for index, counts in counting.counted.items()
                        if index not in doubts and batch.lines[matched[index].key][2] == matched[index].evidence}
    if scorer:
        of_orders, amiss = scorer.of_orders(matched, batch.lines, rules)
        batch.of_orders |= of_orders
        batch.problems += amiss


def _doubted(line: Matched, doubt: Doubt, as_read: Mapping[tuple[str, int], str]) -> Problem:
    """A line that a rule has doubts about; where the rule itself is amiss, it is kept as it came and waits."""
    key, _, _, facts, at = line
    parked = doubt.code in PARKED_CODES
    payload = as_read.get((facts[2], at)) if parked else None
    return Problem(at, facts[2], doubt.code, doubt.reason, "waiting" if parked else "rejected",
                   payload or "|".join(map(str, facts)), key)


def _as_read(doubts: Mapping[int, Doubt], matched: Sequence[Matched],
             documents: Sequence[Document]) -> dict[tuple[str, int], str]:
    """Lines that wait for a rule as they came, by document and physical line, to be matched anew."""
    wanted = {(matched[index].facts[2], matched[index].at) for index, doubt in doubts.items()
              if doubt.code in PARKED_CODES}
    return {(document.number, line.at): keep(document, line) for document in documents for line in document.lines
            if (document.number, line.at) in wanted} if wanted else {}


def stored_awards(earned: Sequence[Earned]) -> tuple[ScoredAward, ...]:
    """Awards as they are booked, with the text by which each will explain itself."""
    return tuple([(award.unit, award.points, by.tapes.of(award.steps).text, by.name) for by, award in earned])
