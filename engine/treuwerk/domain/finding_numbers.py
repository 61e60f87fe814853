"""Numbers that stand behind their labels on a page: of the document, of the order, of the customer."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from treuwerk.domain.page_tokens import FoundField, Role, Row, Token, found
from treuwerk.domain.page_words import ReadPage, Word

_VALUE = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9/_.\-]{1,39}", re.ASCII)
_PREFIX = re.compile(r"[A-Z]{1,4}", re.ASCII)
_MONEY = re.compile(r"[0-9.,]*[.,][0-9]{2}")
_DAY = re.compile(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}\.?")
_ASIDE = re.compile(r"\([^)]*\)?|[^\w#]+")
_BETWEEN = frozenset({"note", "slip", "advice", "de", "la", "le", "du", "des", "der", "id", "ref"})
_LOOKED_AHEAD = 6
_SHORTEST_BARE = 4
_BELOW, _STRANGE, _FUZZY, _BARE, _HASH, _CUT = 0.9, 0.6, 0.85, 0.9, 0.72, 0.65
_CLOSELY = 0.8
_RANKS = (Role.INVOICE, Role.DELIVERY, Role.DOCUMENT, Role.STRANGE)


class Candidate(NamedTuple):
    """A value that may be the number of something."""

    role: Role
    value: str
    weight: float
    page: ReadPage
    words: tuple[Word, ...]

    def as_field(self, place: str, weight: float = 1.0) -> FoundField:
        """The same as a field."""
        return found(place, self.value, self.page, self.words, self.weight * weight)


def find_numbers(rows: Sequence[Row]) -> list[FoundField]:
    """Number and kind of the document, and numbers of order and customer, as far as they are there."""
    candidates = list(_candidates(rows))
    fields = []
    if best := _document(candidates):
        same = {one.value for one in candidates if one.role is best.role}
        fields.append(best.as_field("number", 1.0 if len(same) == 1 else 0.9))
        if best.role in (Role.INVOICE, Role.DELIVERY):
            kind = "invoice" if best.role is Role.INVOICE else "delivery"
            fields.append(found("kind", kind, best.page, best.words, best.weight))
    for place, role in (("order", Role.ORDER), ("customer", Role.CUSTOMER)):
        those = [one for one in candidates if one.role is role]
        if those:
            fields.append(max(those, key=lambda one: one.weight).as_field(place))
    return fields


def _document(candidates: Sequence[Candidate]) -> Candidate | None:
    """The number of the document: an invoice may name delivery notes, too, but hardly the other way round."""
    mine = [one for one in candidates if one.role in _RANKS]
    return min(mine, key=lambda one: (one.weight < _STRANGE + 0.01, _RANKS.index(one.role), -one.weight), default=None)


def _candidates(rows: Sequence[Row]) -> Iterator[Candidate]:
    for place, row in enumerate(rows):
        for at, token in enumerate(row.tokens):
            label = token.label
            if label is None and token.text == "#":
                if value := _value_behind(row.tokens, at + 1):
                    yield Candidate(Role.DOCUMENT, value[0], _HASH, row.page, value[1])
                continue
            if label is None or label.dated or label.role is Role.OTHER or _of_another(row.tokens, at):
                continue
            numbered = label.numbered or _says_number(row.tokens, at)
            weight = (_STRANGE if label.role is Role.STRANGE else 1.0 if label.sure else _FUZZY) * \
                (1.0 if numbered else _BARE)
            value = _value_behind(row.tokens, at + 1)
            weight *= _CUT if value and len(value[1]) > 1 and value[1][1].text.isdigit() else 1.0
            if value and (numbered or len(value[0]) >= _SHORTEST_BARE):
                yield Candidate(label.role, value[0], weight, row.page, value[1])
            elif numbered and (below := _value_below(rows, place, at)):
                yield Candidate(label.role, below[0], weight * _BELOW, row.page, below[1])


def _of_another(tokens: Sequence[Token], at: int) -> bool:
    """Whether the word before says that another number is meant, as in ``N° TVA client``."""
    before = tokens[at - 1].label if at else None
    return before is not None and before.role is Role.OTHER


def _says_number(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word for number stands beside a label, as in ``Invoice No.`` and ``Numéro de facture``."""
    return any(token.says_number for token in tokens[max(0, at - 2):at + 4])


def _value_behind(tokens: Sequence[Token], at: int) -> tuple[str, tuple[Word, ...]] | None:
    """The value behind a label, where nothing but words for number stand in between."""
    for place in range(at, min(at + _LOOKED_AHEAD, len(tokens))):
        token = tokens[place]
        plain = token.text.strip(".,;:*")
        if token.says_number or token.letters in _BETWEEN or _ASIDE.fullmatch(token.text) \
                or (token.label is not None and token.label.role in (Role.DOCUMENT, Role.INVOICE, Role.DELIVERY)
                    and not token.label.dated and not any(map(str.isdigit, plain))):
            continue
        if is_number(plain):
            following = tokens[place + 1] if place + 1 < len(tokens) else None
            if following is not None and _goes_on(token, following):
                return f"{plain}{following.text}", (token.word, following.word)
            return plain, (token.word,)
        if _PREFIX.fullmatch(plain) and place + 1 < len(tokens) and is_number(tokens[place + 1].text):
            following = tokens[place + 1]
            return f"{plain} {following.text.strip('.,;:*')}", (token.word, following.word)
        return None
    return None


def _goes_on(token: Token, following: Token) -> bool:
    """Whether a reader may have cut a number in two: digits follow closely, as they hardly do in a table."""
    gap = following.word.left - token.word.right
    return following.text.isdigit() and token.text[-1].isdigit() and gap < _CLOSELY * token.word.height


def _value_below(rows: Sequence[Row], place: int, at: int) -> tuple[str, tuple[Word, ...]] | None:
    """The value under a label, as in the heads of tables, or where a label ends a row and its value begins the next."""
    row = rows[place]
    if place + 1 >= len(rows) or rows[place + 1].page is not row.page:
        return None
    word, following = row.tokens[at].word, rows[place + 1].tokens
    last = not any(any(map(str.isalnum, one.text)) for one in row.tokens[at + 1:] if not one.says_number)
    first = [one for one in following[:1] if last]
    near = [one for one in following if one.word.left < word.right and one.word.right > word.left]
    for token in (*first, *near[:1]):
        plain = token.text.strip(".,;:*")
        if token.word.top < word.top + 4 * word.height and is_number(plain):
            return plain, (token.word,)
    return None


def is_number(text: str) -> bool:
    """Whether a text may be the number of a document: with digits, and no day, amount or percentage.

    >>> [is_number(text) for text in ("RE-2024/17", "4711", "05.03.2018", "19,00", "GmbH", "7%")]
    [True, True, False, False, False, False]
    """
    plain = text.strip(".,;:*")
    return bool(_VALUE.fullmatch(plain)) and not _MONEY.fullmatch(plain) and not _DAY.fullmatch(plain)
