"""Rows of a file of rewards become rewards: strictly, and what a file does not say stays as it was."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from treuwerk.domain.catalogue import Reward, RewardText, Variant, Window
from treuwerk.domain.reading import Unreadable, calendar_date, decimal_number, whole_number
from treuwerk.domain.rewards import Evidence, RewardState
from treuwerk.programme.settings import CODE, Settings
from treuwerk.services.master_files import BadRow, NamedRow, short
from treuwerk.services.rewards.columns import (
    EVIDENCE,
    LISTS,
    MONEY,
    PROVEN,
    SIGNS,
    TEXTS,
    UNLIMITED,
    VARIANT,
    WHOLE,
    WORDS,
)
from treuwerk.services.rewards.price_cells import read_prices

_LARGEST = 1_000_000_000


_SHIELDED = tuple(f"'{sign}" for sign in SIGNS)


def plain(row: NamedRow) -> NamedRow:
    """A row without the apostrophes that keep a spreadsheet from taking cells for formulas."""
    return NamedRow(row.at, {name: value[1:] if value.startswith(_SHIELDED) else value
                             for name, value in row.cells.items()})


@attrs.frozen
class Listed:
    """What a file says of one reward, and how many pieces of which variant there are (None: without limit)."""

    reward: Reward
    stock: Mapping[str, int | None]


def listed(rows: Sequence[NamedRow], before: Reward | None, settings: Settings) -> Listed:
    """A reward from all of its rows; `before` is what is kept of it so far.

    Raises:
        BadRow: a cell that cannot be read, or rows that say different things of the same reward.
    """
    head = NamedRow(rows[0].at, _own_cells(rows))
    number = _addressable(head.key("reward"))
    base = before or Reward(number, kind=_code(head, "kind"), category=_category(head, settings))
    said: dict[str, Any] = {**_own(head, settings), **_windows(head, base), "texts": _texts(head, base, settings),
            "evidence": _evidence(head, base), "variants": _variants(rows, base, settings)}
    return Listed(attrs.evolve(base, **said), _stock(rows))


def _addressable(number: str) -> str:
    """A number that can stand in the address of a page."""
    if "/" in number or number in (".", ".."):
        raise BadRow("bad_code", f"column reward: found {number!r}, expected a number without /")
    return number


def _own_cells(rows: Sequence[NamedRow]) -> dict[str, str]:
    """What stands of the reward itself; later rows repeat it or leave it out."""
    cells = rows[0].cells
    for row in rows[1:]:
        for name, value in row.cells.items():
            if name.startswith(VARIANT) or not value or value == cells.get(name):
                continue
            raise BadRow("differs", f"column {name}: found {value!r}, but line {rows[0].at} says {cells[name]!r} of "
                         "the same reward; expected the same, or an empty cell")
    return cells


def _own(row: NamedRow, settings: Settings) -> dict[str, Any]:
    cells = row.cells
    said: dict[str, Any] = {name: short(name, cells[name]) for name in TEXTS if name in cells}
    said |= {name: _cents(row, name) for name in MONEY if name in cells}
    said |= {name: _count(row, name) for name in WHOLE if name in cells}
    said |= {name: _several(cells[name]) for name in LISTS if name in cells}
    if "vat" in cells:
        said["vat"] = _number(row, "vat")
    if cells.get("state"):
        said["state"] = _state(row)
    if "kind" in cells:
        said["kind"] = _code(row, "kind")
    if "category" in cells:
        said["category"] = _category(row, settings)
    if cells.get("groups"):
        _known("groups", said["groups"], list(settings.groups))
    if "min_tier" in cells:
        said["min_tier"] = _known("min_tier", [cells["min_tier"]], ["", *(tier.code for tier in settings.tiers)])[0]
    if cells.get("with_money"):
        said["with_money"] = _one_of(row, "with_money", ["yes", "no"]) == "yes"
    if "prices" in cells:
        said["prices"] = read_prices(cells["prices"], settings)
    return said


def _known(column: str, values: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    """The values, each of which the programme must have."""
    if unknown := [value for value in values if value not in known]:
        raise BadRow("unknown_value", f"column {column}: found {unknown[0]!r}, expected some of "
                     f"{', '.join(filter(None, known)) or 'none'}")
    return values


def _several(cell: str) -> tuple[str, ...]:
    return tuple(sorted({one.strip() for one in cell.split("|") if one.strip()}))


def _code(row: NamedRow, column: str) -> str:
    code = row.need(column)
    if not CODE.fullmatch(code):
        raise BadRow("bad_code", f"column {column}: found {code!r}, expected small letters, digits and _")
    return code


def _category(row: NamedRow, settings: Settings) -> str:
    return _one_of(row, "category", list(settings.rewards.categories))


def _state(row: NamedRow) -> RewardState:
    return RewardState(_one_of(row, "state", [state.value for state in RewardState]))


def _one_of(row: NamedRow, column: str, known: Sequence[str]) -> str:
    value = row.need(column)
    if value not in known:
        raise BadRow("unknown_value", f"column {column}: found {value!r}, expected one of {', '.join(known) or 'none'}")
    return value


def _number(row: NamedRow, column: str) -> Decimal:
    try:
        number = decimal_number(row.cells[column].replace(",", ".") or "0")
    except Unreadable as error:
        raise BadRow("bad_number", f"column {column}: {error}") from None
    if not 0 <= number <= _LARGEST:
        raise BadRow("bad_number", f"column {column}: found {number}, expected 0 to {_LARGEST:,}")
    return number


def _cents(row: NamedRow, column: str) -> int:
    cents = _number(row, column) * 100
    if cents != int(cents):
        raise BadRow("bad_number", f"column {column}: found {row.cells[column]!r}, expected at most two decimals")
    return int(cents)


def _count(row: NamedRow, column: str) -> int:
    try:
        number = whole_number(row.cells[column] or "0")
    except Unreadable as error:
        raise BadRow("bad_number", f"column {column}: {error}") from None
    if not 0 <= number <= _LARGEST:
        raise BadRow("bad_number", f"column {column}: found {number}, expected 0 to {_LARGEST:,}")
    return number


def _day(column: str, cell: str, otherwise: date) -> date:
    try:
        return calendar_date(cell) if cell else otherwise
    except Unreadable as error:
        raise BadRow("bad_date", f"column {column}: {error}") from None


def _windows(row: NamedRow, base: Reward) -> Mapping[str, Window]:
    return {field: _window(row, name, getattr(base, field))
            for field, name in (("visible", "visible"), ("redeemable", "redeem"))}


def _window(row: NamedRow, name: str, before: Window) -> Window:
    first, last = f"{name}_from", f"{name}_until"
    window = Window(_day(first, row.cells[first], date.min) if first in row.cells else before.first,
                    _day(last, row.cells[last], date.max) if last in row.cells else before.last)
    if window.last < window.first:
        raise BadRow("bad_date", f"column {last}: found {window.last}, expected {window.first} or a later day")
    return window


def _texts(row: NamedRow, base: Reward, settings: Settings) -> Mapping[str, RewardText]:
    texts = dict(base.texts)
    for locale in settings.programme.locales:
        said = {word: row.cells[f"{word}_{locale}"].replace("\\n", "\n") for word in WORDS
                if f"{word}_{locale}" in row.cells}
        texts[locale] = attrs.evolve(texts.get(locale, RewardText()), **said)
    return {locale: text for locale, text in texts.items() if text != RewardText()}


def _evidence(row: NamedRow, base: Reward) -> tuple[Evidence, ...]:
    kept = [one for one in base.evidence if f"{one.kind}_statement" not in row.cells]
    return (*kept, *(one for kind in PROVEN if f"{kind}_statement" in row.cells
              for one in _with_papers(_proofs(row, kind), base)))


def _with_papers(proofs: Iterator[Evidence], base: Reward) -> Iterator[Evidence]:
    """A file knows no uploaded papers: an evidence that names the same document has the paper that it had."""
    papers = {(one.kind, one.document): one.file for one in base.evidence if one.document and one.file}
    return (attrs.evolve(one, file=papers.get((one.kind, one.document), "")) for one in proofs)


def _proofs(row: NamedRow, kind: str) -> Iterator[Evidence]:
    """Evidence of one kind: its columns have as many values each, or none."""
    statements = [one.strip() for one in row.cells[f"{kind}_statement"].split("|")]
    if statements == [""]:
        return
    lists = {part: [one.strip() for one in row.cells.get(f"{kind}_{part}", "").split("|")] for part in EVIDENCE}
    for part, values in lists.items():
        if values != [""] and len(values) != len(statements):
            raise BadRow("wrong_width", f"column {kind}_{part}: found {len(values)} values between |, expected "
                         f"{len(statements)} as in {kind}_statement")
    for at, statement in enumerate(statements):
        cell = {part: values[at] if values != [""] else "" for part, values in lists.items()}
        yield Evidence(kind, short(f"{kind}_statement", statement), cell["country"], short(
            f"{kind}_document", cell["document"]), _day(f"{kind}_valid_from", cell["valid_from"], date.min),
            _day(f"{kind}_valid_until", cell["valid_until"], date.max))


def _variants(rows: Sequence[NamedRow], base: Reward, settings: Settings) -> tuple[Variant, ...]:
    """The variants in the order of the file, which names all of them."""
    known, found = {one.number: one for one in base.variants}, dict[str, Variant]()
    for row in rows:
        number = row.key("variant")
        if number in found:
            raise BadRow("twice", f"column variant: {number} stands twice; expected each variant once")
        found[number] = _variant(row, known.get(number, Variant(number)), settings)
    return tuple(found.values())


def _variant(row: NamedRow, before: Variant, settings: Settings) -> Variant:
    names = dict(before.name)
    for locale in settings.programme.locales:
        if (column := f"variant_name_{locale}") in row.cells:
            names[locale] = row.cells[column]
    said: dict[str, Any] = {}
    if "variant_cost" in row.cells:
        said["cost"] = _cents(row, "variant_cost")
    if "variant_points" in row.cells:
        said["points"] = _count(row, "variant_points")
    return attrs.evolve(before, name={locale: name for locale, name in names.items() if name}, **said)


def _stock(rows: Sequence[NamedRow]) -> dict[str, int | None]:
    return {row.cells["variant"]: None if row.cells["stock"] == UNLIMITED else _count(row, "stock")
            for row in rows if row.cells.get("stock")}
