"""The head of an invoice of CII: numbers, days, parties, references and sums."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from xml.etree.ElementTree import Element

from treuwerk.domain.credits import said_by_all
from treuwerk.domain.documents import DocumentKind, Fault, Party, Purpose
from treuwerk.domain.invoices import warning
from treuwerk.domain.reading import Unreadable
from treuwerk.domain.trade_codes import FUNCTIONS, invoice_kind
from treuwerk.domain.trade_values import trade_number
from treuwerk.domain.xml_fields import Fields, Shape
from treuwerk_cii.parties import party
from treuwerk_cii.values import both_names, cii_day, cii_instant

_DOCUMENT, _AGREED, _DELIVERED, _SETTLED = (
    "ExchangedDocument", "ApplicableHeaderTradeAgreement", "ApplicableHeaderTradeDelivery",
    "ApplicableHeaderTradeSettlement")
_PAID_INTO = f"{_SETTLED}/SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount"
_SUMMED = f"{_SETTLED}/SpecifiedTradeSettlementHeaderMonetarySummation"
_SUMS = {"LineTotalAmount": "lines_total", "TaxBasisTotalAmount": "net_total", "GrandTotalAmount": "grand_total",
         "TotalPrepaidAmount": "prepaid", "DuePayableAmount": "payable", "ChargeTotalAmount": "charges_total",
         "AllowanceTotalAmount": "allowances_total", "RoundingAmount": "rounding"}
_PARTIES = {
    f"{_AGREED}/SellerTradeParty": "seller", f"{_AGREED}/BuyerTradeParty": "buyer",
    f"{_AGREED}/ProductEndUserTradeParty": "end_customer", f"{_DELIVERED}/ShipToTradeParty": "ship_to",
    f"{_AGREED}/SellerTaxRepresentativeTradeParty": "tax_representative",
    f"{_DELIVERED}/UltimateShipToTradeParty": "end_customer", f"{_DELIVERED}/ShipFromTradeParty": "ship_from",
    f"{_SETTLED}/InvoiceeTradeParty": "invoicee", f"{_SETTLED}/InvoicerTradeParty": "invoicer",
    f"{_SETTLED}/PayeeTradeParty": "payee", f"{_SETTLED}/PayerTradeParty": "payer"}
_HEAD = Shape(both_names({
    f"{_DOCUMENT}/ID": "number", f"{_DOCUMENT}/TypeCode": "code", f"{_DOCUMENT}/Name": "title",
    f"{_DOCUMENT}/PurposeCode": "function", f"{_DOCUMENT}/CopyIndicator": "copy",
    f"{_DOCUMENT}/IncludedNote/Content": "notes",
    f"{_DOCUMENT}/CopyIndicator/Indicator": "copy", f"{_DOCUMENT}/IssueDateTime/DateTimeString": "issued",
    f"{_DOCUMENT}/IssueDateTime/DateTime": "issued",
    f"{_AGREED}/BuyerOrderReferencedDocument/IssuerAssignedID": "orders",
    f"{_DELIVERED}/ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString": "delivered",
    f"{_DELIVERED}/ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTime": "delivered",
    f"{_DELIVERED}/DespatchAdviceReferencedDocument/IssuerAssignedID": "deliveries",
    f"{_DELIVERED}/DeliveryNoteReferencedDocument/IssuerAssignedID": "deliveries",
    f"{_SETTLED}/InvoiceReferencedDocument/IssuerAssignedID": "previous",
    f"{_SETTLED}/InvoiceCurrencyCode": "currency", f"{_SETTLED}/OrderCurrencyCode": "currency",
    f"{_PAID_INTO}/IBANID": "accounts", f"{_PAID_INTO}/ProprietaryID": "accounts",
    f"{_SUMMED}/TaxTotalAmount": "taxes", **{f"{_SUMMED}/{name}": field for name, field in _SUMS.items()}, **_PARTIES}))
_COPIES = re.compile(r"\b(?:rechnungskopie|kopie|copy|copie|duplikat|duplicate|duplicata|zweitschrift)\b",
                     re.IGNORECASE)
_INVOICES = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)
_NO_DAYS = frozenset({"602", "609", "610", "616"})
"""Formats of years, months and weeks: they name no day, and the day of the document counts."""
_BUYERS = frozenset({"buyer", "ship_to", "invoicee", "end_customer", "payer"})


class Head:
    """What stands around the lines; it is gathered element by element and asked for when all of it is there."""

    def __init__(self, buyer_scheme: str) -> None:
        self._buyer_scheme = buyer_scheme
        self._gathered = Element("head")
        self.faults: list[Fault] = []

    def keep(self, item: Element) -> None:
        """Keep an element of the head."""
        self._gathered.append(item)

    @cached_property
    def _fields(self) -> Fields:
        return _HEAD.fields(self._gathered)

    def text(self, name: str) -> str:
        """A single text of the head."""
        return self._fields.text(name)

    def references(self, name: str) -> tuple[str, ...]:
        """The numbers of other documents."""
        return self._fields.texts(name)

    def kind(self, of_root: DocumentKind) -> DocumentKind:
        """What the document is, by its root and its type."""
        code = self.text("code")
        if of_root is DocumentKind.ORDER:
            return DocumentKind.ORDER_RESPONSE if code == "231" else of_root
        return invoice_kind(code) if of_root is DocumentKind.INVOICE else of_root

    def purpose(self) -> Purpose:
        """What it is to do with an earlier one."""
        if self.text("copy").lower() in ("true", "1") or _COPIES.search(self.text("title")):
            return Purpose.COPY
        return FUNCTIONS.get(self.text("function"), Purpose.ORIGINAL)

    def gives_back(self, kind: DocumentKind) -> str:
        """What a credit note says that it is about."""
        return said_by_all(self._fields.texts("notes")) if kind is DocumentKind.CREDIT_NOTE else ""

    def version(self, kind: DocumentKind) -> str:
        """What orders the documents of one number: the instant of their issue. Invoices are never said again."""
        return "" if kind in _INVOICES else cii_instant(self.text("issued"))

    @cached_property
    def days(self) -> tuple[date | None, date | None]:
        """Day of the delivery and of the document. Where the former is impossible, both are None: nothing may count."""
        issued = self._day("issued")
        if not self.text("delivered") or self._fields.attribute("delivered", "format") in _NO_DAYS:
            return None, issued
        delivered = self._day("delivered")
        return delivered, issued if delivered else None

    def _day(self, name: str) -> date | None:
        if not (text := self.text(name)):
            return None
        try:
            return cii_day(text, self._fields.attribute(name, "format"))
        except Unreadable as error:
            self.faults.append(Fault(None, "unreadable", f"day {name}: {error}; ask the sender"))
            return None

    @cached_property
    def sums(self) -> Mapping[str, Decimal]:
        """The sums that the document names, its tax in its own currency."""
        sums = {name: number for name in _SUMS.values() if (number := self._number(name, self.text(name))) is not None}
        own, taxes = self.text("currency"), self._fields.all("taxes")
        wanted = [tax for tax in taxes if tax.get("currencyID", own) == own] or list(taxes[:1])
        known = [self._number("tax_total", (tax.text or "").strip()) for tax in wanted]
        if numbers := [number for number in known if number is not None]:
            sums["tax_total"] = sum(numbers, Decimal(0))
        return sums

    def _number(self, name: str, text: str) -> Decimal | None:
        if not text:
            return None
        try:
            return trade_number(text)
        except Unreadable as error:
            self.faults.append(warning("unreadable", f"{name}: {error}"))
            return None

    @cached_property
    def parties(self) -> dict[str, Party]:
        """All parties by their role."""
        return {role: party(elements[0], buys=role in _BUYERS, buyer_scheme=self._buyer_scheme)
                for role in dict.fromkeys(_PARTIES.values()) if (elements := self._fields.all(role))}
