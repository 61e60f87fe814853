"""The records of a catalogue, one line each: what their cells mean in version 4 and in version 5."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from treuwerk.domain.documents import DocumentLine
from treuwerk.domain.reading import Unreadable, whole_number

T = TypeVar("T")
MARKS: Mapping[str, str] = MappingProxyType({"N": "new", "A": "change", "L": "delete", "X": "renumber", "": ""})
_PRICES = {"1": "gross", "2": "net", "": "", "0": ""}
_UNITS_4 = {"": 1, "0": 1, "1": 10, "2": 100, "3": 1000}
_UNITS_5 = {"": 1, "0": 1, "1": 1, "10": 10, "100": 100, "1000": 1000}
_DISCOUNTS = {"1": "percent", "2": "factor", "3": "surcharge", "": ""}
_PRICE_CELLS = 9  # of one of up to three prices of a record


class BadRecord(Exception):
    """A record that cannot be read: code, and what was found and expected."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Opening(NamedTuple):
    """The first record: who sends what, in which version."""

    version: str
    day: date
    currency: str
    sender: str


def opening(line: str, pivot: int) -> Opening | None:
    """The first record; None where it is none.

    Version 4 has places of fixed width, version 5 has cells.
    """
    if line.startswith("V;"):
        cells = [*(cell.strip() for cell in line.split(";")), "", "", "", "", "", ""]
        day = _day(cells[3][6:8], cells[3][4:6], cells[3][:4])
        return Opening("5", day, cells[4], cells[5]) if cells[1] == "050" and day else None
    if line[:1] == "V" and line[123:125] == "04" and (year := line[6:8]).isdigit():
        day = _day(line[2:4], line[4:6], str((2000 if int(year) < pivot else 1900) + int(year)))
        return Opening("4", day, line[125:128].strip(), line[8:48].strip()) if day else None
    return None


def _day(day: str, month: str, year: str) -> date | None:
    try:
        return date(whole_number(year), whole_number(month), whole_number(day))
    except ValueError:
        return None


def article(at: int, cells: Sequence[str], version: str) -> DocumentLine:
    """Record A: number, texts, unit and price.

    Raises:
        BadRecord: a cell is missing or cannot be read.
    """
    if version == "5":
        mark, number, first, second, unit, kind, per, price, discounts, group = _cells(cells, 1, 11)
        places, text = _UNITS_5, _cell(cells, 23)
    else:
        mark, number, _, first, second, kind, per, unit, price, discounts, group, text = _cells(cells, 1, 13)
        places = _UNITS_4
    amount, base = _price(price), _known(places, per, "a price for 1, 10, 100 or 1000")
    features = {"mark": _known(MARKS, mark, "N, A, L or X"), "price_kind": _known(_PRICES, kind, "1 or 2"),
                "discount_group": discounts, "product_group": group, "text_key": text}
    return DocumentLine(
        at, _needed(number), number, Decimal(base), unit, amount, features=_told(features),
        name=" ".join(filter(None, (first, second))), unit_price=None if amount is None else amount / base)


def more(line: DocumentLine, cells: Sequence[str]) -> DocumentLine:
    """Record B of an article of version 4: other numbers, GTIN, group of products."""
    search, alternative, page = _cell(cells, 3), _cell(cells, 4), _cell(cells, 5)
    features = {"matchcode": search, "page": page, "sub_group": _cell(cells, 11)}
    return line._replace(gtin=_gtin(_cell(cells, 9)), article_buyer=alternative,
                         features=MappingProxyType({**line.features, **_told(features)}))


def alone(at: int, cells: Sequence[str]) -> DocumentLine:
    """Record B of an article whose record A is not before it."""
    mark, number = _cells(cells, 1, 3)
    return more(DocumentLine(at, f"{_needed(number)}/B", number, Decimal(1), "",
                             features=_told({"mark": _known(MARKS, mark, "N, A, L or X")})), cells)


