"""Who sells and numbers documents: one identity for each seller, whatever a document calls it. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from treuwerk.domain.documents import Party
from treuwerk.domain.folding import words_of_all
from treuwerk.domain.participants import identifier

CODE, NAME = "code", "name"
WORLDWIDE = ("gln", "vat", "tax", "duns")
"""Schemes whose values belong to one company wherever they stand; other numbers mean something only beside a name."""


class Seller(NamedTuple):
    """A seller of the registry; `aliases` are (scheme, value) as they were written."""

    code: str
    name: str
    country: str = ""
    aliases: tuple[tuple[str, str], ...] = ()


def alias_key(scheme: str, value: str) -> tuple[str, str]:
    """An alias as it is compared: names by their folded words, numbers by their letters and digits alone.

    >>> alias_key("VAT", "de 811.222.333"), alias_key("name", "  Nordlicht  Großhandel ")
    (('vat', 'DE811222333'), ('name', 'nordlicht grosshandel'))
    """
    scheme = scheme.strip().lower()
    if scheme == NAME:
        return scheme, " ".join(words_of_all(value))
    if scheme == CODE:
        return scheme, value.strip()
    return scheme, identifier("".join(filter(str.isalnum, value)))


class Sellers:
    """Finds the identity of a seller: the code where it is known, else the best that the document says."""

    def __init__(self, aliases: Mapping[tuple[str, str], str], codes: Iterable[str] = (),
                 feeds: Iterable[str] = ()) -> None:
        """Aliases as `alias_key` makes them, each with its code; `feeds` are the sellers that sources are set to."""
        self._known = {(CODE, code): code for code in codes} | dict(aliases)
        for named in feeds:
            self._known.setdefault(alias_key(NAME, named), self._known.get((CODE, named), named))
        self._found: dict[Party, str] = {}

    def identity(self, party: Party) -> str:
        """The identity of the seller that a document names; empty where it names none."""
        found = self._found.get(party)
        if found is None:
            if len(self._found) > 10_000:
                self._found.clear()
            found = self._found[party] = self._identity(party)
        return found

    def _identity(self, party: Party) -> str:
        named = [(CODE, party.name), (NAME, party.name)] if party.name.strip() else []
        for scheme, value in (*party.ids, *named):
            if code := self._known.get(alias_key(scheme, value)):
                return code
        for scheme, value in party.ids:
            if scheme in WORLDWIDE and (key := alias_key(scheme, value))[1] != "0":
                return ":".join(key)
        if name := party.name.strip():
            return self.now_known_as(name)
        return next((":".join(alias_key(*one)) for one in party.ids), "")

    def now_known_as(self, identity: str) -> str:
        """What an identity that was claimed once resolves to by now; a registered seller may have had others before."""
        scheme, colon, value = identity.partition(":")
        if colon and scheme == scheme.lower() and (code := self._known.get((scheme, value))):
            return code
        return self._known.get((CODE, identity)) or self._known.get(alias_key(NAME, identity)) or identity
