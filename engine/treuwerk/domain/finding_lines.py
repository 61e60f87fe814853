"""Lines of goods on a page: known articles, each with how many of it and in what unit."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from treuwerk.domain.folding import folded
from treuwerk.domain.page_tokens import FoundField, Row, Token, found
from treuwerk.domain.page_words import Word
from treuwerk.domain.participants import identifier
from treuwerk.domain.reading import plain_number

_FIGURE = re.compile(r"[0-9]{1,7}(?:[.,][0-9]{1,3})?")
_POSITION = re.compile(r"0*[1-9][0-9]{0,4}[.)]?", re.ASCII)
_GLUED = re.compile(r"([0-9]{1,6}(?:[.,][0-9]{1,3})?)([A-Za-zÀ-ÿ()]{1,8})\.?")
_AMOUNT = re.compile(r"[€$£]?([0-9]{1,3}(?:[.,][0-9]{3})*[.,][0-9]{2}|[0-9]{1,7}(?:[.,][0-9]{1,4})?)[€$£]?")
_HEADS = frozenset(folded(word) for word in (
    "Menge", "Anzahl", "Stückzahl", "Stück", "qty", "quantity", "Quantité", "Qté", "Aantal", "Pieces", "geliefert",
    "delivered", "livré"))
_SHORTEST, _SHORTEST_DIGITS = 3, 4
_MOST_PARTS = 3
_LINE_ROWS = 3
_HEAD_WORDS = 3
_EXACT, _DIGITS_ALONE, _LOOKS_ALIKE = 1.0, 0.9, 0.6
_WITH_UNIT, _COUNTED, _UNDER_HEAD, _ALONE = 1.0, 1.0, 0.95, 0.65
_ALIKE = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "|": "1", "S": "5", "B": "8", "Z": "2"})


class Goods(NamedTuple):
    """Articles by everything that they are known by, units by folded word, and the mark of decimals."""

    articles: Mapping[str, str]
    units: Mapping[str, str]
    decimal_mark: str = ","
    alike: Mapping[str, str] = {}

    @classmethod
    def of(cls, articles: Mapping[str, str], units: Mapping[str, str], decimal_mark: str) -> "Goods":
        """Articles as `identifier` compares them → number in the master."""
        alike: dict[str, str] = {}
        for known, number in articles.items():
            key = known.translate(_ALIKE)
            alike[key] = number if alike.get(key, number) == number else ""
        return cls(articles, units, decimal_mark, alike)


class _Article(NamedTuple):
    number: str
    weight: float
    row: int
    first: int
    last: int


class _Quantity(NamedTuple):
    value: Decimal
    unit: str
    weight: float
    row: Row
    words: tuple[Word, ...]


def find_lines(rows: Sequence[Row], goods: Goods, most: int) -> list[FoundField]:
    """The lines of known articles in their order, at most so many."""
    hits = _without_repeats([hit for place, row in enumerate(rows) for hit in _articles(place, row, goods)])
    fields: list[FoundField] = []
    head = None
    for at, hit in enumerate(hits[:most]):
        head = next((one for row in reversed(rows[:hit.row]) if (one := _head_of(row))), head)
        around = hits[at - 1].row if at else -1, hits[at + 1].row if at + 1 < len(hits) else len(rows)
        fields += _line(at + 1, rows, hit, around, goods, head)
    return fields


def _without_repeats(hits: Sequence[_Article]) -> list[_Article]:
    """One hit for each line: its GTIN may stand in the row below its number."""
    kept: list[_Article] = []
    for hit in hits:
        if not kept or kept[-1].number != hit.number or hit.row - kept[-1].row >= _LINE_ROWS:
            kept.append(hit)
        elif hit.weight > kept[-1].weight:
            kept[-1] = kept[-1]._replace(weight=hit.weight)
    return kept


def _articles(place: int, row: Row, goods: Goods) -> Iterator[_Article]:
    """At most one article of a row, the longest that begins first; exact ones before those that look alike."""
    for known, weight in ((goods.articles, _EXACT), (goods.alike, _LOOKS_ALIKE)):
        for at in range(len(row.tokens)):
            for count in range(min(_MOST_PARTS, len(row.tokens) - at), 0, -1):
                key = identifier("".join(token.text for token in row.tokens[at:at + count]).strip(".,;:*()"))
                number = known.get(key if weight == _EXACT else key.translate(_ALIKE), "")
                if number and _long_enough(key, exact=weight == _EXACT):
                    sure = _DIGITS_ALONE if key.isdigit() and len(key) < _SHORTEST_DIGITS + 2 else 1.0
                    yield _Article(number, weight * sure, place, at, at + count)
                    return


def _long_enough(key: str, *, exact: bool) -> bool:
    if not exact:
        return len(key) > _SHORTEST_DIGITS
    return len(key) >= (_SHORTEST_DIGITS if key.isdigit() else _SHORTEST)


def _line(number: int, rows: Sequence[Row], hit: _Article, around: tuple[int, int], goods: Goods,
          head: Word | None) -> Iterator[FoundField]:
    """Fields of one line; `around` are the rows of the lines before and behind it."""
    row = rows[hit.row]
    words = tuple(token.word for token in row.tokens[hit.first:hit.last])
    until = min(hit.row + _LINE_ROWS, max(around[1], hit.row + 1))
    quantity = _quantity(rows, hit, until, goods, head)
    if quantity is None or quantity.weight < _UNDER_HEAD:
        quantity = _above(rows, hit, around[0], goods) or quantity
    weight = hit.weight
    if quantity is None and all(word.text.isdigit() for word in words):
        weight = min(weight, _LOOKS_ALIKE)  # a house number is a number, too
    yield found(f"line.{number}.article", hit.number, row.page, words, weight)
    if _is_position(row.tokens, hit):
        yield found(f"line.{number}.id", row.tokens[0].text.strip(".)"), row.page, [row.tokens[0].word], 1.0)
    if quantity is not None:
        yield found(f"line.{number}.qty", plain_number(quantity.value), quantity.row.page, quantity.words,
                    quantity.weight)
        if quantity.unit:
            yield found(f"line.{number}.unit", quantity.unit, quantity.row.page, quantity.words, quantity.weight)


def _quantity(rows: Sequence[Row], hit: _Article, until: int, goods: Goods, head: Word | None) -> _Quantity | None:
    """How many: what stands beside a unit, else what the amounts prove, else what stands below the column's head."""
    for look in (_beside_unit, _proved, _under_head, _alone):
        for place in range(hit.row, until):
            if rows[place].page is not rows[hit.row].page:
                break
            tokens = rows[place].tokens if place > hit.row else \
                rows[place].tokens[look is _alone and _is_position(rows[place].tokens, hit):hit.first] + \
                rows[place].tokens[hit.last:]
            tokens = tuple(token for token in tokens if look is not _alone or token.text not in hit.number)
            if quantity := look(Row(rows[place].page, tokens), goods, head):
                return quantity
    return None


