"""What all IDocs have in common: control record, parties, dates, lines that come one by one, and parts of documents."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import attrs

from treuwerk.domain.documents import NO_FEATURES, Document, DocumentKind, DocumentLine, Fault, Party, Purpose
from treuwerk.domain.reading import Unreadable, calendar_date, decimal_number
from treuwerk_idoc.segments import Segment
from treuwerk_idoc.settings import IdocSettings

LONGEST_PART = 5_000  # lines; a longer IDoc comes in parts, so that memory stays flat
MOST_SERIALS = 100_000  # of one line
_ROLES: Mapping[str, str] = MappingProxyType({
    "AG": "buyer", "WE": "ship_to", "RE": "invoicee", "RG": "payer", "LF": "supplier", "RS": "invoicer",
    "OSO": "sales_organisation", "OSP": "ship_from", "SP": "carrier", "SF": "ship_from", "EN": "end_customer"})
_NO_DAY = frozenset({"", "00000000"})


@attrs.define
class LineDraft:
    """A line while its segments come in; numbers are texts until it is complete."""

    at: int
    id: str
    quantity: str = ""
    unit: str = ""
    amount: str = ""
    price: str = ""
    price_base: str = ""
    seller: str = ""
    buyer: str = ""
    gtin: str = ""
    name: str = ""
    parent: str = ""
    role: str = "main"
    serials: list[str] = attrs.field(factory=list)
    features: dict[str, str] = attrs.field(factory=dict)
    orders: list[str] = attrs.field(factory=list)
    deliveries: list[str] = attrs.field(factory=list)
    previous: list[str] = attrs.field(factory=list)
    damage: str = ""


class Idoc:
    """Gathers one IDoc. Documents that are complete stand in `ready`; who reads takes them from there."""

    handlers: Mapping[str, Callable[[Any, Mapping[str, str], int], None]] = {}
    """Segment → what it says; set by the classes for each kind."""

    def __init__(self, source: str, settings: IdocSettings, control: Segment, kind: DocumentKind) -> None:
        self.source, self.settings, self.control, self.kind = source, settings, control.fields, kind
        self.number = self.type_code = self.function = self.currency = ""
        self.purpose = Purpose.ORIGINAL
        self.parties: dict[str, Party] = {}
        self.orders: list[str] = []
        self.deliveries: list[str] = []
        self.previous: list[str] = []
        self.sums: dict[str, Decimal] = {}
        self.dates: dict[str, str] = {}
        self.ready: list[Document] = []
        self.line: LineDraft | None = None
        self.lines: list[DocumentLine] = []
        self.faults: list[Fault] = []
        if control.fields.get("TEST"):
            self.warn("test_transmission", "EDI_DC40: found the mark of a test, expected a real transmission")

    def take(self, segment: Segment) -> None:
        """The next segment."""
        if handle := self.handlers.get(segment.name):
            handle(self, segment.fields, segment.at)
            if segment.damage and self.line is not None:
                self.line.damage = f"segment {segment.name}: {segment.damage}"
            elif segment.damage:
                self.warn("odd_byte", f"segment {segment.name}: {segment.damage}")

    def end(self) -> None:
        """The last part becomes ready."""
        self.close_line()
        self.flush(last=True)

    def warn(self, code: str, text: str) -> None:
        """Something is odd about the document, and takes nothing away."""
        self.faults.append(Fault(None, code, text, self.number, "warning"))

    def partner(self, role: str, number: str, name: str, more: tuple[tuple[str, str], ...] = ()) -> None:
        """A partner by its function; the first one of each counts."""
        if role not in self.parties and len(self.parties) < 1_000:
            scheme = self.settings.buyer_scheme if role in self.settings.buyer_roles else "id"
            numbers = ((scheme, number),) if number else ()
            self.parties[role] = Party(name, (*more, *numbers))

    def open_line(self, line: LineDraft) -> None:
        """Another line begins."""
        self.close_line()
        self.line = line

    def close_line(self) -> None:
        """The open line is complete."""
        draft, self.line = self.line, None
        if draft is None:
            return
        read = self._finished(draft)
        if isinstance(read, Fault):
            self.faults.append(read)
        else:
            self.lines.append(read)
        if len(self.lines) + len(self.faults) >= LONGEST_PART:
            self.flush(last=False)

    def _finished(self, draft: LineDraft) -> DocumentLine | Fault:
        if draft.damage:
            return Fault(draft.at, "bad_encoding", f"line {draft.id}: {draft.damage}", self.number, raw=draft.name)
        if len(draft.serials) > MOST_SERIALS:
            return Fault(draft.at, "too_many", f"line {draft.id}: found more than {MOST_SERIALS:,} serials, expected "
                         "fewer; ask the sender", self.number)
        if not self.number:
            return Fault(draft.at, "no_number", f"line {draft.id}: found no number of the document (VBELN, BELNR), "
                         "expected one; ask the sender", self.number)
        try:
            quantity, amount = sap_number(draft.quantity) or Decimal(0), sap_number(draft.amount)
            price, base = sap_number(draft.price), sap_number(draft.price_base)
        except Unreadable as error:
            return Fault(draft.at, "unreadable", f"line {draft.id}: found {error.found!r}, expected {error.expected}; "
                         "ask the sender", self.number, raw=draft.id)
        return DocumentLine(
            draft.at, draft.id, draft.seller, quantity, draft.unit, amount, tuple(draft.serials),
            MappingProxyType(draft.features) if draft.features else NO_FEATURES, name=draft.name,
            article_buyer=draft.buyer, gtin=draft.gtin, unit_price=price / base if price and base else price,
            parent=draft.parent, role=draft.role, orders=tuple(draft.orders), deliveries=tuple(draft.deliveries),
            previous=tuple(draft.previous))

    def flush(self, *, last: bool) -> None:
        """The lines so far become a part of the document."""
        delivered, issued = self.days()
        seller, buyer = self._first(self.settings.seller_roles), self._first(self.settings.buyer_roles)
        self.ready.append(Document(
            self.source, self.kind, self.number, tuple(_with_sets(self.lines)), tuple(self.faults), delivered, issued,
            self.parties.get(seller) or self._system(), self.parties.get(buyer, Party()), self.currency,
            tuple(self.orders), tuple(self.deliveries), tuple(self.previous), self.type_code, self.function,
            dict(self.sums) if last else {}, self.purpose,
            {_ROLES.get(role, role.lower()): party for role, party in self.parties.items()
             if role not in (seller, buyer)},
            self.control.get("SNDPRN", "")))
        self.lines, self.faults = [], []

    def days(self) -> tuple[date | None, date | None]:
        """(Day of the delivery, day of the document)."""
        return None, None

    def day(self, text: str, place: str) -> date | None:
        """A day; one that is impossible is told and is none."""
        if text in _NO_DAY:
            return None
        try:
            return calendar_date(text, ("YYYYMMDD",))
        except Unreadable as error:
            self.faults.append(Fault(None, "unreadable", f"{place}: found {error.found!r}, expected {error.expected}; "
                                     "ask the sender", self.number))
            return None

    def _system(self) -> Party:
        sender = self.control.get("SNDPRN", "")
        return Party(ids=(("id", sender),)) if sender else Party()

    def _first(self, roles: list[str]) -> str:
        return next((role for role in roles if role in self.parties), "")


def sap_number(text: str) -> Decimal | None:
    """A number as SAP writes it: digits with a point, blanks around, a minus behind; None where there is nothing.

    >>> sap_number("12.500-")
    Decimal('-12.500')
    """
    text = text.strip()
    if text.endswith("-"):
        text = f"-{text[:-1].strip()}"
    return decimal_number(text) if text else None


def _with_sets(lines: list[DocumentLine]) -> list[DocumentLine]:
    """Lines that components belong to are sets; a batch of the same article is none, so it stays a line like any."""
    articles = {line.id: line.article_seller for line in lines}
    sets = {line.parent for line in lines if line.parent and articles.get(line.parent) != line.article_seller}
    if not any(line.parent for line in lines):
        return lines
    return [line._replace(role="component") if line.parent in sets and line.role == "main" else
            line._replace(role="set") if line.id in sets and line.role == "main" else line for line in lines]
