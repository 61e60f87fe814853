"""What the segments before and behind the lines of a message say: number, dates, parties, references, sums."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import attrs

from treuwerk.domain.documents import DocumentKind, Fault, Party, Purpose
from treuwerk.domain.reading import Unreadable, shortened
from treuwerk_edifact.codes import (
    DELIVERIES,
    DOCUMENTS,
    FUNCTIONS,
    ORDERS,
    PREVIOUS,
    ROLES,
    SUMS,
)
from treuwerk_edifact.dates import day_of, instant_of
from treuwerk_edifact.numbers import number
from treuwerk_edifact.parties import PartyDraft, identification, party_draft
from treuwerk_edifact.settings import EdifactSettings
from treuwerk_edifact.syntax import Elements

_MOST = 1_000  # references and parties of one message
_ISSUED = ("137", "3", "97", "182")
_TAX = "124"
_REPORTERS = ("FR", "MS", "SE", "DS")


def value(segment: Elements, element: int, component: int = 0) -> str:
    """A value of a segment, trimmed; empty where the segment is shorter."""
    if len(segment) > element and len(segment[element]) > component:
        return segment[element][component].strip()
    return ""


@attrs.define
class Head:
    """The head of a message. The first word counts wherever a thing is said twice."""

    message: str
    settings: EdifactSettings
    mark: str
    sender: Party
    kind: DocumentKind = DocumentKind.OTHER
    type_code: str = ""
    number: str = ""
    function: str = ""
    currency: str = ""
    dates: dict[str, tuple[str, str]] = attrs.field(factory=dict)
    parties: dict[str, PartyDraft] = attrs.field(factory=dict)
    references: dict[str, list[str]] = attrs.field(factory=dict)
    amounts: dict[str, Decimal] = attrs.field(factory=dict)
    taxes: list[Decimal] = attrs.field(factory=list)
    faults: list[Fault] = attrs.field(factory=list)
    notes: list[str] = attrs.field(factory=list)
    revision: str = ""
    location: Party | None = None
    period: tuple[str, str] | None = None

    def warn(self, code: str, text: str, told: int | None = None, counted: int | None = None) -> None:
        """Something is odd about the document, and takes nothing away; such as a number of things that it tells."""
        self.faults.append(Fault(None, code, text, self.number, "warning", told=told, counted=counted))

    def begins(self, segment: Elements) -> None:
        """BGM: what it is, its number, and what it is to do with an earlier one."""
        self.type_code, self.number, self.function = value(segment, 1), value(segment, 2), value(segment, 3)
        self.revision = ".".join(filter(None, (value(segment, 2, 1), value(segment, 2, 2))))
        self.kind = DOCUMENTS.get((self.message, self.type_code), self.kind)
        if self.function not in FUNCTIONS:
            self.warn("unknown_function", f"BGM: found function {shortened(self.function)!r}, expected 9 (original), 5 "
                      "(replace), 4 (change), 1 (cancel) or nothing; it was read as an original")

    def dated(self, segment: Elements) -> None:
        """DTM: a date by its qualifier."""
        if value(segment, 1):
            self.dates.setdefault(value(segment, 1), (value(segment, 1, 1), value(segment, 1, 2)))

    def refers(self, segment: Elements) -> None:
        """RFF: a reference of the whole document."""
        found = self.references.setdefault(value(segment, 1), []) if len(self.references) < _MOST else []
        if (reference := value(segment, 1, 1)) and reference not in found and len(found) < _MOST:
            found.append(reference)

    def names(self, segment: Elements) -> PartyDraft:
        """NAD: a party by its qualifier."""
        party = party_draft(segment)
        if party.misplaced:
            self.warn("misplaced_agency", f"NAD+{party.qualifier}: found the agency {party.identified.agency} where "
                      "the name belongs, expected it behind the number (number::agency)")
        if party.qualifier and len(self.parties) < _MOST:
            self.parties.setdefault(party.qualifier, party)
        return party

    def is_in(self, segment: Elements) -> None:
        """CUX: the currency of the document."""
        self.currency = self.currency or value(segment, 1, 1)

    def sells_at(self, segment: Elements) -> None:
        """LOC of a sales report: where the lines that follow were sold."""
        place = identification(segment[2] if len(segment) > 2 else ())
        self.location = PartyDraft("LOC", place, value(segment, 2, 3)).party(self.settings.buyer_scheme)
        self.period = None

    def tells(self, segment: Elements) -> None:
        """FTX: a text of the document."""
        if len(self.notes) < _MOST and len(segment) > 4:
            self.notes.append(" ".join(filter(None, map(str.strip, segment[4]))))

    def version(self) -> str:
        """What orders the messages of one number: the revision of BGM, else the instant of DTM; invoices have none."""
        if self.kind in (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE):
            return ""
        said, form = self.dates.get("137", ("", ""))
        return self.revision or instant_of(said, form)

    def sums_up(self, segment: Elements) -> None:
        """MOA behind the lines: a sum by its qualifier, in the currency of the document."""
        qualifier, currency = value(segment, 1), value(segment, 1, 2)
        if currency and self.currency and currency != self.currency:
            return
        try:
            amount = number(value(segment, 1, 1), self.mark)
        except Unreadable as error:
            self.warn("unreadable", f"MOA+{qualifier}: found {error.found!r}, expected {error.expected}")
            return
        self.amounts.setdefault(qualifier, amount)
        if qualifier == _TAX:
            self.taxes.append(amount)

    @property
    def purpose(self) -> Purpose:
        """What the function means; one that nobody knows is read as an original."""
        return FUNCTIONS.get(self.function, Purpose.ORIGINAL)

    def listed(self, qualifiers: frozenset[str]) -> tuple[str, ...]:
        """References of the document with one of these qualifiers."""
        return tuple(reference for qualifier, found in self.references.items() if qualifier in qualifiers
                     for reference in found)

    def orders(self) -> tuple[str, ...]:
        """Orders of the buyer."""
        return self.listed(ORDERS)

    def deliveries(self) -> tuple[str, ...]:
        """Delivery notes and despatch advices."""
        return self.listed(DELIVERIES)

    def previous(self) -> tuple[str, ...]:
        """Earlier documents that this one speaks of."""
        return self.listed(PREVIOUS)

    def days(self) -> tuple[date | None, date | None]:
        """(Day of the delivery, day of the document); both None where the former is impossible, so that none counts."""
        issued = self._day(_ISSUED, "warning")
        wanted = self.settings.delivery_dates
        if self.kind is DocumentKind.SALES_REPORT:
            named = self.period or self.dates.get("356") or self.dates.get("90")
            return (self._read(named, "DTM+356", "error") if named else issued), issued
        found = next((qualifier for qualifier in wanted if qualifier in self.dates), "")
        if not found:
            return None, issued if issued or not self._named(_ISSUED) else self._day(_ISSUED, "error")
        delivered = self._read(self.dates[found], f"DTM+{found}", "error")
        return delivered, issued if delivered else None

    def _named(self, qualifiers: Sequence[str]) -> str:
        return next((qualifier for qualifier in qualifiers if qualifier in self.dates), "")

    def _day(self, qualifiers: Sequence[str], severity: str) -> date | None:
        found = self._named(qualifiers)
        return self._read(self.dates[found], f"DTM+{found}", severity) if found else None

    def _read(self, dated: tuple[str, str], place: str, severity: str) -> date | None:
        try:
            return day_of(*dated)
        except Unreadable as error:
            text = f"{place}: found {error.found!r}, expected {error.expected}; ask the sender"
            if not any(fault.text == text for fault in self.faults):
                self.faults.append(Fault(None, "unreadable", text, self.number, severity))
            return None

    def seller(self) -> Party:
        """Who sold and numbers the document; where nobody is named, who sent it."""
        return self._party(self._seller()) if self._seller() else self.sender

    def _seller(self) -> str:
        wanted = self.settings.seller_roles
        if self.kind is DocumentKind.SALES_REPORT:
            wanted = [*_REPORTERS, *(("BY",) if self.location else ()), *wanted]
        return next((qualifier for qualifier in wanted if qualifier in self.parties), "")

    def buyer(self) -> Party:
        """Who bought: in sales reports the place of the sale, where one is named."""
        return self.location or (self._party(self._buyer()) if self._buyer() else Party())

    def _buyer(self) -> str:
        return next((qualifier for qualifier in self.settings.buyer_roles if qualifier in self.parties), "")

    def _party(self, qualifier: str) -> Party:
        return self.parties[qualifier].party(self.settings.buyer_scheme)

    def others(self) -> Mapping[str, Party]:
        """Who else is named, by role."""
        told = {self._seller(), "" if self.location else self._buyer()}
        found: dict[str, Party] = {}
        for qualifier in self.parties:
            if qualifier not in told:
                role = ROLES.get(qualifier, qualifier.lower())
                found.setdefault(role if role not in found else qualifier.lower(), self._party(qualifier))
        return found

    def sums(self) -> dict[str, Decimal]:
        """The sums by their names; what has none stands as ``moa_`` with its qualifier."""
        left, found = dict(self.amounts), dict[str, Decimal]()
        for name, qualifiers in SUMS:
            if qualifier := next((of for of in qualifiers if of in left), ""):
                found[name] = left.pop(qualifier)
        if self.taxes and "tax_total" not in found:
            found["tax_total"] = sum(self.taxes, Decimal(0))
        if "payable" not in found and "grand_total" in found:
            found["payable"] = found["grand_total"]
        return found | {f"moa_{qualifier}": amount for qualifier, amount in left.items()}
