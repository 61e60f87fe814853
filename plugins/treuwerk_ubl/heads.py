"""The head of a document of UBL: numbers, days, parties, references and sums."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from xml.etree.ElementTree import Element

from treuwerk.domain.credits import said_by_all
from treuwerk.domain.documents import DocumentKind, Fault, Party, Purpose
from treuwerk.domain.invoices import warning
from treuwerk.domain.reading import Unreadable
from treuwerk.domain.trade_codes import FUNCTIONS, invoice_kind
from treuwerk.domain.trade_values import trade_day, trade_number
from treuwerk.domain.xml_fields import Fields, Shape
from treuwerk.domain.xml_reading import plain_name
from treuwerk_ubl.kinds import ROOTS, UblKind
from treuwerk_ubl.parties import location, party
from treuwerk_ubl.settings import UblSettings

_BILLED = ("InvoiceDocumentReference", "SelfBilledInvoiceDocumentReference", "CreditNoteDocumentReference",
           "SelfBilledCreditNoteDocumentReference", "DebitNoteDocumentReference")
_TOTALS = ("LegalMonetaryTotal", "RequestedMonetaryTotal", "AnticipatedMonetaryTotal")
_SUMS = {"LineExtensionAmount": "lines_total", "TaxExclusiveAmount": "net_total", "TaxInclusiveAmount": "grand_total",
         "PrepaidAmount": "prepaid", "PayableAmount": "payable", "AllowanceTotalAmount": "allowances_total",
         "ChargeTotalAmount": "charges_total", "PayableRoundingAmount": "rounding"}
_PARTIES = {
    "AccountingSupplierParty": "invoicer", "SellerSupplierParty": "seller", "DespatchSupplierParty": "ship_from",
    "AccountingCustomerParty": "invoicee", "BuyerCustomerParty": "buyer", "DeliveryCustomerParty": "ship_to",
    "OriginatorCustomerParty": "end_customer", "PayeeParty": "payee", "TaxRepresentativeParty": "tax_representative",
    "Delivery/DeliveryParty": "delivery", "Shipment/Delivery/DeliveryParty": "delivery",
    "Shipment/Consignment/CarrierParty": "carrier", "Shipment/Delivery/CarrierParty": "carrier",
    "Shipment/ShipmentStage/CarrierParty": "carrier"}
_DAYS = {
    "Delivery/ActualDeliveryDate": "delivered", "Shipment/Delivery/ActualDeliveryDate": "delivered",
    "Delivery/EstimatedDeliveryPeriod/EndDate": "planned",
    "Shipment/Delivery/EstimatedDeliveryPeriod/EndDate": "planned",
    "Delivery/Despatch/ActualDespatchDate": "despatched",
    "Shipment/Delivery/Despatch/ActualDespatchDate": "despatched"}
_PATHS = {
    "ID": "number", "UUID": "uuid", "IssueDate": "issued", "IssueTime": "time", "DocumentCurrencyCode": "currency",
    "CopyIndicator": "copy", "DocumentStatusCode": "status", "Note": "notes",
    "LineCountNumeric": "line_count",
    "PaymentMeans/PayeeFinancialAccount/ID": "accounts", "DiscrepancyResponse/Description": "notes",
    **{kind.code: "code" for kind in ROOTS.values() if kind.code},
    "OrderReference/ID": "orders", "DespatchDocumentReference/ID": "deliveries", "TaxTotal/TaxAmount": "taxes",
    "Delivery/DeliveryLocation/ID": "place", **{f"BillingReference/{name}/ID": "previous" for name in _BILLED},
    **{f"{total}/{name}": field for total in _TOTALS for name, field in _SUMS.items()}, **_PARTIES, **_DAYS}
_HEAD = Shape(_PATHS)
_KEPT = frozenset(path.partition("/")[0] for path in _PATHS)
_MARKED = frozenset({"UBLExtensions", "AdditionalDocumentReference"})
_RETURNS = frozenset({"IADE", "TEVKIFATIADE", "YTBIADE", "35E", "RETURN", "RETURNS", "RETOURE", "GOODSRETURN"})
_STATUS_WORDS = {"cancelled": Purpose.CANCEL, "canceled": Purpose.CANCEL, "revised": Purpose.REPLACE}
_INVOICES = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)
_ABSENT = "NA"  # what Peppol writes where a number must stand and none is known


class Head:
    """What stands around the lines. It is gathered element by element and asked for when the first part is complete."""

    def __init__(self, settings: UblSettings) -> None:
        self._settings = settings
        self._gathered = Element("head")
        self._returns = False
        self.faults: list[Fault] = []
        self.sender = ""

    def keep(self, item: Element) -> None:
        """Keep an element of the head; attachments, signatures and notes are passed over."""
        name = plain_name(item.tag)
        if name in _KEPT:
            self._gathered.append(item)
        elif name in _MARKED:
            self._returns = self._returns or _marks_return(item)

    @cached_property
    def _fields(self) -> Fields:
        return _HEAD.fields(self._gathered)

    @property
    def number(self) -> str:
        """The number of the document."""
        return self._fields.text("number")

    def text(self, name: str) -> str:
        """A single text of the head."""
        return self._fields.text(name)

    def references(self, name: str) -> tuple[str, ...]:
        """The numbers of other documents."""
        return tuple(text for text in self._fields.texts(name) if text != _ABSENT)

    def code(self, kind: UblKind) -> str:
        """The type of the document as it says it."""
        return self._fields.text("code") or kind.fixed_code

    def kind(self, kind: UblKind) -> DocumentKind:
        """What the document is, by its root and its type."""
        code = self.code(kind)
        if self._returns or code.upper() in _RETURNS:
            return DocumentKind.RETURN
        return invoice_kind(code) if kind.kind is DocumentKind.INVOICE else kind.kind

    def purpose(self) -> Purpose:
        """What it is to do with an earlier one."""
        if self.text("copy").lower() in ("true", "1"):
            return Purpose.COPY
        status = self.text("status")
        return FUNCTIONS.get(status) or _STATUS_WORDS.get(status.lower(), Purpose.ORIGINAL)

    def gives_back(self, kind: DocumentKind) -> str:
        """What a credit note says that it is about."""
        return said_by_all(self._fields.texts("notes")) if kind is DocumentKind.CREDIT_NOTE else ""

    def version(self, kind: DocumentKind) -> str:
        """What orders the documents of one number: day and time of their issue. Invoices are never said again."""
        time = self.text("time")
        return f"{self.text('issued')}T{time}" if time and kind not in _INVOICES else ""

    @cached_property
    def days(self) -> tuple[date | None, date | None]:
        """Day of the delivery and of the document. Where the former is impossible, both are None: nothing may count."""
        issued = self._day("issued")
        wanted = next((name for name in self._settings.delivery_dates if self.text(name)), "")
        if not wanted:
            return None, issued
        delivered = self._day(wanted)
        return delivered, issued if delivered else None

    def _day(self, name: str) -> date | None:
        if not (text := self.text(name)):
            return None
        try:
            return trade_day(text)
        except Unreadable as error:
            self.faults.append(Fault(None, "unreadable", f"day {name}: {error}; ask the sender"))
            return None

    @cached_property
    def sums(self) -> Mapping[str, Decimal]:
        """The sums that the document names, its tax in its own currency."""
        sums = {name: number for name in _SUMS.values() if (number := self._number(name, self.text(name))) is not None}
        own = self.text("currency")
        taxes = [self._number("tax_total", (element.text or "").strip()) for element in self._fields.all("taxes")
                 if not own or element.get("currencyID", own) == own]
        if known := [tax for tax in taxes if tax is not None]:
            sums["tax_total"] = sum(known, Decimal(0))
        if (lines := self._number("line_count", self.text("line_count"))) is not None:
            sums |= self._counted(lines)
        return sums

    def _counted(self, lines: Decimal) -> dict[str, Decimal]:
        if lines >= 0 and lines == lines.to_integral_value():
            return {"line_count": lines}
        self.faults.append(warning("unreadable", f"line_count: found {lines}, expected a number of lines"))
        return {}

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
        """All parties by role. Who delivered or got the goods is no seller or buyer where those are named as well."""
        found: dict[str, Party] = {}
        for role in dict.fromkeys(_PARTIES.values()):
            if elements := self._fields.all(role):
                buys = role in ("buyer", "invoicee", "ship_to", "delivery", "end_customer")
                found[role] = party(elements[0], buys=buys, buyer_scheme=self._settings.buyer_scheme)
        if places := self._fields.all("place"):
            found.setdefault("delivery", location(places[0]))
        if "delivery" in found:
            found.setdefault("ship_to", found.pop("delivery"))
        return found

    def seller(self, kind: DocumentKind) -> Party:
        """Who sold and numbers the document."""
        roles = ("invoicer", "seller") if kind in _INVOICES else ("seller", "invoicer", "ship_from")
        return next((self.parties[role] for role in (*roles, "ship_from") if role in self.parties), Party())

    def buyer(self) -> Party:
        """Who bought."""
        return next((self.parties[role] for role in ("buyer", "invoicee", "ship_to") if role in self.parties), Party())

    def others(self, kind: DocumentKind) -> dict[str, Party]:
        """Whoever is named besides the seller and the buyer; places of the goods always."""
        main = (self.seller(kind), self.buyer())
        return {role: party for role, party in self.parties.items()
                if role in ("ship_from", "ship_to") or not any(party is one for one in main)}


def _marks_return(item: Element) -> bool:
    """Whether a national extension says that the goods come back, such as ``GoodsReturn = 1`` of Serbia."""
    if plain_name(item.tag) == "AdditionalDocumentReference":
        texts = [text.strip().lower() for text in item.itertext()]
        return "goodsreturn" in texts and _says_yes(texts)
    flags = [node for node in item.iter() if plain_name(node.tag).lower() == "goodsreturn"]
    return any(_says_yes(text.strip().lower() for text in flag.itertext()) for flag in flags)


def _says_yes(texts: Iterable[str]) -> bool:
    return any(text in ("1", "true") for text in texts)
