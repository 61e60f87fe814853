"""The main navigation: entries of ours and of plugins, for whom their permissions allow them."""

from collections.abc import Callable, Mapping, Sequence

import attrs

from treuwerk.domain.rights import Access, Audience
from treuwerk.web.shell.parts import Parts, path_of


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


def groups(entries: Sequence[Entry], access: Access, gettext: Callable[[str], str], locale: str,
           counts: Mapping[str, int] | None = None) -> list[Group]:
    """What somebody sees: allowed entries in their order, gathered by group. `gettext` translates messages of ours.

    `counts` are open things behind an entry, by its address.
    """
    allowed = sorted((one for one in entries if one.audience is access.audience and access.may(one.permission)),
                     key=lambda one: (one.order, one.href))
    found: dict[str, list[Shown]] = {}
    for one in allowed:
        words = gettext(one.title) if isinstance(one.title, str) else one.title.get(locale) or next(
            iter(one.title.values()), one.href)
        found.setdefault(one.group, []).append(Shown(one.href, words, one.symbol, (counts or {}).get(one.href, 0)))
    return [Group(gettext(title) if title else "", tuple(shown)) for title, shown in found.items()]
