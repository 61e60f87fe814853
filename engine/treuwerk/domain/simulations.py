"""What a changed programme would have come to: two answers to every event of the past, and the difference.

`now` is what the programme in force gives, `next` what the changed one would; both are evaluated, so that the
difference is that of the programmes and of nothing that people did by hand.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import attrs

from treuwerk.domain.earning import Step
from treuwerk.domain.explained_steps import explained
from treuwerk.domain.reading import plain_number

SAMPLES = 3
"""Explained lines for each rule, at most."""


@attrs.define
class Both:
    """Points under both programmes; `open_now` and `open_next` are those that would not have expired by now."""

    now: int = 0
    next: int = 0
    open_now: int = 0
    open_next: int = 0

    @property
    def difference(self) -> int:
        """What the changed programme gives more, or below zero less."""
        return self.next - self.now

    @property
    def open_difference(self) -> int:
        """The same of points that are open."""
        return self.open_next - self.open_now

    def add(self, other: "Both") -> None:
        """Add other points."""
        self.now += other.now
        self.next += other.next
        self.open_now += other.open_now
        self.open_next += other.open_next

    def as_json(self) -> dict[str, int]:
        """The figures by their names."""
        return {"now": self.now, "next": self.next, "difference": self.difference, "open_now": self.open_now,
                "open_next": self.open_next, "open_difference": self.open_difference}


class Given(NamedTuple):
    """What a rule gives for an event, net of what went back; `lives` tells whether it would be open by now.

    With `waits` it is counted once the whole history is known, since a budget of all participants decides.
    """

    rule: str
    revision: int
    unit: str
    points: int
    steps: tuple[Step, ...]
    lives: bool
    waits: bool = False

    def as_json(self) -> dict[str, Any]:
        """The award with its arithmetic, as `treuwerk explain` tells it."""
        return {"rule": self.rule, "revision": self.revision, "unit": self.unit, "points": self.points,
                "steps": told(self.steps)}


def told(steps: Sequence[Step]) -> list[dict[str, str]]:
    """The steps of a tape, each with the running figure behind it."""
    return [{"operation": one.operation, "name": one.name, "operand": one.operand, "figure": plain_number(one.figure)}
            for one in explained(tuple(steps))]


class Answer(NamedTuple):
    """What one programme says of an event: awards, or a doubt with its code and reason (empty: none)."""

    given: tuple[Given, ...] = ()
    code: str = ""
    reason: str = ""


NOTHING = Answer()
"""No points, and no doubt."""


class What(NamedTuple):
    """An event of the past as people know it: a purchase line, or an activity without seller and article."""

    account_id: int
    id: int
    day: str
    seller: str
    document: str
    line: str
    article: str
    quantity: int


@attrs.frozen
class Sample:
    """An event whose points change, with both answers."""

    what: What
    now: Answer
    next: Answer

    def as_json(self) -> dict[str, Any]:
        """The event, and what differs with its arithmetic; who bought stands beside it."""
        facts = self.what._asdict()
        return {**{name: facts[name] for name in ("day", "seller", "document", "line", "article", "quantity")},
                "now": _others(self.now, self.next), "next": _others(self.next, self.now)}


def _others(answer: Answer, beside: Answer) -> list[dict[str, Any]]:
    """Awards of an answer that the one beside it does not have."""
    same = {(one.rule, one.unit, one.points) for one in beside.given}
    return [one.as_json() for one in answer.given if (one.rule, one.unit, one.points) not in same]


@attrs.define
class NewDoubt:
    """Events that the changed programme cannot decide on and that in force can: how many, and what it says of one."""

    code: str
    reason: str
    document: str
    events: int = 0


@attrs.define
class Effect:
    """The sums over a history. Points by account and unit, and by rule and unit.

    `seen` counts events by kind (`lines`, `activities`), `left_out` those that nobody can be asked about any more.
    """

    seen: dict[str, int] = attrs.field(factory=lambda: {"lines": 0, "activities": 0})
    changed: int = 0
    left_out: dict[str, int] = attrs.field(factory=dict)
    accounts: dict[tuple[int, str], Both] = attrs.field(factory=dict)
    rules: dict[tuple[str, str], Both] = attrs.field(factory=dict)
    doubts: dict[str, NewDoubt] = attrs.field(factory=dict)
    samples: dict[str, list[Sample]] = attrs.field(factory=dict)

    def add(self, what: What, now: Answer, following: Answer) -> None:
        """Count both answers to one event."""
        for one in now.given:
            if not one.waits:
                self.count(what.account_id, one, now=True)
        for one in following.given:
            if not one.waits:
                self.count(what.account_id, one, now=False)
        if following.code and following.code != now.code:
            self._doubt(what, following)
        if now.given != following.given:
            self._compare(what, now, following)

    def count_total(self, account_id: int, worth: Given | NewDoubt, *, now: bool) -> None:
        """Count what a total is worth under one of both programmes; that its rule fails is told of the changed one."""
        if isinstance(worth, Given):
            self.count(account_id, worth, now=now)
        elif not now:
            self.doubts.setdefault(worth.code, attrs.evolve(worth, events=0)).events += 1

    def leave_out(self, why: str) -> None:
        """Count an event that cannot be judged."""
        self.left_out[why] = self.left_out.get(why, 0) + 1

    @property
    def totals(self) -> dict[str, Both]:
        """Points of all accounts together by unit."""
        sums: dict[str, Both] = {}
        for (_, unit), both in sorted(self.accounts.items()):
            sums.setdefault(unit, Both()).add(both)
        return dict(sorted(sums.items()))

    def moved_to(self, heirs: Mapping[int, int]) -> None:
        """Give what accounts would have to those with whom they were merged."""
        for account_id, unit in [home for home in self.accounts if home[0] in heirs]:
            both = self.accounts.pop((account_id, unit))
            self.accounts.setdefault((heirs[account_id], unit), Both()).add(both)

    def count(self, account_id: int, one: Given, *, now: bool) -> None:
        """Count what one of both programmes gives."""
        account, rule = (account_id, one.unit), (one.rule, one.unit)
        sums = [self.accounts.get(account) or self.accounts.setdefault(account, Both()),
                self.rules.get(rule) or self.rules.setdefault(rule, Both())]
        for both in sums:
            if now:
                both.now += one.points
                both.open_now += one.points * one.lives
            else:
                both.next += one.points
                both.open_next += one.points * one.lives

    def _doubt(self, what: What, answer: Answer) -> None:
        found = self.doubts.setdefault(answer.code, NewDoubt(answer.code, answer.reason, what.document))
        found.events += 1

    def _compare(self, what: What, now: Answer, following: Answer) -> None:
        before, after = _by_rule(now), _by_rule(following)
        if before == after:
            return
        self.changed += 1
        for rule in sorted({rule for rule, _ in before.keys() | after.keys()}):
            if {k: v for k, v in before.items() if k[0] == rule} != {k: v for k, v in after.items() if k[0] == rule}:
                kept = self.samples.setdefault(rule, [])
                if len(kept) < SAMPLES:
                    kept.append(Sample(what, now, following))


def _by_rule(answer: Answer) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = {}
    for one in answer.given:
        sums[one.rule, one.unit] = sums.get((one.rule, one.unit), 0) + one.points
    return sums