def _above(rows: Sequence[Row], hit: _Article, before: int, goods: Goods) -> _Quantity | None:
    """A quantity in the row above, where the number of the article stands under its name."""
    place = hit.row - 1
    if place <= before or rows[place].page is not rows[hit.row].page:
        return None
    return _beside_unit(rows[place], goods, None)


def _beside_unit(row: Row, goods: Goods, _: Word | None) -> _Quantity | None:
    for at, token in enumerate(row.tokens):
        if (glued := _GLUED.fullmatch(token.text)) and (unit := goods.units.get(_unit_key(glued[2]))) \
                and (value := _number(glued[1], goods)):
            return _Quantity(value, unit, _WITH_UNIT, row, (token.word,))
        value = _number(token.text, goods)
        behind = row.tokens[at + 1] if at + 1 < len(row.tokens) else None
        if value is not None and behind is not None and (unit := goods.units.get(_unit_key(behind.text))):
            return _Quantity(value, unit, _WITH_UNIT, row, (token.word, behind.word))
    return None


def _is_position(tokens: Sequence[Token], hit: _Article) -> bool:
    """Whether a row begins with the number of its line."""
    return hit.first > 0 and bool(_POSITION.fullmatch(tokens[0].text))


def _unit_key(text: str) -> str:
    return folded(text).strip(".,;:")


def _proved(row: Row, _: Goods, __: Word | None) -> _Quantity | None:
    """Of three amounts a, b and c with a x b = c, the one that is whole; nothing where both are."""
    read = [(amount, token) for token in row.tokens if (amount := _amount(token.text))]
    products = {amount for amount, _ in read}
    found_ones = {}
    for amount, token in read:
        if amount != amount.to_integral_value() or not _FIGURE.fullmatch(token.text) or amount <= 1:
            continue
        if any(other != amount and amount * other in products for other, _ in read if other > 0):
            found_ones[amount] = token
    plain = {value: token for value, token in found_ones.items() if token.text.isdigit()}
    found_ones = plain or found_ones  # a price is written with its decimals
    if len(found_ones) != 1:
        return None
    [(value, token)] = found_ones.items()
    return _Quantity(value, "", _COUNTED, row, (token.word,))


def _under_head(row: Row, goods: Goods, head: Word | None) -> _Quantity | None:
    if head is None:
        return None
    near = [(token, value) for token in row.tokens if (value := _number(token.text, goods)) is not None
            and token.word.left < head.right + head.height and token.word.right > head.left - head.height]
    return _Quantity(near[0][1], "", _UNDER_HEAD, row, (near[0][0].word,)) if len(near) == 1 else None


def _alone(row: Row, goods: Goods, _: Word | None) -> _Quantity | None:
    whole = [token for token in row.tokens if token.text.isdigit() and len(token.text) <= _SHORTEST_DIGITS]
    value = _number(whole[0].text, goods) if len(whole) == 1 else None
    return None if value is None else _Quantity(value, "", _ALONE, row, (whole[0].word,))


def _head_of(row: Row) -> Word | None:
    """The head of the column of quantities, if this row has one."""
    if any(map(str.isdigit, "".join(token.text for token in row.tokens))) or len(row.tokens) < _HEAD_WORDS:
        return None
    return next((token.word for token in row.tokens if token.letters in _HEADS), None)


def _number(text: str, goods: Goods) -> Decimal | None:
    """A quantity; of ``1.000`` the programme's mark says whether it is one or a thousand."""
    plain = text.strip(":;")
    if not _FIGURE.fullmatch(plain):
        return None
    mark = next((letter for letter in plain if letter in ".,"), "")
    if mark and mark != goods.decimal_mark and len(plain.rpartition(mark)[2]) == 3:
        plain = plain.replace(mark, "")
    value = Decimal(plain.replace(",", "."))
    return value if value > 0 else None


def _amount(text: str) -> Decimal | None:
    """An amount of money or a plain number; whose last mark has two digits behind it is written with decimals."""
    matched = _AMOUNT.fullmatch(text.strip("*:;"))
    if matched is None:
        return None
    digits = matched[1]
    mark = max(digits.rfind("."), digits.rfind(","))
    whole, parts = (digits, "") if mark < 0 else (digits[:mark], digits[mark + 1:])
    return Decimal(f"{whole.replace('.', '').replace(',', '')}.{parts or 0}")
