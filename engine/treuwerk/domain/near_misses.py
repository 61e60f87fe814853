"""Why not, and what is missing: the rules that gave nothing for an event, or could have given more.

Nothing is guessed: an event is changed as a hint says, and the real rules are asked about it. A hint is kept only where
they give more.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import attrs

from treuwerk.domain.conditions import (
    Fact,
    Instead,
    Judged,
    TellsWhatIsMissing,
    changed,
    found_in,
    in_window,
    judged,
    remedy,
)
from treuwerk.domain.eligibility import EVERYTHING
from treuwerk.domain.evaluation import ActiveRule, evaluate
from treuwerk.domain.purchases import EarningEvent

NEAR = timedelta(days=31)
"""How far from the day of an event a rule may have begun or ended to be looked at."""
MOST_WAYS = 3
_PROPOSALS = 20  # of one rule; a plugin that goes on is cut off
_OF_THE_ARTICLE = frozenset({Fact.GOODS, Fact.KIND, Fact.NUMBER, Fact.LEFT_OUT, Fact.ARTICLE, Fact.RULE})

_UNSPOKEN = frozenset({Fact.RULE, Fact.GOODS, Fact.LEFT_OUT})


@attrs.frozen
class Way:
    """What an event would have to have, and the points that it would earn more then, by unit.

    They are those of all rules together: a rule may give less then, or stand back.
    """

    instead: tuple[Instead, ...]
    points: Mapping[str, int]


@attrs.frozen
class Considered:
    """One revision of a rule that was looked at: its conditions, what it gives, and ways to more."""

    rule: str
    revision: int
    conditions: tuple[Judged, ...]
    gave: Mapping[str, int]
    ways: tuple[Way, ...] = ()
    hint: bool = True
    """Whether the programme shows it to participants."""

    @property
    def held(self) -> list[Judged]:
        """Conditions that hold and that a reader would miss."""
        return [one for one in self.conditions if one.holds and one.fact not in _UNSPOKEN]

    @property
    def failed(self) -> list[Judged]:
        """Conditions that do not hold."""
        return [one for one in self.conditions if not one.holds]

    @property
    def is_of_other_goods(self) -> bool:
        """Whether it is for other articles, so that nothing about the purchase would have helped."""
        return not self.ways and any(one.fact in _OF_THE_ARTICLE for one in self.failed)

    def is_told(self, today: date) -> bool:
        """Whether a participant is told: there was a way, and the rule is no secret any more."""
        window = next((one for one in self.conditions if one.fact is Fact.WINDOW), None)
        return self.hint and bool(self.ways) and not (window and window.first and window.first > today)


@attrs.frozen
class Considering:
    """All rules that were looked at, those that nearly applied first. `failures` are plugins that lost their hints."""

    rules: tuple[Considered, ...]
    failures: tuple[str, ...] = ()


@attrs.define
class _Look:
    """A rule with its conditions, and the facts that may bring more by it."""

    active: ActiveRule
    conditions: tuple[Judged, ...]
    proposals: list[tuple[Instead, ...]] = attrs.field(factory=list)


def consider(rules: Sequence[ActiveRule], event: EarningEvent) -> Considering:
    """Look at every rule of the day of an event, and at those that began or ended near it."""
    near = _near(rules, event.occurred_on)
    failures: list[str] = []
    looks = [_look(active, near, event, failures) for active in near]
    tried = [(look, facts, changed(event, facts)) for look in looks for facts in look.proposals]
    before, *after = _given(near, [event, *(one for *_, one in tried)])
    ways: dict[int, list[Way]] = {}
    for (look, facts, _), given in zip(tried, after, strict=True):
        key = id(look.active)
        more = _more(before, given)
        if given[key] - before[key] and any(points > 0 for points in more.values()):
            ways.setdefault(key, []).append(Way(_with_found(event, facts), more))
    told = [_told(look, before[id(look.active)], ways.get(id(look.active), [])) for look in looks]
    return Considering(tuple(sorted(told, key=_nearness)), tuple(failures))


def _told(look: _Look, gave: Counter[str], ways: Sequence[Way]) -> Considered:
    """What is told of a rule; one that would give something and does not has given way to another one."""
    conditions = look.conditions
    if not gave and all(one.holds for one in conditions):
        conditions = (*conditions, Judged(Fact.PLACE, holds=False))
    return Considered(look.active.name, look.active.revision, conditions, dict(gave), tuple(ways[:MOST_WAYS]),
                      look.active.hint)


def _more(before: Mapping[int, Counter[str]], after: Mapping[int, Counter[str]]) -> dict[str, int]:
    """What all rules together give more, or below zero less, by unit."""
    more = sum(after.values(), Counter[str]())
    more.subtract(sum(before.values(), Counter[str]()))
    return {unit: points for unit, points in more.items() if points}


def _near(rules: Sequence[ActiveRule], day: date) -> list[ActiveRule]:
    """Of each rule the revisions of the day, else the nearest one that is not far."""
    by_name: dict[str, list[ActiveRule]] = {}
    for active in rules:
        if _distance(active, day) <= NEAR:
            by_name.setdefault(active.name, []).append(active)
    return [active for revisions in by_name.values() for active in _of_day(revisions, day)]


def _of_day(revisions: Sequence[ActiveRule], day: date) -> Sequence[ActiveRule]:
    current = [active for active in revisions if not _distance(active, day)]
    return current or [min(revisions, key=lambda active: _distance(active, day))]


def _distance(active: ActiveRule, day: date) -> timedelta:
    return max(active.valid_from - day, day - active.valid_until, timedelta())


def _look(active: ActiveRule, near: Sequence[ActiveRule], event: EarningEvent, failures: list[str]) -> _Look:
    asked = conditions_of(active, event)
    facts = _remedies(active, asked, event)
    itself = Judged(Fact.RULE, bool(_bare(active, near, event)))
    look = _Look(active, (*asked, itself))
    if facts is None:
        return look
    look.proposals = [facts] if facts else []
    try:
        look.proposals += [(*facts, *more) for more in _proposed(active, changed(event, facts), event, facts)]
    except Exception as error:  # a plugin may fail in any way; it only loses its hint
        failures.append(f"rule {active.name!r} revision {active.revision} cannot tell what is missing: "
                        f"{type(error).__name__}: {error}")
    return look


def conditions_of(active: ActiveRule, event: EarningEvent) -> tuple[Judged, ...]:
    """What the programme file says of for whom, for what and when a rule is, asked about an event."""
    window = in_window(active.valid_from, active.valid_until, event.occurred_on)
    return *window, *judged(active.eligibility, event)


def _bare(active: ActiveRule, near: Sequence[ActiveRule], event: EarningEvent) -> Counter[str]:
    """What a rule gives whatever its conditions say; one that works on what others give is asked among them."""
    free = attrs.evolve(active, eligibility=EVERYTHING, valid_from=date.min, valid_until=date.max)
    alone = hasattr(active.rule, "awards")
    rules = [free] if alone else [free if one is active else one for one in near]
    return _given(rules, [event])[0][id(free)]


def _remedies(active: ActiveRule, asked: Sequence[Judged], event: EarningEvent) -> tuple[Instead, ...] | None:
    """The facts by which all conditions would hold; None where one of them is beyond a participant."""
    facts: list[Instead] = []
    day = event.occurred_on
    for one in asked:
        if one.holds and one.fact is not Fact.WEEKDAY:
            continue
        fact = remedy(one, day, active.valid_from, active.valid_until)
        if fact is None:
            return None
        if isinstance(fact.value, date):
            if fact.value == day:
                continue
            day, facts = fact.value, [other for other in facts if not isinstance(other.value, date)]
        facts.append(fact)
    return tuple(facts)


def _proposed(active: ActiveRule, at: EarningEvent, event: EarningEvent,
              facts: tuple[Instead, ...]) -> Iterator[tuple[Instead, ...]]:
    """What the rule itself says of an event for which its conditions hold."""
    if not isinstance(active.rule, TellsWhatIsMissing):
        return
    for number, proposal in enumerate(active.rule.missing(at)):
        if number == _PROPOSALS:
            return
        more = tuple(proposal)
        if not all(isinstance(one, Instead) for one in more):
            raise TypeError(f"answered with {proposal!r:.80}, expected a sequence of Instead")
        changed(event, (*facts, *more))
        yield more


def _given(rules: Sequence[ActiveRule], events: Sequence[EarningEvent]) -> list[dict[int, Counter[str]]]:
    """Per event: what each rule gives, by unit."""
    found = []
    for earned in evaluate(rules, events).earned:
        given: dict[int, Counter[str]] = {id(active): Counter() for active in rules}
        for by, award in earned:
            given[id(by)][award.unit] += award.points
        found.append(given)
    return found


def _with_found(event: EarningEvent, facts: Sequence[Instead]) -> tuple[Instead, ...]:
    return tuple(attrs.evolve(one, found=found_in(event, one)) for one in facts)


def _nearness(one: Considered) -> tuple[bool, int, int, bool]:
    """What was near stands first, and of that what a single fact would have brought."""
    fewest = min((len(way.instead) for way in one.ways), default=0)
    return not one.ways, fewest, len(one.failed), bool(one.gave)
