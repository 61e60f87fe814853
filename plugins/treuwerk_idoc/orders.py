"""Orders and invoices (ORDERS01 to ORDERS05, INVOIC01 and INVOIC02), which share their segments."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from treuwerk.domain.documents import DocumentKind, Purpose
from treuwerk.domain.reading import Unreadable
from treuwerk_idoc.idoc import Idoc, LineDraft, sap_number
from treuwerk_idoc.kinds import is_credit

_ISSUED, _DELIVERED = ("012", "026", "011", "024", "022"), ("035", "010")
_ACTIONS = {"002": Purpose.CHANGE, "003": Purpose.CANCEL}
_SUMS: Mapping[str, str] = MappingProxyType({"010": "net_total", "005": "tax_total", "011": "grand_total"})
_LINES_OF_ORDER = "002"
_AMOUNTS = ("003", "002", "001")
_ORDER, _DELIVERY, _INVOICE = frozenset({"001"}), frozenset({"012", "016"}), frozenset({"009", "063"})
_OWN, _SELLERS, _GTIN = "001", "002", "003"
Fields = Mapping[str, str]


class Order(Idoc):
    """An order, an answer to one, or an invoice."""

    def header(self, fields: Fields, _: int) -> None:
        """E1EDK01: number, currency, document type."""
        self.number, self.currency = fields.get("BELNR", ""), fields.get("CURCY", "")
        self.type_code, self.function = fields.get("BSART", ""), fields.get("ACTION", "")
        self.purpose = _ACTIONS.get(self.function, Purpose.ORIGINAL)
        if self.kind is DocumentKind.INVOICE and is_credit(self.type_code):
            self.kind = DocumentKind.CREDIT_NOTE

    def referred(self, fields: Fields, _: int) -> None:
        """E1EDK02: orders, deliveries and invoices; the order itself says its own number there, too."""
        self._refer(fields, self.orders, self.deliveries, self.previous)

    def _refer(self, fields: Fields, orders: list[str], deliveries: list[str], previous: list[str]) -> None:
        number, qualifier = fields.get("BELNR", ""), fields.get("QUALF", "")
        found = (orders if qualifier in _ORDER else deliveries if qualifier in _DELIVERY
                 else previous if qualifier in _INVOICE else None)
        if found is not None and number not in ("", self.number, *found) and len(found) < 1_000:
            found.append(number)

    def dated(self, fields: Fields, _: int) -> None:
        """E1EDK03: a date by its kind."""
        self.dates.setdefault(fields.get("IDDAT", ""), fields.get("DATUM", ""))

    def address(self, fields: Fields, _: int) -> None:
        """E1EDKA1: a partner with its number here, its number there, and its GLN."""
        name = " ".join(filter(None, (fields.get("NAME1", ""), fields.get("NAME2", ""))))
        more = [("gln", fields.get("ILNNR", "")), ("supplier_number", fields.get("LIFNR", ""))]
        self.partner(fields.get("PARVW", ""), fields.get("PARTN", ""), name, tuple(pair for pair in more if pair[1]))

    def item(self, fields: Fields, at: int) -> None:
        """E1EDP01: an item; its amount may stand behind it."""
        self.open_line(LineDraft(
            at, fields.get("POSEX", ""), fields.get("MENGE", ""), fields.get("MENEE", ""), fields.get("NETWR", ""),
            fields.get("VPREI", ""), fields.get("PEINH", "")))
        above = fields.get("UEPOS", "")
        if self.line is not None:
            self.line.parent = above if above.strip("0") else ""

    def item_referred(self, fields: Fields, _: int) -> None:
        """E1EDP02: orders, deliveries and invoices of an item."""
        if self.line is not None:
            self._refer(fields, self.line.orders, self.line.deliveries, self.line.previous)

    def article(self, fields: Fields, _: int) -> None:
        """E1EDP19: a number of the article, by who gave it."""
        line, number = self.line, fields.get("IDTNR", "")
        if line is None:
            return
        qualifier = fields.get("QUALF", "")
        if qualifier == _OWN:
            line.buyer = number
        elif qualifier == _SELLERS:
            line.seller = number
        elif qualifier == _GTIN:
            line.gtin = number
        line.name = line.name or fields.get("KTEXT", "")

    def valued(self, fields: Fields, _: int) -> None:
        """E1EDP26: an amount of an item, where its main segment has none; 003 is the net value."""
        if self.line is not None and not self.line.amount and fields.get("QUALF") in _AMOUNTS:
            self.line.amount = fields.get("BETRG", "")

    def summed(self, fields: Fields, _: int) -> None:
        """E1EDS01: a sum of the document."""
        self.close_line()
        qualifier = fields.get("SUMID", "")
        name = _SUMS.get(qualifier, f"sum_{qualifier}")
        if qualifier == _LINES_OF_ORDER:
            name = "net_total"
        try:
            if (amount := sap_number(fields.get("SUMME", ""))) is not None:
                self.sums.setdefault(name, amount)
        except Unreadable as error:
            self.warn("unreadable", f"E1EDS01 {qualifier}: found {error.found!r}, expected {error.expected}")

    def end(self) -> None:
        """The last part becomes ready; what is to be paid is the total."""
        if "grand_total" in self.sums:
            self.sums.setdefault("payable", self.sums["grand_total"])
        super().end()

    def days(self) -> tuple[date | None, date | None]:
        """(Day of the delivery, day of the document)."""
        issued = next((self.dates[kind] for kind in _ISSUED if self.dates.get(kind, "").strip("0")), "")
        delivered = next((self.dates[kind] for kind in _DELIVERED if self.dates.get(kind, "").strip("0")), "")
        if self.kind is DocumentKind.ORDER:  # there these are days on which something is wanted
            delivered = ""
        return self.day(delivered, "E1EDK03"), self.day(issued, "E1EDK03")

    handlers = MappingProxyType({
        "E1EDK01": header, "E1EDK02": referred, "E1EDK03": dated, "E1EDKA1": address, "E1EDP01": item,
        "E1EDP02": item_referred, "E1EDP19": article, "E1EDP26": valued, "E1EDS01": summed})
