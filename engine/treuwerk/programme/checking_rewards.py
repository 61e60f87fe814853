"""Mistakes in what points are spent on."""

from collections.abc import Iterator, Sequence

from treuwerk.programme.errors import Mistake
from treuwerk.programme.languages import fallbacks
from treuwerk.programme.settings import CODE, Settings
from treuwerk.programme.structuring import meant


def mistakes_in_rewards(settings: Settings) -> Iterator[Mistake]:
    """All of them, each with its path."""
    rewards, spendable = settings.rewards, [code for code, unit in settings.units.items() if unit.spendable]
    if rewards.unit and rewards.unit not in spendable:
        yield Mistake("rewards.unit", repr(rewards.unit), f"a unit that can be spent: {', '.join(spendable) or 'none'}",
                      meant(rewards.unit, spendable))
    if rewards.money and not (rewards.money.head.point_cents or rewards.pricing):
        yield Mistake("rewards.money.point_cents", "none", "what a missing point costs in cents, or [rewards.pricing]")
    for code in rewards.categories:
        if not CODE.fullmatch(code):
            yield Mistake(f"rewards.categories.{code}", repr(code), "a code of small letters, digits and _")
    yield from _twice("constraints", [one.head.name for one in settings.constraints])
    yield from _twice("reward_kinds", [one.head.name for one in settings.reward_kinds])
    yield from _twice("suppliers", [one.head.name for one in settings.suppliers])
    for number, kind in enumerate(settings.reward_kinds):
        for asked in kind.terms.asks:
            if missing := [locale for locale in settings.programme.locales
                           if not any(asked.label.get(code) for code in fallbacks(locale))]:
                yield Mistake(f"reward_kinds[{number}].asks", f"no label of {asked.name!r} for {', '.join(missing)}",
                              "one for each of the programme's locales")


def _twice(table: str, names: Sequence[str]) -> Iterator[Mistake]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Mistake(f"{table}[{number}].name", f"{name!r} again", f"a name that no other of the {table} has")