def prices(at: int, cells: Sequence[str], version: str) -> Iterator[DocumentLine]:
    """Record P: up to three prices in version 4, one in version 5. The unit of a price stands with its article.

    Raises:
        BadRecord: a price cannot be read.
    """
    mark, rest = (cells[1], cells[2:]) if cells[1:2] and cells[1] in MARKS else ("", cells[1:])
    if version == "5":
        number, kind, per, price = _cells(rest, 0, 4)
        yield _priced(at, number, kind, price, mark, _known(_UNITS_5, per, "a price for 1, 10, 100 or 1000"))
        return
    for first in range(0, len(rest), _PRICE_CELLS):
        block = rest[first:first + _PRICE_CELLS]
        if any(block):
            number, kind, price = _cells(block, 0, 3)
            yield _priced(at, number, kind, price, mark, 0)


def _priced(at: int, number: str, kind: str, price: str, mark: str, base: int) -> DocumentLine:
    """A price alone; `base` 0: for as many units as the article says."""
    amount, sort = _price(price), _known(_PRICES, kind, "1 or 2")
    features = {"mark": MARKS[mark], "price_kind": sort, "price_per": "" if base else "as the article says"}
    return DocumentLine(at, f"{_needed(number)}/{sort}", number, Decimal(base or 1), "", amount,
                        features=_told(features), unit_price=amount / base if base and amount is not None else None)


def product_groups(at: int, cells: Sequence[str]) -> Iterator[DocumentLine]:
    """Record S: a main group of products, and a group in it."""
    main, text, group, more_text = _cell(cells, 2), _cell(cells, 3), _cell(cells, 4), _cell(cells, 5)
    if main:
        yield DocumentLine(at, f"S/{main}", "", Decimal(0), "", role="info", name=text,
                           features=_told({"product_group": main}))
    if group:
        yield DocumentLine(at, f"S/{main}/{group}", "", Decimal(0), "", role="info", name=more_text,
                           features=_told({"product_group": main, "sub_group": group}))


def discount_group(at: int, cells: Sequence[str]) -> DocumentLine:
    """Record R: a group of discounts, with two digits behind the point."""
    group, kind, value, text = (_cell(cells, place) for place in (2, 3, 4, 5))
    features = {"discount_group": _needed(group), "discount_kind": _known(_DISCOUNTS, kind, "1, 2 or 3"),
                "discount": value}
    return DocumentLine(at, f"R/{group}", "", Decimal(0), "", role="info", name=text, features=_told(features))


def _told(features: Mapping[str, str]) -> Mapping[str, str]:
    """The features that say something."""
    return MappingProxyType({name: value for name, value in features.items() if value})


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _cells(cells: Sequence[str], first: int, behind: int) -> list[str]:
    if len(cells) < behind - 1:  # the last cell may be left out together with its mark
        raise BadRecord("wrong_width", f"found {len(cells)} cells, expected {behind}")
    return [_cell(cells, place) for place in range(first, behind)]


def _needed(number: str) -> str:
    if not number:
        raise BadRecord("empty_cell", "found no number, expected one")
    return number


def _known(values: Mapping[str, T], key: str, expected: str) -> T:
    if key not in values:
        raise BadRecord("unreadable", f"found {key[:20]!r}, expected {expected}")
    return values[key]


def _price(cell: str) -> Decimal | None:
    """Hundredths as they are written; nothing and 0 mean that the price comes by another record."""
    try:
        cents = whole_number(cell or "0")
    except Unreadable as error:
        raise BadRecord("unreadable", f"price: found {error.found!r}, expected whole hundredths") from None
    if cents < 0:
        raise BadRecord("unreadable", f"price: found {cents}, expected none below zero")
    return Decimal(cents) / 100 if cents else None


def _gtin(cell: str) -> str:
    if not cell.strip("0"):
        return ""
    if not (cell.isascii() and cell.isdigit() and len(cell) in (8, 12, 13, 14)):
        raise BadRecord("bad_gtin", f"GTIN: found {cell[:20]!r}, expected 8, 12, 13 or 14 digits")
    return cell
