"""One line of a message, from LIN to the next: gathered segment by segment, then read strictly in one place."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

import attrs

from treuwerk.domain.credits import GIVES_BACK
from treuwerk.domain.document_kinds import NOT_COUNTED
from treuwerk.domain.documents import NO_FEATURES, DocumentLine, Fault, Movement
from treuwerk.domain.reading import Unreadable, plain_number
from treuwerk_edifact.codes import (
    ADJUSTMENTS,
    AMOUNTS,
    BATCH_TYPES,
    BUYER_TYPES,
    CHARGE_AMOUNTS,
    DELIVERIES,
    GTIN_TYPES,
    MAKER_TYPES,
    ORDERS,
    PREVIOUS,
    PRICES,
    SELLER_TYPES,
    SERIAL_TYPES,
)
from treuwerk_edifact.numbers import number, price
from treuwerk_edifact.parties import PartyDraft, party_draft
from treuwerk_edifact.serials import numbers
from treuwerk_edifact.syntax import Elements

MOST_SERIALS = 100_000  # of one line
_MOST_REFERENCES = 1_000
_ORDERED, FREE, _ACCEPTED = "21", "192", "194"
_REFUSED = ("195", "196", "200")  # received, not accepted
_PACKED = {"BJ": "sscc", "AW": "sscc", **dict.fromkeys(BATCH_TYPES, "batch")}
_NONE = Decimal(0)
_NOTHING: tuple[str, ...] = ()


class LineRules(NamedTuple):
    """What holds for all lines of a message: the decimal mark, which quantity counts, and what a missing unit means."""

    mark: str
    quantities: tuple[str, ...]
    unit: str
    adds_up: bool = False
    """Whether a line may have its quantity in several parts, as in sales reports."""
    receipt: bool = False


class LineDraft:
    """What was said of a line so far. The first word counts wherever a thing is said twice."""

    # Defaults stand in the class: most lines say little, and what is not said costs nothing.
    seller = buyer = gtin = maker = untyped = name = parent = place = mark = ""
    orders = deliveries = previous = serials = _NOTHING
    others: list[tuple[str, str, str]] | None = None
    amounts: dict[str, str] | None = None
    prices: dict[str, tuple[str, str]] | None = None
    features: dict[str, str] | None = None
    party: PartyDraft | None = None
    spoilt: Fault | None = None
    nameless = in_charge = False

    def __init__(self, at: int, segment: Elements, sscc: str) -> None:
        self.at = at
        self.id = segment[1][0].strip() if len(segment) > 1 else ""
        self.quantities: dict[str, tuple[str, str]] = {}
        if sscc:
            self.features = {"sscc": sscc}
        if len(segment) > 3:
            self._article(segment[3])
            self.nameless = not segment[3][0].strip() and len(segment[3]) > 1 and bool(segment[3][1])
            if len(segment) > 4 and len(segment[4]) > 1:
                self.parent = segment[4][1].strip()

    def _article(self, components: list[str]) -> None:
        value = components[0].strip()
        kind = components[1].strip() if len(components) > 1 else ""
        if not value:
            return
        if kind in GTIN_TYPES:
            self.gtin = self.gtin or value
        elif kind in SELLER_TYPES:
            self.seller = self.seller or value
        elif kind in BUYER_TYPES:
            self.buyer = self.buyer or value
        elif kind in MAKER_TYPES:
            self.maker = self.maker or value
        elif kind in SERIAL_TYPES:
            self.serials += (value,)
        elif kind in BATCH_TYPES:
            self._feature("batch", value)
        elif not kind:
            self.untyped = self.untyped or value

    def _feature(self, name: str, value: str) -> None:
        self.features = {name: value, **(self.features or {})}

    def product(self, segment: Elements) -> None:
        """PIA: more numbers of the article."""
        for components in segment[2:]:
            self._article(components)

    def described(self, segment: Elements) -> None:
        """IMD: the text of the article, which may be cut in two."""
        if not self.name and len(segment) > 3 and len(texts := segment[3]) > 3:
            self.name = texts[3].strip()
            if len(texts) > 4 and (more := texts[4].strip()):
                self.name = f"{self.name} {more}".lstrip()

    def quantity(self, said: list[str]) -> None:
        """QTY: a quantity by its qualifier."""
        qualifier, value, unit = said if len(said) == 3 else [*said, "", ""][:3]
        if qualifier not in self.quantities:
            self.quantities[qualifier] = (value, unit)
        else:
            self.others = self.others or []
            self.others.append((qualifier, value, unit))

    def discrepancy(self, segment: Elements) -> None:
        """QVR: by how much a quantity differs from another, and why."""
        if len(segment) > 1 and segment[1][0]:
            self._feature("discrepancy", segment[1][0].strip())
        if len(segment) > 2 and segment[2][0]:
            self._feature("discrepancy_reason", segment[2][0].strip())

    def amount(self, said: list[str]) -> None:
        """MOA: an amount by its qualifier; those below an allowance or charge are its own."""
        if len(said) > 1 and not self.in_charge:
            if self.amounts is None:
                self.amounts = {}
            self.amounts.setdefault(said[0], said[1])

    def priced(self, said: list[str]) -> None:
        """PRI: a price with the quantity that it is for."""
        if len(said) > 1 and said[1]:
            if self.prices is None:
                self.prices = {}
            self.prices.setdefault(said[0], (said[1], said[4] if len(said) > 4 else ""))

    def charged(self, _: list[str]) -> None:
        """ALC: what follows is of an allowance or charge."""
        self.in_charge = True

    def adjusted(self, said: list[str]) -> None:
        """AJT: why something is credited, where the reason tells goods from their price."""
        if said and (about := ADJUSTMENTS.get(said[0].strip())):
            self._feature(GIVES_BACK, about)

    def refer(self, said: list[str]) -> None:
        """RFF: orders, delivery notes and earlier documents of this line."""
        if len(said) < 2 or not (value := said[1].strip()):
            return
        if said[0] in ORDERS:
            self.orders = _more(self.orders, value)
        elif said[0] in DELIVERIES:
            self.deliveries = _more(self.deliveries, value)
        elif said[0] in PREVIOUS:
            self.previous = _more(self.previous, value)

    def numbered(self, segment: Elements) -> None:
        """GIN, GIR: serials, batches and packages."""
        for qualifier, values in numbers(segment).items():
            if qualifier in SERIAL_TYPES:
                self._number(values)
            elif values and (name := _PACKED.get(qualifier)):
                self._feature(name, values[-1])

    def _number(self, serials: list[str]) -> None:
        if len(self.serials) + len(serials) > MOST_SERIALS:
            self.spoilt = Fault(self.at, "too_many", f"LIN+{self.id}: found more than {MOST_SERIALS:,} serials in one "
                                "line, expected fewer; ask the sender")
        else:
            self.serials += tuple(serials)

    def belongs_to(self, segment: Elements) -> None:
        """NAD: in sales reports, who bought; the first one counts."""
        if self.party is None:
            self.party = party_draft(segment)

    @property
    def article(self) -> str:
        """The number of its article, whoever gave it."""
        return self.seller or self.gtin or self.untyped or self.buyer or self.maker

    def finished(self, rules: LineRules, document: str) -> DocumentLine | Fault:
        """The line, or the fault that takes its place."""
        if self.spoilt is not None:
            return attrs.evolve(self.spoilt, document=document)
        place = "QTY"
        try:
            quantity, unit = self._moved(rules)
            place = "MOA"
            amount = None if self.amounts is None else self._value(self.amounts, rules.mark)
        except Unreadable as error:
            return Fault(self.at, "unreadable", f"LIN+{self.id}, {place}: found {error.found!r}, expected "
                         f"{error.expected}; compare the decimal mark of UNA, or set decimal_mark of the source",
                         document, raw=f"LIN+{self.id}")
        return DocumentLine._make((  # half the time of a call with twenty arguments
            self.at, self.id, self.seller or self.untyped or self.maker, quantity, unit, amount, self.serials,
            self._facts(), Movement.DELIVER, self.name, self.buyer, self.gtin,
            None if self.prices is None else self._unit_price(self.prices, rules.mark), self.parent, self._role(),
            self.orders, self.deliveries, self.previous, self.place, self.mark))

    def _moved(self, rules: LineRules) -> tuple[Decimal, str]:
        """The quantity that counts, with its unit; 0 where none does, as in lines of text."""
        for counted in rules.quantities:
            if counted in self.quantities:
                break
        else:
            if rules.receipt:
                self._feature(NOT_COUNTED, "true")
                self._refuse(rules.mark)
            return _NONE, rules.unit
        value, unit = self.quantities[counted]
        moved = number(value.strip(), rules.mark)
        if rules.adds_up and self.others:
            moved += sum(number(more.strip(), rules.mark) for of, more, in_unit in self.others
                         if (of, in_unit) == (counted, unit))
        if rules.receipt and counted != _ACCEPTED:
            self._refuse(rules.mark)
        return moved, unit.strip() or rules.unit

    def _refuse(self, mark: str) -> None:
        """What was received and not accepted is part of what was received, and told beside it."""
        if found := [number(self.quantities[of][0].strip(), mark) for of in _REFUSED if of in self.quantities]:
            self._feature("rejected", plain_number(sum(map(abs, found), _NONE)))

    def _value(self, amounts: Mapping[str, str], mark: str) -> Decimal | None:
        for qualifier in (*AMOUNTS, *CHARGE_AMOUNTS):
            if amounts.get(qualifier):
                return number(amounts[qualifier].strip(), mark)
        return None

    def _unit_price(self, prices: Mapping[str, tuple[str, str]], mark: str) -> Decimal | None:
        for qualifier in PRICES:
            if qualifier in prices:
                amount, base = prices[qualifier]
                return price(amount.strip(), base.strip(), mark)
        return None

    def _facts(self) -> Mapping[str, str]:
        quantities = self.quantities
        if len(quantities) > 1 or FREE in quantities:
            for qualifier, name in ((_ORDERED, "ordered"), (FREE, "free_goods")):
                if qualifier in quantities:
                    self._feature(name, quantities[qualifier][0].strip())
        if self.maker and (self.seller or self.untyped):
            self._feature("manufacturer_article", self.maker)
        return NO_FEATURES if self.features is None else MappingProxyType(self.features)

    def _role(self) -> str:
        if self.parent:
            return "component"
        amounts = self.amounts or {}
        has_value = bool(amounts) and any(qualifier in amounts for qualifier in AMOUNTS)
        if not (self.gtin or self.seller or self.buyer or self.maker or self.untyped) and (
                self.nameless or (not has_value and any(qualifier in amounts for qualifier in CHARGE_AMOUNTS))):
            return "charge"
        return "main" if self.quantities or has_value else "info"


def _more(known: tuple[str, ...], value: str) -> tuple[str, ...]:
    if not known:
        return (value,)
    return known if value in known or len(known) >= _MOST_REFERENCES else (*known, value)


ON_LINE: dict[str, Callable[[LineDraft, Elements], None]] = {  # a plain one: it is asked for each segment of a file
    "PIA": LineDraft.product, "IMD": LineDraft.described, "QVR": LineDraft.discrepancy,
    "GIN": LineDraft.numbered, "GIR": LineDraft.numbered, "NAD": LineDraft.belongs_to,
}
"""What a segment says of the line that is open."""
ON_LINE_BRIEFLY: dict[str, Callable[[LineDraft, list[str]], None]] = {
    "QTY": LineDraft.quantity, "MOA": LineDraft.amount, "PRI": LineDraft.priced, "RFF": LineDraft.refer,
    "ALC": LineDraft.charged, "AJT": LineDraft.adjusted,
}
"""The same of segments with one element, which is handed over alone. No other segment says something that we need."""
