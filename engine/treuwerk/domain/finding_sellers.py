"""Who sells, by what stands on a page: a number or name of the registry, else a line that looks like a company."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from treuwerk.domain.folding import words_of_all
from treuwerk.domain.page_tokens import FoundField, Row, Token, found
from treuwerk.domain.page_words import Word
from treuwerk.domain.sellers import CODE, NAME, alias_key

_SHORTEST_ID = 8
_MOST_PARTS = 5
_FORMS = frozenset({"gmbh", "ag", "kg", "ohg", "se", "sarl", "sas", "ltd", "limited", "bv", "b.v", "inc", "llc", "corp",
                    "bhd", "plc", "co", "kgaa", "ek", "sa"})
_BY_ID, _BY_NAME, _LOOKS_LIKE_ONE, _SEVERAL = 1.0, 0.95, 0.6, 0.6


class SellerKeys(NamedTuple):
    """What sellers are known by: numbers as `alias_key` compares them, and folded words of names, each with its code.

    `names` are what sellers are called, by code; `others` folded names that are not meant, such as the buyer's.
    """

    numbers: Mapping[str, str]
    words: Mapping[tuple[str, ...], str]
    names: Mapping[str, str]
    others: frozenset[str] = frozenset()

    @classmethod
    def of(cls, aliases: Mapping[tuple[str, str], str], names: Mapping[str, str],
           others: Sequence[str] = ()) -> "SellerKeys":
        """From the aliases of the registry, by scheme and value."""
        numbers = {value: code for (scheme, value), code in aliases.items()
                   if scheme not in (NAME, CODE) and len(value) >= _SHORTEST_ID}
        words = {tuple(value.split()): code for (scheme, value), code in aliases.items() if scheme == NAME and value}
        words |= {tuple(words_of_all(name)): code for code, name in names.items() if words_of_all(name)}
        return cls(numbers, words, names, frozenset(" ".join(words_of_all(name)) for name in others))


class _Hit(NamedTuple):
    code: str
    weight: float
    row: Row
    words: tuple[Word, ...]


def find_seller(rows: Sequence[Row], keys: SellerKeys) -> list[FoundField]:
    """The seller's code and name; the name alone where it is in no registry."""
    hits = [hit for row in rows for hit in (*_by_number(row, keys), *_by_name(row, keys))]
    if hits:
        votes = Counter(hit.code for hit in hits)
        best = max(hits, key=lambda hit: (hit.weight, votes[hit.code]))
        sure = {hit.code for hit in hits if hit.weight == best.weight}
        weight = best.weight if len(sure) == 1 else _SEVERAL
        name = keys.names.get(best.code, best.code)
        return [found(place, value, best.row.page, best.words, weight)
                for place, value in (("seller", best.code), ("seller_name", name))]
    return list(_looks_like_one(rows, keys))[:1]


def _by_number(row: Row, keys: SellerKeys) -> Iterator[_Hit]:
    """VAT ids, GLNs and the like, also where blanks cut them."""
    for at in range(len(row.tokens)):
        for count in range(1, _MOST_PARTS + 1):
            part = row.tokens[at:at + count]
            _, value = alias_key("vat", "".join(token.text for token in part))
            if len(part) == count and len(value) >= _SHORTEST_ID and (code := keys.numbers.get(value)):
                yield _Hit(code, _BY_ID, row, tuple(token.word for token in part))
                break


def _by_name(row: Row, keys: SellerKeys) -> Iterator[_Hit]:
    flat = [(word, token) for token in row.tokens for word in words_of_all(token.text)]
    read = [word for word, _ in flat]
    for name, code in keys.words.items():
        for at in range(len(read) - len(name) + 1):
            if tuple(read[at:at + len(name)]) == name:
                yield _Hit(code, _BY_NAME, row, tuple(token.word for _, token in flat[at:at + len(name)]))
                break


def _looks_like_one(rows: Sequence[Row], keys: SellerKeys) -> Iterator[FoundField]:
    """The beginning of a row up to the form of a company, such as GmbH, from the top of the first page on."""
    for row in rows:
        if row.page is not rows[0].page:
            return
        at = next((at for at, token in enumerate(row.tokens) if _is_form(token)), 0)
        part = [token for token in row.tokens[:at + 1] if token.label is None]
        name = " ".join(token.text for token in part).strip(" .,;:-")
        if at and len(part) > 1 and " ".join(words_of_all(name)) not in keys.others:
            yield found("seller_name", name, row.page, tuple(token.word for token in part), _LOOKS_LIKE_ONE)


def _is_form(token: Token) -> bool:
    return token.text.casefold().strip(".,;") in _FORMS
