"""Conditions of earning rules that name what the programme does not have."""

from collections.abc import Iterable, Iterator

from treuwerk.programme.errors import Mistake
from treuwerk.programme.settings import CODE, Settings
from treuwerk.programme.structuring import meant


def contradicting_conditions(settings: Settings) -> Iterator[Mistake]:
    """Groups and filters that are not there, countries that are none, filters that nobody names."""
    used = set[str]()
    for number, earning in enumerate(settings.earning):
        path, head = f"earning[{number}]", earning.head
        if head.articles:
            used.add(head.articles)
            yield from _known(f"{path}.articles", [head.articles], "a table [article_filters.<code>]",
                              settings.article_filters)
        if head.audience is not None:
            yield from _known(f"{path}.audience.groups", head.audience.groups, "a group of this programme",
                              settings.groups)
            yield from _known(f"{path}.audience.tiers", head.audience.tiers, "a tier of this programme",
                              [tier.code for tier in settings.tiers])
            yield from _countries(f"{path}.audience.countries", head.audience.countries)
    yield from _filters(settings, used)


def _known(path: str, codes: Iterable[str], expected: str, known: Iterable[str]) -> Iterator[Mistake]:
    names = sorted(known)
    for code in codes:
        if code not in names:
            yield Mistake(path, repr(code), f"{expected}: {', '.join(names) or 'there is none'}", meant(code, names))


def _countries(path: str, codes: Iterable[str]) -> Iterator[Mistake]:
    for code in codes:
        if len(code) != 2 or not code.isascii() or not code.isupper():
            yield Mistake(path, repr(code), "a code of two capital letters, such as DE")


def _filters(settings: Settings, used: set[str]) -> Iterator[Mistake]:
    for code in settings.article_filters:
        if not CODE.fullmatch(code):
            yield Mistake(f"article_filters.{code}", repr(code),
                          "a code of small letters, digits and _, such as large_modules")
        elif code not in used:
            yield Mistake(f"article_filters.{code}", "a filter that no rule names", "its code as 'articles' of an "
                          "[[earning]] table", "name it there, or take it out")
