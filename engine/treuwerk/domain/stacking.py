"""How rules of one group stand together: whether their points add up, or which of them counts for a line.

Rules of a group are weighed line by line, after they were asked. What a rule loses for a line is kept beside the line
with the rule for whose sake it was dropped, so that somebody can be told.
"""

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from typing import Generic, NamedTuple, Protocol, TypeVar

import attrs

from treuwerk.domain.earning import Award


class Mode(StrEnum):
    """What becomes of points that several rules of a group give for one line."""

    STACK = "stack"
    """They add up."""
    BEST = "best"
    """Of each unit only those of the rule that gives most of it count."""
    FIRST = "first"
    """Only those of the first rule that gives something count."""


@attrs.frozen
class Standing:
    """Where a rule stands within its group."""

    group: str = ""
    mode: Mode = Mode.STACK
    priority: int = 0
    """Rules of higher priority come first; those of the same one in the order of the programme file."""
    stop: bool = False
    """Whether rules behind it give nothing for a line for which it gives something."""
    exclusive: bool = False
    """Whether no other rule of the group gives something for a line for which it does."""
    rivals: frozenset[str] = frozenset()
    """Names of the other rules of the group."""


ALONE = Standing()
"""In no group."""


class Placed(Protocol):
    """A rule with its standing."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def standing(self) -> Standing:
        """Where it stands."""
        ...


R = TypeVar("R", bound=Placed)
Gained = tuple[R, Award]
"""A rule with an award that it gives for a line."""


class Dropped(NamedTuple, Generic[R]):
    """An award that does not count, and the rule that counts in its place."""

    by: R
    award: Award
    instead: R


def weighed(group: Collection[str], earned: Sequence[Gained[R]]) -> tuple[list[Gained[R]], list[Dropped[R]]]:
    """Of what a line earned what counts, in the same order, and what is dropped since another rule counts.

    Only awards of rules in one of these groups are weighed; all others count.
    """
    lost = dict[int, R]()
    for code in group:
        lost |= _lost([(at, *one) for at, one in enumerate(earned) if one[0].standing.group == code])
    return ([one for at, one in enumerate(earned) if at not in lost],
            [Dropped(*earned[at], instead) for at, instead in sorted(lost.items(), key=lambda one: one[0])])


def _lost(members: Sequence[tuple[int, R, Award]]) -> dict[int, R]:
    """Awards of a group that do not count, by their places, each with the rule that counts in its place."""
    if len({rule.name for _, rule, _ in members}) < 2:
        return {}
    members = sorted(members, key=lambda one: -one[1].standing.priority)  # stable: else in the order of the file
    winner = next((rule for _, rule, _ in members if rule.standing.exclusive), None)
    mode = members[0][1].standing.mode
    if winner is None and mode is Mode.FIRST:
        winner = members[0][1]
    if winner is not None:
        return {at: winner for at, rule, _ in members if rule.name != winner.name}
    lost = _behind_a_stop(members)
    if mode is Mode.BEST:
        lost |= _not_the_best([one for one in members if one[0] not in lost])
    return _to_such_as_count(lost, members)


def _to_such_as_count(lost: dict[int, R], members: Sequence[tuple[int, R, Award]]) -> dict[int, R]:
    """What is lost; where the rule that stopped others does not count itself, in favour of the one that it lost to."""
    counting = {rule.name for at, rule, _ in members if at not in lost}
    heirs = {rule.name: lost[at] for at, rule, _ in members if at in lost}
    return {at: by if by.name in counting else heirs[by.name] for at, by in lost.items()}


def _behind_a_stop(members: Sequence[tuple[int, R, Award]]) -> dict[int, R]:
    stops: R | None = None
    lost = dict[int, R]()
    for at, rule, _ in members:
        if stops is not None and rule.name != stops.name:
            lost[at] = stops
        elif stops is None and rule.standing.stop:
            stops = rule
    return lost


def _not_the_best(members: Sequence[tuple[int, R, Award]]) -> dict[int, R]:
    """Of each unit the awards of all rules but the one that gives most of it; of equal ones the first counts."""
    lost = dict[int, R]()
    for unit in {award.unit for _, _, award in members}:
        sums, rules = dict[str, int](), dict[str, R]()
        mine = [one for one in members if one[2].unit == unit]
        for _, rule, award in mine:
            rules.setdefault(rule.name, rule)
            sums[rule.name] = sums.get(rule.name, 0) + award.points
        best = max(sums, key=sums.__getitem__)
        lost |= {at: rules[best] for at, rule, _ in mine if rule.name != best}
    return lost


def displaced(by: R, dropped: Iterable[Dropped[R]]) -> list[str]:
    """Names of rules that count in no case beside this one for the line of which these awards were dropped."""
    standing = by.standing
    names = set(standing.rivals) if standing.mode is not Mode.STACK else set[str]()
    return sorted(names | {one.by.name for one in dropped if one.instead.name == by.name})


def groups_of(rules: Iterable[Placed]) -> set[str]:
    """Codes of the groups that such rules stand in."""
    return {rule.standing.group for rule in rules} - {""}
