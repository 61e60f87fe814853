"""Contradictions between tables of a programme that each are right for themselves."""

import os
from collections.abc import Iterable, Iterator
from itertools import combinations

from treuwerk.programme.checking_assemblies import contradicting_assembly
from treuwerk.programme.checking_eligibility import contradicting_conditions
from treuwerk.programme.checking_limits import contradicting_limits
from treuwerk.programme.checking_stacking import contradicting_stacking
from treuwerk.programme.checking_terms import contradicting_terms
from treuwerk.programme.checking_tiers import contradicting_tiers
from treuwerk.programme.errors import Mistake
from treuwerk.programme.languages import PSEUDO, fallbacks, is_language
from treuwerk.programme.settings import CODE, Retroactive, Settings, Texts
from treuwerk.programme.structuring import meant


def contradictions(settings: Settings) -> list[Mistake]:
    """All contradictions, each with its path."""
    return [*_codes(settings), *_units_that_are_not_there(settings), *_double_names(settings),
            *_overlapping_revisions(settings), *_empty_windows(settings), *_missing_languages(settings),
            *_locales(settings), *contradicting_terms(settings), *contradicting_conditions(settings),
            *contradicting_stacking(settings), *contradicting_assembly(settings), *contradicting_limits(settings),
            *contradicting_tiers(settings), *_missing_days(settings), *_isolated(settings)]


def _isolated(settings: Settings) -> Iterator[Mistake]:
    """Plugins that are to work in processes of their own must be there, and the system must know such processes."""
    for number, name in enumerate(settings.plugin_policy.isolated):
        if name not in settings.plugins:
            yield Mistake(f"plugin_policy.isolated[{number}]", repr(name), "a name that stands in plugins",
                          meant(name, settings.plugins))
    if settings.plugin_policy.isolated and os.name != "posix":
        yield Mistake("plugin_policy.isolated", f"the system {os.name}", "Linux or another system of the POSIX family")


def _codes(settings: Settings) -> Iterator[Mistake]:
    """Codes of units and groups stand in the books and in exports: plain ones need no quoting anywhere."""
    for table, codes in (("units", settings.units), ("groups", settings.groups)):
        for code in codes:
            if not CODE.fullmatch(code):
                yield Mistake(f"{table}.{code}", repr(code), "a code of small letters, digits and _, such as bonus")


def _units_that_are_not_there(settings: Settings) -> Iterator[Mistake]:
    known = settings.units
    for number, earning in enumerate(settings.earning):
        for unit in sorted(set(earning.rule.units) - set(known)):
            yield _unknown_unit(f"earning[{number}]", unit, known)


def _unknown_unit(path: str, unit: str, known: Iterable[str]) -> Mistake:
    names = sorted(known)
    return Mistake(path, f"unit {unit!r}", f"a unit of this programme: {', '.join(names)}", meant(unit, names))


def _double_names(settings: Settings) -> Iterator[Mistake]:
    yield from _used_once("sources[{}].name", "a name that no other source has",
                          [source.head.name for source in settings.sources])
    yield from _used_once("occasions[{}].name", "a name that no other occasion has",
                          [one.head.name for one in settings.occasions])
    yield from _used_once("tiers[{}].code", "a code that no other tier has", [tier.code for tier in settings.tiers])
    yield from _used_once("text_blocks[{}].code", "a code that no other text block has",
                          [block.code for block in settings.text_blocks])


def _used_once(path: str, expected: str, names: list[str]) -> Iterator[Mistake]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Mistake(path.format(number), f"{name!r} again", expected)


def _overlapping_revisions(settings: Settings) -> Iterator[Mistake]:
    heads = [(number, earning.head) for number, earning in enumerate(settings.earning)]
    for (_, first), (number, second) in combinations(heads, 2):
        if first.name != second.name:
            continue
        if first.revision == second.revision:
            yield Mistake(f"earning[{number}].revision", f"revision {second.revision} of {second.name!r} again",
                          "a higher number for each revision")
        elif first.valid_from <= second.valid_until and second.valid_from <= first.valid_until:
            yield Mistake(f"earning[{number}].valid_from", f"days that revision {first.revision} of {first.name!r} "
                          "covers too", "windows that do not overlap", "end the older revision with valid_until")


def _empty_windows(settings: Settings) -> Iterator[Mistake]:
    for number, earning in enumerate(settings.earning):
        first, last = earning.head.valid_from, earning.head.valid_until
        if last < first:
            yield Mistake(f"earning[{number}].valid_until", f"{last}, before valid_from", f"{first} or a later day")


def _missing_days(settings: Settings) -> Iterator[Mistake]:
    if settings.clearing.retroactive is Retroactive.DAYS and settings.clearing.retroactive_days is None:
        yield Mistake("clearing.retroactive", "'days' without retroactive_days", "retroactive_days = 30, or however "
                      "many days before a registration purchases earn")


def _missing_languages(settings: Settings) -> Iterator[Mistake]:
    for path, texts in _all_texts(settings):
        if missing := [locale for locale in settings.programme.locales
                       if not any(texts.get(code) for code in fallbacks(locale))]:
            yield Mistake(path, f"no text for {', '.join(missing)}", "one for each of the programme's locales")


def _all_texts(settings: Settings) -> Iterator[tuple[str, Texts]]:
    for code, unit in settings.units.items():
        yield f"units.{code}.name", unit.name
    for code, group in settings.groups.items():
        yield f"groups.{code}.name", group.name
    for code, budget in settings.budgets.items():
        yield f"budgets.{code}.title", budget.title
    for number, tier in enumerate(settings.tiers):
        yield f"tiers[{number}].name", tier.name
    for number, earning in enumerate(settings.earning):
        yield f"earning[{number}].title", earning.head.title
    for number, occasion in enumerate(settings.occasions):
        yield f"occasions[{number}].title", occasion.head.title
    for number, block in enumerate(settings.text_blocks):
        yield f"text_blocks[{number}].title", block.title
        yield f"text_blocks[{number}].text", block.text
    for code, texts in settings.rewards.categories.items():
        yield f"rewards.categories.{code}", texts
    if settings.contact.hours:
        yield "contact.hours", settings.contact.hours


def _locales(settings: Settings) -> Iterator[Mistake]:
    for number, locale in enumerate(settings.programme.locales):
        if locale == PSEUDO or not is_language(locale):
            yield Mistake(f"programme.locales[{number}]", repr(locale), "a language such as de, en, fr or de_Informal")
        elif locale in settings.programme.locales[:number]:
            yield Mistake(f"programme.locales[{number}]", f"{locale!r} again", "each language once")
