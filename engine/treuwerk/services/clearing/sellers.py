"""The registry of sellers: who is known by which numbers and names, for matching and for those who keep it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain.documents import Document
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.domain.sellers import CODE, NAME, Seller, Sellers, alias_key
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.master_files import LONGEST_KEY, BadRow, NamedRow, short
from treuwerk.store import sellers as store
from treuwerk.store.documents import part

MAP, READ = "clearing.map", "submissions.read"
SELLER_COLUMNS = ("code", "name", "country", "aliases")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_SHOWN = 20


@attrs.frozen
class Registry:
    """The sellers as matching needs them. `former` has, by identity, the parts of keys that it had before."""

    sellers: Sellers
    former: Mapping[str, Sequence[str]]

    def identity(self, document: Document) -> str:
        """The identity of the seller of a document."""
        return self.sellers.identity(document.seller)


def registry(connection: Connection, settings: Settings) -> Registry:
    """What is known of sellers: those of the registry, and those that feeds are set to."""
    feeds = [one.settings.seller for one in settings.sources if getattr(one.settings, "seller", "")]
    known = store.aliases(connection)
    sellers = Sellers(known, store.codes(connection), feeds)
    former: dict[str, list[str]] = {}
    for claimed in store.claimed_parts(connection) if known else ():
        before = claimed.replace("%7C", "|").replace("%25", "%")
        if (now := sellers.now_known_as(before)) != before:
            former.setdefault(now, []).append(part(before))
    return Registry(sellers, former)


def seller_values(row: NamedRow) -> tuple[str, dict[str, Any]]:
    """Code and columns of a seller, from a row of its master file.

    Raises:
        BadRow: a cell that is empty or cannot be read.
    """
    code, name = row.key("code"), short("name", row.need("name"))
    if not _CODE.fullmatch(code):
        raise BadRow("bad_code", f"column code: found {code!r}, expected up to 40 of A-Z a-z 0-9 _ . -")
    aliases = {alias_key(NAME, name): name}
    for text in filter(None, (alias.strip() for alias in row.cells.get("aliases", "").split("|"))):
        scheme, _, value = text.partition(":")
        try:
            aliases |= _alias(scheme, value)
        except Refusal as refusal:
            raise BadRow("bad_alias", f"column aliases: {refusal}") from None
    values: dict[str, Any] = {"name": name, "aliases": aliases}
    if country := row.cells.get("country", ""):
        values["country"] = _country(country)
    return code, values


def _country(country: str) -> str:
    if not _COUNTRY.fullmatch(country):
        raise BadRow("unknown_value", f"column country: found {country!r}, expected a code of two letters such as DE")
    return country


def _alias(scheme: str, value: str) -> dict[tuple[str, str], str]:
    """An alias by its key, as it was written.

    Raises:
        Refusal: `bad_alias`: it is none, or a GLN whose check digit is wrong.
    """
    key = alias_key(scheme, value)
    if key[0] == CODE:
        raise Refusal("bad_alias", "found a code, expected a number or a name; two sellers become one by a merge")
    if not re.fullmatch("[a-z][a-z0-9_]*", key[0], re.ASCII) or key[1] in ("", "0") or len(value) > LONGEST_KEY:
        raise Refusal("bad_alias", f"found {f'{scheme}:{value}'[:60]!r}, expected scheme:value such as "
                      "gln:4012345000009 or vat:DE811222333", scheme=key[0])
    if key[0] == "gln" and not is_gln(value):
        raise Refusal("bad_alias", f"found GLN {value!r}, expected 13 digits of which the last one checks the others",
                      scheme=key[0])
    return {key: value.strip()}


def is_gln(value: str) -> bool:
    """Whether these are 13 digits with the right check digit.

    >>> is_gln("4012345000009"), is_gln("4012345000008")
    (True, False)
    """
    digits = "".join(value.split())
    if not re.fullmatch("[0-9]{13}", digits, re.ASCII):
        return False
    return sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits)) % 10 == 0


def look_up(access: Access, connection: Connection, typed: str) -> list[Seller]:
    """Sellers whose code, name or number is like what somebody typed, by name; at most twenty.

    Raises:
        NotAllowed: the right to see reported purchases is not there.
    """
    access.require(READ)
    rows = store.like(connection, typed, _SHOWN) if typed.strip() else []
    return [Seller(row.code, row.name, row.country) for row in rows]


def seller_of(access: Access, connection: Connection, code: str) -> Seller:
    """A seller with its aliases.

    Raises:
        NotAllowed: the right to see reported purchases is not there.
        Refusal: `unknown_seller`.
    """
    access.require(READ)
    row = store.seller_row(connection, code)
    if row is None:
        raise _unknown(code)
    return Seller(code, row.name, row.country, tuple(
        (alias.scheme, alias.written_as) for alias in store.aliases_of(connection, code)))


def create_seller(access: Access, connection: Connection, one: Seller, now: int) -> None:
    """Add a seller with its aliases; its name is one of them.

    Raises:
        NotAllowed: the right to map sellers is not there.
        Refusal: `bad_code`, `bad_name`, `bad_alias`; `seller_known`: the code is there; `alias_taken`: by another one.
    """
    access.require(MAP)
    if not _CODE.fullmatch(one.code):
        raise Refusal("bad_code", f"found {one.code!r}, expected up to 40 letters, digits and _ . - such as NORD")
    if not alias_key(NAME, one.name)[1] or len(one.name) > LONGEST_KEY:
        raise Refusal("bad_name", "found no name, expected that of the seller as documents write it")
    if one.country and not _COUNTRY.fullmatch(one.country):
        raise Refusal("bad_country", f"found {one.country!r}, expected a code of two letters such as DE")
    written = _all_aliases(one)
    _check_free(connection, one.code, written)
    if store.found(connection, {(CODE, one.code)}) or not store.claim_code(connection, one, now):
        raise Refusal("seller_known", f"found seller {one.code!r}, expected a code that no seller has", seller=one.code)
    _claim(connection, one.code, written)
    note_act(connection, access, "seller.create", 0, one.code, now=now,
             after={"name": one.name, "country": one.country, "aliases": _texts(written)})


def _all_aliases(one: Seller) -> dict[tuple[str, str], str]:
    written = alias_of_name(one.name)
    for scheme, value in one.aliases:
        written |= _alias(scheme, value)
    return written


def _claim(connection: Connection, code: str, written: Mapping[tuple[str, str], str]) -> None:
    """Write aliases of which none was taken a moment ago.

    Raises:
        Refusal: `alias_taken`: somebody gave one to another seller meanwhile.
    """
    if store.claim_aliases(connection, code, written) < len(written):
        _check_free(connection, code, written)


def alias_of_name(name: str) -> dict[tuple[str, str], str]:
    """The alias that the name of a seller is."""
    return {alias_key(NAME, name): name.strip()}


def add_alias(access: Access, connection: Connection, code: str, scheme: str, value: str, now: int) -> bool:
    """Let a seller be found by one more number or name; whether it was not before. Doing so twice is harmless.

    Raises:
        NotAllowed: the right to map sellers is not there.
        Refusal: `unknown_seller`, `bad_alias`; `alias_taken`: it is that of another seller.
    """
    access.require(MAP)
    row, written = _row(connection, code), _alias(scheme, value)
    if _check_free(connection, code, written):
        return False
    _claim(connection, code, written)
    store.change(connection, row, Seller(code, row.name, row.country), now)
    note_act(connection, access, "seller.alias", 0, code, now=now, after={"alias": _texts(written)})
    return True


def take_alias(access: Access, connection: Connection, code: str, scheme: str, value: str, now: int) -> bool:
    """Let a seller no longer be found by a number or name, as one that was added by mistake; whether it was before.

    Raises:
        NotAllowed: the right to map sellers is not there.
        Refusal: `unknown_seller`; `merged_seller`: it is the code of one that was made one with this one.
    """
    access.require(MAP)
    row, key = _row(connection, code), alias_key(scheme, value)
    if key[0] == CODE:
        raise Refusal("merged_seller", f"found the code of seller {key[1]}, which was made one with this one; "
                      "undo that")
    if store.found(connection, {key}).get(key) != code:
        return False
    store.drop_aliases(connection, code, {key})
    store.change(connection, row, Seller(code, row.name, row.country), now)
    note_act(connection, access, "seller.alias", 0, code, now=now, before={"alias": ":".join(key)})
    return True


def _row(connection: Connection, code: str) -> Any:
    row = store.by_code(connection, {code}).get(code)
    if row is None:
        raise _unknown(code)
    return row


def _unknown(code: str) -> Refusal:
    return Refusal("unknown_seller", f"found seller {code!r}, expected one of the registry", seller=code)


def _check_free(connection: Connection, code: str, written: Mapping[tuple[str, str], str]) -> bool:
    """Whether all of these are known as those of this seller.

    Raises:
        Refusal: `alias_taken`.
    """
    taken = store.found(connection, set(written))
    for key, owner in sorted(taken.items()):
        if owner != code:
            raise Refusal("alias_taken", f"found {':'.join(key)} with seller {owner}, expected an alias that no other "
                          "seller has", seller=owner, scheme=key[0])
    return taken.keys() == written.keys()


def _texts(written: Mapping[tuple[str, str], str]) -> str:
    return " ".join(f"{scheme}:{as_}" for (scheme, _), as_ in sorted(written.items()))
