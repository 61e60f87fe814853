"""How tiers change from day to day: what a scheme says of each day, together with what people gave by hand."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import attrs

from treuwerk.domain.tiers import Fact, Held, Judged, Outlook, Sums, TierScheme, Why

ONE_DAY = timedelta(days=1)


@attrs.frozen
class Grant:
    """A tier that a person gave, for days, both included."""

    id: int
    tier: str
    first: date
    last: date
    actor: str
    reason: str = ""


@attrs.frozen
class State:
    """How a participant stands at the end of a day.

    `tier` is what counts: the higher one of what is held by the own figures and what was given. `since` and `until`
    are those of `tier`; `grant` is the id of what was given, where that is what counts, else 0.
    """

    day: date
    held: Held = attrs.field(factory=Held)
    tier: str = ""
    since: date | None = None
    until: date | None = None
    grant: int = 0
    why: Why = Why.REACHED
    figures: Mapping[str, Decimal] = attrs.field(factory=dict)
    counted_from: date | None = None
    counted_until: date | None = None


@attrs.frozen
class Change:
    """One change of a tier; `before` and `after` are codes, empty for none. `actor` is the person who gave it."""

    day: date
    before: str
    after: str
    until: date | None
    why: Why
    figures: Mapping[str, Decimal]
    counted_from: date | None
    counted_until: date | None
    actor: str = ""
    reason: str = ""


@attrs.frozen
class Walked:
    """How somebody stands, how that came about, and what is ahead."""

    state: State
    changes: Sequence[Change]
    outlook: Outlook


def walk(scheme: TierScheme, state: State, facts: Iterable[Fact], grants: Sequence[Grant], last: date,
         joined_on: date) -> Walked:
    """From the day behind `state` to the day `last`, day by day, as if somebody had looked every night."""
    sums, changes, quiet = Sums(facts), list[Change](), state.day
    sums.learn(state.day)
    marked = {one.first for one in grants} | {one.last + ONE_DAY for one in grants}
    for day in _days_behind(state.day, last):
        if not sums.learn(day) and day <= quiet and day not in marked:
            continue
        before, state = state, _next(scheme, state, sums, grants, day, joined_on)
        quiet = scheme.quiet_until(state.held, day, joined_on)
        if state.tier != before.tier:
            changes.append(_change(before, state, grants))
    state = attrs.evolve(state, day=max(state.day, last))
    return Walked(state, changes, scheme.outlook(state.held, sums, state.day, joined_on))


def _days_behind(day: date, last: date) -> Iterator[date]:
    while day < last:
        day += ONE_DAY
        yield day


def _next(scheme: TierScheme, state: State, sums: Sums, grants: Sequence[Grant], day: date, joined_on: date) -> State:
    judged = scheme.judge(_still_there(scheme, state.held), sums, day, joined_on)
    given = _best(scheme, [one for one in grants if one.first <= day <= one.last])
    if given is None or _rank(scheme, given.tier) <= _rank(scheme, judged.held.tier):
        return _by_figures(state, judged, day)
    since = state.since if state.tier == given.tier and state.since else day
    return State(day, judged.held, given.tier, since, given.last, given.id, Why.GRANTED, {}, None, None)


def _by_figures(state: State, judged: Judged, day: date) -> State:
    held = judged.held
    if held.tier == state.tier and not state.grant:  # nothing changed: why it was reached stays what it was
        same = attrs.evolve(state, day=day, held=held, until=held.until)
        if judged.why is not Why.REACHED or not judged.figures or _says_it_already(state, judged):
            return same
        return attrs.evolve(same, figures=judged.figures, counted_from=judged.first, counted_until=judged.last)
    lost = state.grant and held.tier != state.tier
    return State(day, held, held.tier, held.since if held.tier == state.tier else day, held.until, 0,
                 Why.GRANT_ENDED if lost else judged.why, judged.figures, judged.first, judged.last)


def _says_it_already(state: State, judged: Judged) -> bool:
    """The same figures of the same window: a day on which nothing happened says nothing new, whoever looks at it."""
    return judged.figures == state.figures and judged.first == state.counted_from


def _change(before: State, after: State, grants: Sequence[Grant]) -> Change:
    by = next((one for one in grants if one.id == after.grant), None)
    return Change(after.day, before.tier, after.tier, after.until, after.why, after.figures, after.counted_from,
                  after.counted_until, by.actor if by else "", by.reason if by else "")


def _still_there(scheme: TierScheme, held: Held) -> Held:
    """A tier that the programme has no more is none."""
    return held if not held.tier or held.tier in scheme.ladder else Held()


def _best(scheme: TierScheme, grants: Sequence[Grant]) -> Grant | None:
    known = [one for one in grants if one.tier in scheme.ladder]
    return max(known, key=lambda one: (_rank(scheme, one.tier), one.last), default=None)


def _rank(scheme: TierScheme, tier: str) -> int:
    return scheme.ladder.index(tier) if tier in scheme.ladder else -1

