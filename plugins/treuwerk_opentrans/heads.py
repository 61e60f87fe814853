"""The head of a document of openTRANS: numbers, days, parties, references and sums."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from xml.etree.ElementTree import Element

from treuwerk.domain.credits import said_by_all
from treuwerk.domain.documents import DocumentKind, Fault, Party, Purpose
from treuwerk.domain.invoices import warning
from treuwerk.domain.reading import Unreadable
from treuwerk.domain.trade_values import trade_day, trade_number
from treuwerk.domain.xml_fields import Fields, Shape
from treuwerk_opentrans.kinds import ROOTS
from treuwerk_opentrans.parties import Parties

_SUMS = {"NET_VALUE_GOODS": "net_total", "NET_VALUE_EXTRA": "charges_total", "TOTAL_AMOUNT": "grand_total",
         "TOTAL_ITEM_NUM": "total_item_num"}
_PURPOSES: Mapping[str, Purpose] = {"invoice_copy": Purpose.COPY, "advice_of_amendment": Purpose.CHANGE}
_CREDIT = "credit_memo"


def _shape(root: str) -> Shape:
    info, summary = f"{root}_INFO", f"{root}_SUMMARY"
    return Shape({
        f"{info}/{root}_ID": "number", f"{info}/{root}_DATE": "issued", f"{info}/{root}_TYPE": "type",
        f"{info}/DELIVERY_DATE/DELIVERY_END_DATE": "delivered", f"{info}/RECEIPT_DATE": "delivered",
        f"{info}/PARTIES/PARTY": "parties", f"{info}/SUPPLIER_IDREF": "seller", f"{info}/BUYER_IDREF": "buyer",
        f"{info}/REMARKS": "notes",
        f"{info}/ORDER_PARTIES_REFERENCE/SUPPLIER_IDREF": "seller",
        f"{info}/ORDER_PARTIES_REFERENCE/BUYER_IDREF": "buyer", f"{info}/INVOICE_ISSUER_IDREF": "issuer",
        f"{info}/INVOICE_RECIPIENT_IDREF": "recipient", f"{info}/CURRENCY": "currency",
        f"{info}/ORDER_ID": "number" if root == "ORDER" else "orders", "ORDER_HISTORY/ORDER_ID": "orders",
        f"{info}/DELIVERYNOTE_ID": "deliveries", "ORDER_HISTORY/DELIVERYNOTE_ID": "deliveries",
        f"{summary}/TOTAL_TAX/TAX_DETAILS_FIX/TAX_AMOUNT": "taxes",
        **{f"{summary}/{name}": field for name, field in _SUMS.items()}})


_SHAPES = {root: _shape(root) for root in ROOTS}


class Head:
    """What stands around the lines; it is gathered element by element and asked for when all of it is there."""

    def __init__(self, root: str, buyer_scheme: str) -> None:
        self._shape = _SHAPES.get(root) or _shape(root)
        self._buyer_scheme = buyer_scheme
        self._gathered = Element("head")
        self.faults: list[Fault] = []

    def keep(self, item: Element) -> None:
        """Keep an element of the head."""
        self._gathered.append(item)

    @cached_property
    def _fields(self) -> Fields:
        return self._shape.fields(self._gathered)

    def text(self, name: str) -> str:
        """A single text of the head."""
        return self._fields.text(name)

    def references(self, name: str) -> tuple[str, ...]:
        """The numbers of other documents."""
        return self._fields.texts(name)

    def kind(self, of_root: DocumentKind) -> DocumentKind:
        """What the document is, by its root and the type of an invoice."""
        credit = of_root is DocumentKind.INVOICE and self.text("type") == _CREDIT
        return DocumentKind.CREDIT_NOTE if credit else of_root

    def purpose(self) -> Purpose:
        """What it is to do with an earlier one."""
        return _PURPOSES.get(self.text("type"), Purpose.ORIGINAL)

    def gives_back(self, kind: DocumentKind) -> str:
        """What a credit note says that it is about."""
        return said_by_all(self._fields.texts("notes")) if kind is DocumentKind.CREDIT_NOTE else ""

    def version(self) -> str:
        """What orders the documents of one number: the instant of their issue, where a time is said."""
        return self.text("issued") if "T" in self.text("issued") else ""

    @cached_property
    def days(self) -> tuple[date | None, date | None]:
        """Day of the delivery and of the document. Where the former is impossible, both are None: nothing may count."""
        issued = self._day("issued")
        if not self.text("delivered"):
            return None, issued
        delivered = self._day("delivered")
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
        """The sums that the document names; goods and extras together are what the lines come to."""
        sums = {name: number for name in _SUMS.values() if (number := self._number(name, self.text(name))) is not None}
        if "net_total" in sums:
            sums["lines_total"] = sums["net_total"] + sums.get("charges_total", 0)
        taxes = [self._number("tax_total", (tax.text or "").strip()) for tax in self._fields.all("taxes")]
        if known := [tax for tax in taxes if tax is not None]:
            sums["tax_total"] = sum(known, Decimal(0))
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
    def _parties(self) -> Parties:
        return Parties(self._fields.all("parties"), self._buyer_scheme)

    def seller(self) -> Party:
        """Who sold and numbers the document."""
        return self._parties.seller(self.text("seller") or self.text("issuer"))

    def buyer(self) -> Party:
        """Who bought."""
        return self._parties.buyer(self.text("buyer") or self.text("recipient"), self._buyer_scheme)

    def parties(self) -> dict[str, Party]:
        """All parties that the document names, by their role."""
        return self._parties.by_role
