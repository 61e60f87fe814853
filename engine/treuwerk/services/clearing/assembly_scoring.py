"""Lines of orders that may make a whole: what they bring of it, and what they would earn as part of it.

What a line earns as part of a whole is worked out with what it earns alone, by the rules of its day, and kept: whether
it is one turns out later, and nothing but the difference is booked then.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from treuwerk.domain.assemblies import INSTEAD
from treuwerk.domain.corrections import Correction
from treuwerk.domain.documents import Document
from treuwerk.domain.entries import UPLOAD
from treuwerk.domain.evaluation import ActiveRule, Earned, evaluate
from treuwerk.domain.purchases import EarningEvent
from treuwerk.domain.stacking import Dropped, displaced
from treuwerk.programme.settings import Assembly, MissingFeature
from treuwerk.services.clearing.matched_lines import Ignored, Matched, Problem
from treuwerk.services.clearing.purchase_keys import order_key

UNKNOWN = "unknown_feature"
"""The code of a value that a feature does not have, whether a reader finds it or this module."""
HELD = "document_held"
Outcome = Matched | Correction | Problem | Ignored


class OfOrder(NamedTuple):
    """What a line is for its order: `awards` are what it earns as part of a whole, where nobody says whether it is."""

    order_key: str
    brings: str
    stated: str
    awards: str = ""


class AssemblyScorer:
    """Completes what the lines of a batch say by the terms of the programme."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._brings: dict[str, str] = {}
        self._filled: dict[tuple[tuple[str, str], ...], tuple[Mapping[str, str], Mapping[str, str]]] = {}

    def held(self, documents: Sequence[Document]) -> Mapping[str, str]:
        """Documents, by number, one line of which has a value that nobody knows, each with why.

        Such a document earns nothing as a whole: what one of its lines is decides about all of them.
        """
        found: dict[str, str] = {}
        for document in documents:
            for fault in document.faults:
                if fault.code == UNKNOWN and fault.severity == "error":
                    found.setdefault(fault.document or document.number, f"line {fault.line}: {fault.text}")
            for line in document.lines:
                value = line.features.get(self._assembly.feature, "")
                if value and value not in (self._assembly.complete, self._assembly.alone):
                    found.setdefault(document.number, (
                        f"line {line.id}: {self._assembly.feature}: found {value!r}, expected "
                        f"{self._assembly.complete} or {self._assembly.alone}; ask the sender to correct it"))
        return found

    @staticmethod
    def set_aside(outcome: Outcome, document: Document, why: str) -> Outcome:
        """A line of a document that earns nothing as a whole."""
        if not isinstance(outcome, Matched):
            return outcome
        return Problem(outcome.at, document.number, HELD, (
            f"nothing of document {document.number} is booked, since it does not say whether it is complete: {why}"),
            "waiting", "|".join(map(str, outcome.facts)), outcome.key)

    def event(self, line: Matched) -> EarningEvent:
        """What rules are asked about: a line that says nothing counts alone, for the time being."""
        if not self._is_silent(line):
            return line.event
        return line.event._replace(features=self._both(line.event.features)[0])

    def _is_silent(self, line: Matched) -> bool:
        """Whether nobody says what a line is, and nobody has to: who enters a reported purchase chooses it."""
        return (self._assembly.missing is not MissingFeature.REFUSE and line.facts[0] != UPLOAD
                and not line.event.features.get(self._assembly.feature))

    def _both(self, features: Mapping[str, str]) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The features of a line alone, and as part of a whole; equal ones are the same mapping."""
        key, feature = tuple(features.items()), self._assembly.feature
        known = self._filled.get(key)
        if known is None:
            if len(self._filled) > 10_000:
                self._filled.clear()
            known = self._filled[key] = ({**features, feature: self._assembly.alone},
                                         {**features, feature: self._assembly.complete})
        return known

    def of_orders(self, lines: Sequence[Matched], known: Mapping[str, Sequence[Any]],
                  rules: Sequence[ActiveRule]) -> tuple[dict[str, OfOrder], list[Problem]]:
        """What lines are for their orders, by purchase; and what is amiss. `known` are the lines that were scored."""
        mine = [line for line in lines if line.key in known]
        silent = [line for line in mine if self._is_silent(line)]
        derived = [line for line in silent if line.facts[11] and self._assembly.missing is MissingFeature.DERIVE]
        whole = evaluate(rules, [line.event._replace(features=self._both(line.event.features)[1]) for line in derived])
        awards = {line.key: "" if at in whole.doubts else awards_as_json(earned, whole.dropped.get(at, ()))
                  for at, (line, earned) in enumerate(zip(derived, whole.earned, strict=True))}
        found = {line.key: self._of_order(line, awards.get(line.key, "")) for line in mine
                 if line.facts[11] and self._assembly.parts}
        return ({key: one for key, one in found.items() if one.brings != "{}" or one.awards},
                [self._silence(line) for line in silent if line.key not in awards and known[line.key][-1]])

    def _of_order(self, line: Matched, awards: str) -> OfOrder:
        stated = line.event.features.get(self._assembly.feature, "") or ("" if awards else self._assembly.alone)
        return OfOrder(order_key(line.facts[1], line.facts[11]), self._written(line), stated, awards)

    def _written(self, line: Matched) -> str:
        article = line.event.article
        if article is None:
            return "{}"
        known = self._brings.get(article.number)
        if known is None:
            brings = self._assembly.brings(article.kind, article.attributes)
            known = self._brings[article.number] = json.dumps({name: f"{each:f}" for name, each in brings.items()})
        return known

    def _silence(self, line: Matched) -> Problem:
        """That a line does not say whether it is part of a whole, and nothing else tells it."""
        why = "names no order by whose parts it could be told" if self._assembly.missing is MissingFeature.DERIVE \
            else "does not say it"
        return Problem(line.at, line.facts[2], "feature_missing", (
            f"{self._assembly.feature}: found nothing, expected {self._assembly.complete} or {self._assembly.alone}; "
            f"it is booked as {self._assembly.alone}, since it {why}. Ask the sender to say it"), "warning")


def awards_as_json(earned: Sequence[Earned], dropped: Sequence[Dropped[ActiveRule]]) -> str:
    """Awards as the journal explains them, each with the rules that do not count beside it if there are any."""
    return "[" + ",".join(
        f'{{"unit":"{award.unit}","points":{award.points}{_instead(by, dropped)},{by.tapes.of(award.steps).text}}}'
        for by, award in earned) + "]"


def _instead(by: ActiveRule, dropped: Sequence[Dropped[ActiveRule]]) -> str:
    names = displaced(by, dropped) if by.standing.group else []
    return f',"{INSTEAD}":{json.dumps(names)}' if names else ""


def scorer_of(assembly: Assembly | None) -> AssemblyScorer | None:
    """The scorer of a programme; None where it does not say what makes a whole."""
    return AssemblyScorer(assembly) if assembly else None
