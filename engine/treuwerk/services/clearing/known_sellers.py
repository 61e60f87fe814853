"""Sellers as people see and add them: the list, what one sold, whether a typed name is known, a code for a new one."""

import re
from collections.abc import Sequence

import attrs
from sqlalchemy import Connection

from treuwerk.domain.folding import words_of_all
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.domain.sellers import CODE, NAME, Seller, alias_key
from treuwerk.programme.settings import Settings
from treuwerk.services.clearing.purchase_keys import document_of
from treuwerk.services.clearing.sellers import READ, create_seller, registry
from treuwerk.store import sellers as store
from treuwerk.store.documents import part

MOST_LINES = 1_000
"""Lines of purchases that are looked at for how many documents a seller sold."""
_LONGEST_CODE, _ATTEMPTS = 40, 20
_NO_LETTERS = re.compile(r"[^a-z0-9]+", re.ASCII)


@attrs.frozen
class Standing:
    """What is known of a seller that somebody typed: its code in the registry, or that a feed names it."""

    code: str = ""
    by_feed: bool = False

    @property
    def is_known(self) -> bool:
        """Whether its documents are told from those of others already."""
        return bool(self.code) or self.by_feed


def listed(access: Access, connection: Connection, typed: str, limit: int, skipped: int = 0) -> tuple[
        list[Seller], bool]:
    """Sellers with their aliases in the order of names, and whether more follow; two statements.

    Raises:
        NotAllowed: the right to see reported purchases is not there.
    """
    access.require(READ)
    rows = store.listed(connection, typed, limit + 1, skipped)
    aliases: dict[str, list[tuple[str, str]]] = {}
    for alias in store.aliases_of_all(connection, [row.code for row in rows[:limit]]):
        aliases.setdefault(alias.code, []).append((alias.scheme, alias.written_as))
    return [Seller(row.code, row.name, row.country, tuple(aliases.get(row.code, ()))) for row in rows[:limit]], len(
        rows) > limit


def documents_of(access: Access, connection: Connection, settings: Settings, code: str) -> tuple[int, bool]:
    """How many documents of a seller hold purchases, also from before it was registered; and whether there are more.

    Raises:
        NotAllowed: the right to see reported purchases is not there.
    """
    access.require(READ)
    parts = {part(code), *registry(connection, settings).former.get(code, ())}
    keys = store.claimed_of(connection, parts, MOST_LINES + 1)
    return len({document_of(key) for key in keys[:MOST_LINES]}), len(keys) > MOST_LINES


def standing(access: Access, connection: Connection, settings: Settings, name: str,
             numbers: Sequence[tuple[str, str]] = ()) -> Standing:
    """Whether a seller of this name and these numbers, (scheme, value), is known; two statements.

    Raises:
        NotAllowed: the right to see reported purchases is not there.
    """
    access.require(READ)
    keys = [alias_key(*one) for one in (*numbers, (NAME, name), (CODE, name))]
    found = store.found(connection, set(keys))
    code = next((found[key] for key in keys if key in found), "")
    if not code and store.names(connection, {name}):
        code = name
    feeds = {alias_key(NAME, seller) for source in settings.sources
             if (seller := getattr(source.settings, "seller", ""))}
    return Standing(code, alias_key(NAME, name) in feeds)


def add_seller(access: Access, connection: Connection, one: Seller, now: int) -> str:
    """Add a seller, and make its code from its name where it has none; the code that it has now.

    Raises:
        NotAllowed: the right to map sellers is not there.
        Refusal: as `create_seller`.
    """
    if one.code:
        create_seller(access, connection, one, now)
        return one.code
    for code in _codes(one.name):
        if store.seller_row(connection, code) is None:
            try:
                create_seller(access, connection, one._replace(code=code), now)
            except Refusal as refusal:
                if refusal.code != "seller_known":
                    raise
            else:
                return code
    raise Refusal("seller_known", f"found sellers whose codes are like {one.name[:60]!r}, expected a code of its own")


def code_of(name: str) -> str:
    """A code that a name suggests: its plain letters and digits in capitals.

    >>> code_of("Nordlicht Großhandel GmbH"), code_of("Ηλιακά")
    ('NORDLICHT-GROSSHANDEL-GMBH', 'SELLER')
    """
    plain = _NO_LETTERS.sub("-", "-".join(words_of_all(name))).strip("-")[:_LONGEST_CODE].rstrip("-")
    return plain.upper() or "SELLER"


def _codes(name: str) -> list[str]:
    plain = code_of(name)
    more = [f"{plain[:_LONGEST_CODE - 3].rstrip('-')}-{number}" for number in range(2, _ATTEMPTS)]
    return [plain, *more]
