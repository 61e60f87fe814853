"""One programme's answer to the events of a history: the same rules, terms and arithmetic by which clearing books."""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from treuwerk.domain.assemblies import complete_since, worth
from treuwerk.domain.breakdown import points_kept
from treuwerk.domain.earning import Award
from treuwerk.domain.evaluation import ActiveRule, Evaluation, evaluate
from treuwerk.domain.participants import Participant
from treuwerk.domain.purchases import Article, EarningEvent
from treuwerk.domain.simulations import NOTHING, Answer, Given, NewDoubt
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.services.clearing.assembling import delivered
from treuwerk.services.clearing.assembly_scoring import OfOrder, awards_as_json, scorer_of
from treuwerk.services.clearing.matched_lines import Matched
from treuwerk.services.clearing.rates import Rates
from treuwerk.services.clearing.stored_lines import StoredLines
from treuwerk.services.ledger.terms import TermsTable
from treuwerk.services.simulation.limits import SimulatedLimits
from treuwerk.services.simulation.totals import FAILED, SimulatedTotals
from treuwerk.store.assemblies import OrderLine
from treuwerk.store.history import Past

_ID_BITS, _UNTIL_2020 = 21, 1_577_836_800_000  # ids of rows begin with the millisecond in which they were made
_HOUR = 3_600_000


class Known(NamedTuple):
    """An event with who bought and what, and the pieces of it that went back; `never` are those that never came."""

    past: Past
    participant: Participant
    article: Article | None
    back: int = 0
    never: int = 0


class Side:
    """A programme that is asked about the past; `now` tells which points would be open.

    Limits and totals begin empty on the day `since`.
    """

    def __init__(self, programme: LoadedProgramme, now: int, since: str = "") -> None:
        self.settings = programme.settings
        self._rules, self._now = programme.rules, now
        self._stored = StoredLines(Rates(self.settings))
        self._scorer = scorer_of(self.settings.assembly)
        self._start = self.settings.programme.starts_on.isoformat()
        self._limits, self._totals = SimulatedLimits(self.settings), SimulatedTotals(programme.totals)
        self._since = since
        self._terms: dict[int, TermsTable] = {}
        self._lives: dict[tuple[int, str, str, str], bool] = {}

    @property
    def judges_orders(self) -> bool:
        """Whether what an event earns may rest on other lines of its order."""
        return self._scorer is not None

    def answers(self, known: Sequence[Known]) -> list[Answer]:
        """What each event of whole accounts earns, net of what went back."""
        events = [self._event(one) for one in known]
        evaluation, counting = evaluate(self._rules, events), self._totals.counting(events)
        doubts, wholes = {**counting.doubts, **evaluation.doubts}, self._wholes(known, evaluation)
        found = list[Answer]()
        for at, (one, earned) in enumerate(zip(known, evaluation.earned, strict=True)):
            if one.past.day < self._start:
                found.append(NOTHING)
            elif at in doubts:
                found.append(Answer((), doubts[at].code, doubts[at].reason))
            else:
                given = (*(self._given(one, by, award) for by, award in earned), *wholes.get(at, ()))
                if one.past.day >= self._since:
                    given = tuple(self._limits.of(one.past, one.participant, given))
                    pieces = one.past.facts[6] if one.past.facts else 1
                    self._totals.add(one.participant.account_id, one.past.id, one.past.day, pieces, one.back, counting,
                                     at)
                found.append(Answer(tuple(award for award in given if award.points)))
        return found

    def of_totals(self) -> Iterator[tuple[int, Given | NewDoubt]]:
        """What totals are worth of the events that came since this was asked last, each with its account."""
        for one in self._totals.taken():
            if one.reason:
                yield one.account_id, NewDoubt(FAILED, one.reason, "", 1)
            else:
                yield one.account_id, Given(one.rule, one.revision, one.unit, one.points, one.steps, self._is_open(
                    one.row_id, one.rule, one.unit, one.day))

    def served(self) -> Iterator[tuple[int, str, Given]]:
        """What budgets leave of awards that waited for the whole history: account, day and award."""
        return self._limits.served()

    def _event(self, one: Known) -> EarningEvent:
        if one.article is None:
            return EarningEvent(one.participant, self._stored.day(one.past.day), activity=one.past.kind)
        event = self._stored.event(one.past.facts, one.participant, one.article)
        return self._scorer.event(Matched("", "", event, one.past.facts, 0)) if self._scorer else event

    def _given(self, one: Known, by: ActiveRule, award: Award) -> Given:
        points = award.points
        if one.back:
            pieces = one.past.facts[6]
            points = points_kept(points, award.steps, pieces, pieces - one.back)
        return Given(by.name, by.revision, award.unit, points, award.steps,
                     self._is_open(one.past.id, by.name, award.unit, one.past.day))

    def _is_open(self, row_id: int, rule: str, unit: str, day: str) -> bool:
        """Whether points that were booked when the event was would not have expired by now."""
        hour = (row_id >> _ID_BITS) // _HOUR
        key = hour, rule, unit, day
        known = self._lives.get(key)
        if known is None:
            if hour not in self._terms:
                self._terms[hour] = TermsTable(self.settings, (hour * _HOUR + _UNTIL_2020) * 1000)
            ends = self._terms[hour][rule, unit, day].expires_at
            known = self._lives[key] = ends is None or ends > self._now
        return known

    def _wholes(self, known: Sequence[Known], evaluation: Evaluation) -> dict[int, list[Given]]:
        """What lines are worth beside what they earn alone, since the deliveries of their order make a whole."""
        if self._scorer is None:
            return {}
        lines = [Matched(str(at), "", self._stored.event(one.past.facts, one.participant, one.article), one.past.facts,
                         at) for at, one in enumerate(known)
                 if one.article and one.past.facts[11] and at not in evaluation.doubts and one.past.day >= self._start]
        of_orders, _ = self._scorer.of_orders(lines, {line.key: (False,) for line in lines}, self._rules)
        groups: dict[tuple[int, str], list[tuple[int, OfOrder]]] = {}
        for key, of in of_orders.items():
            groups.setdefault((known[int(key)].past.account_id, of.order_key), []).append((int(key), of))
        earned, dropped = evaluation.earned, evaluation.dropped
        return {at: list(self._more(known[at], of, awards_as_json(earned[at], dropped.get(at, ())), since))
                for group in groups.values() for at, of, since in self._complete(known, group)
                if of.awards not in ("", "[]")}

    def _complete(self, known: Sequence[Known],
                  group: Sequence[tuple[int, OfOrder]]) -> Iterator[tuple[int, OfOrder, str]]:
        assert self.settings.assembly is not None, "there is a scorer"
        lines = [delivered(_order_line(known[at], of), {known[at].past[:2]: (known[at].back, known[at].never)})
                 for at, of in group]
        since = complete_since(lines, self.settings.assembly.terms)
        yield from ((at, of, since[known[at].past.id]) for at, of in group if known[at].past.id in since)

    def _more(self, one: Known, of: OfOrder, alone: str, since: str) -> Iterator[Given]:
        pieces = one.past.facts[6]
        owed = worth(json.loads(of.awards), json.loads(alone), pieces, pieces - one.back)
        for (rule, revision, unit), more in owed.items():
            yield Given(rule, revision, unit, more.points, more.steps, self._is_open(one.past.id, rule, unit, since))


def _order_line(one: Known, of: OfOrder) -> OrderLine:
    past = one.past
    return OrderLine(past.account_id, of.order_key, past.id, "", of.brings, of.stated, of.awards, "", "", past.day,
                     past.facts[6], past.facts[0], past.facts[11], "")
