"""Groups of earning rules, and rules that work on the awards of others, which contradict what else is there."""

from collections.abc import Iterator, Sequence

from treuwerk.domain.earning import AwardRule
from treuwerk.programme.errors import Mistake
from treuwerk.programme.settings import CODE, Earning, EarningHead, Settings
from treuwerk.programme.structuring import meant

_PLACES = ("priority", "stop", "exclusive")
_OF_LINES = ("group", *_PLACES, "rounding", "at_most_per_line")


def contradicting_stacking(settings: Settings) -> Iterator[Mistake]:
    """Groups and rules that are not there, groups of one, places in none, and rules that multiply a rival."""
    for number, earning in enumerate(settings.earning):
        yield from _keys_of_lines(f"earning[{number}]", earning)
        yield from _group(f"earning[{number}]", earning.head, settings)
        if isinstance(earning.rule, AwardRule):
            yield from _bases(f"earning[{number}].rules", earning, earning.rule, settings.earning)
    yield from _groups(settings)


def _looks_at_lines(rule: object) -> bool:
    """Whether a rule is asked what a single line is worth, and not only what lines come to together."""
    return isinstance(rule, AwardRule) or hasattr(rule, "awards")


def _keys_of_lines(path: str, earning: Earning) -> Iterator[Mistake]:
    for key in _OF_LINES:
        if getattr(earning.head, key) and not _looks_at_lines(earning.rule):
            yield Mistake(f"{path}.{key}", f"a {key} of a rule that does not look at single lines",
                          "a rule that does", "take it out")


def _group(path: str, head: EarningHead, settings: Settings) -> Iterator[Mistake]:
    names = sorted(settings.stacking)
    if head.group and head.group not in names:
        yield Mistake(f"{path}.group", repr(head.group),
                      f"a table [stacking.<code>]: {', '.join(names) or 'there is none'}", meant(head.group, names))
    for place in _PLACES:
        if getattr(head, place) and not head.group:
            yield Mistake(f"{path}.{place}", f"a {place} without a group", "the group that it is about",
                          "name it as 'group', or take this out")


def _bases(path: str, earning: Earning, rule: AwardRule, others: Sequence[Earning]) -> Iterator[Mistake]:
    """Rules that one that works on awards names: they must be there, and decided upon before it."""
    of_awards = {one.head.name for one in others if isinstance(one.rule, AwardRule)}
    contested = {one.head.group for one in others if isinstance(one.rule, AwardRule)} - {""}
    of_totals = {one.head.name for one in others if not _looks_at_lines(one.rule)}
    free = sorted({one.head.name for one in others if one.head.name not in of_awards | of_totals
                   and one.head.group not in contested})
    groups = {one.head.name: one.head.group for one in others}
    expected = f"an earning rule of this programme: {', '.join(free) or 'there is none'}"
    for name in sorted(rule.rules):
        if name in of_awards:
            yield Mistake(path, f"{name!r}, which works on awards itself", expected,
                          "several campaigns on the same rule add up: name that rule")
        elif name not in groups:
            yield Mistake(path, repr(name), expected, meant(name, free))
        elif name in of_totals:
            yield Mistake(path, f"{name!r}, which does not look at single lines", expected)
        elif name not in free:
            yield Mistake(path, f"{name!r}, which competes with a rule that works on awards", expected,
                          f"take one of them out of the group {groups[name]!r}")
    if not rule.rules and not free:
        yield Mistake(path, f"nothing that {earning.head.name!r} could work on", expected)


def _groups(settings: Settings) -> Iterator[Mistake]:
    for code in settings.stacking:
        members = {one.head.name for one in settings.earning if one.head.group == code}
        if not CODE.fullmatch(code):
            yield Mistake(f"stacking.{code}", repr(code), "a code of small letters, digits and _, such as spring")
        elif len(members) < 2:
            found = f"a group of {'one rule' if members else 'no rules'}"
            yield Mistake(f"stacking.{code}", found, "its code as 'group' of at least two rules",
                          "name it there, or take it out")
