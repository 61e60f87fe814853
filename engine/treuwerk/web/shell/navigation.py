"""The main navigation: entries of ours and of plugins, for whom their permissions allow them."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import attrs

from treuwerk.domain.rights import Access, Audience
from treuwerk.web.shell.parts import Parts, path_of

_KEPT = 256
"""Sets of rights in a language."""


@attrs.frozen
class Entry:
    """A link of the navigation. `title` is a message of ours, or texts by language where a plugin brings it."""

    href: str
    title: str | Mapping[str, str]
    symbol: str
    permission: str
    audience: Audience
    order: int
    group: str = ""
    """A message over the entries that belong together; empty for none. In the service centre only."""


@attrs.frozen
class Shown:
    """An entry as the templates want it."""

    href: str
    words: str
    symbol: str
    count: int = 0


@attrs.frozen
class Group:
    """Entries that belong together, under a title that may be empty."""

    title: str
    entries: tuple[Shown, ...]

    def with_counts(self, counts: Mapping[str, int]) -> "Group":
        """The same with what is open behind each entry."""
        return attrs.evolve(self, entries=tuple(attrs.evolve(one, count=counts.get(one.href, 0))
                                                for one in self.entries))


def entries_of(parts: Parts) -> list[Entry]:
    """The entries that plugins bring."""
    found = []
    for part in parts.by_name.values():
        pages = {page.name: page for page in part.pages}
        for entry in part.navigation:
            page = pages[entry.page]
            found.append(Entry(path_of(page), entry.title, entry.icon or "package", page.permission, page.audience,
                               entry.order))
    return found


class Navigation:
    """All entries, and what of them somebody sees: put together once for each language and set of rights.

    `gettext` translates messages of ours into a language.
    """

    def __init__(self, entries: Sequence[Entry] = (),
                 gettext: Callable[[str, str], str] = lambda _, message: message) -> None:
        self._entries = sorted(entries, key=lambda one: (one.order, one.href))
        self._gettext = gettext
        self._seen = lru_cache(_KEPT)(self._allowed)

    def groups(self, access: Access, locale: str, counts: Mapping[str, int] | None = None) -> tuple[Group, ...]:
        """Allowed entries in their order, gathered by group. `counts` are open things behind an entry, by address."""
        seen = self._seen(access.audience, access.permissions, locale)
        return tuple(group.with_counts(counts) for group in seen) if counts else seen

    def _allowed(self, audience: Audience, permissions: frozenset[str], locale: str) -> tuple[Group, ...]:
        found: dict[str, list[Shown]] = {}
        for one in self._entries:
            if one.audience is audience and one.permission in permissions:
                found.setdefault(one.group, []).append(Shown(one.href, self._words(one, locale), one.symbol))
        return tuple(Group(self._gettext(locale, title) if title else "", tuple(shown))
                     for title, shown in found.items())

    def _words(self, one: Entry, locale: str) -> str:
        if isinstance(one.title, str):
            return self._gettext(locale, one.title)
        return one.title.get(locale) or next(iter(one.title.values()), one.href)
