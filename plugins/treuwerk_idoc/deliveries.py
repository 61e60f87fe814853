"""Deliveries (DELVRY01 to DELVRY07): header, partners, dates, items, serials, handling units."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from treuwerk.domain.documents import DocumentKind, Purpose
from treuwerk_idoc.idoc import MOST_SERIALS, Idoc, LineDraft

_PURPOSES = {"DEL": Purpose.CANCEL, "CHG": Purpose.REPLACE, "ORI": Purpose.ORIGINAL}
_TEXT_ITEMS = frozenset({"TATX", "DLTX"})
_FREE_ITEMS = frozenset({"TANN", "KLN"})
_CUSTOMER_ORDER, _SALES_ORDER = frozenset({"", "001"}), frozenset({"", "C"})
_ITEM = "1"
Fields = Mapping[str, str]


class Delivery(Idoc):
    """One delivery of SAP's shipping."""

    _unit = ""

    def header(self, fields: Fields, _: int) -> None:
        """E1EDL20, in XML field by field: its number is that of the delivery note."""
        self.number = fields.get("VBELN") or self.number
        if reference := fields.get("LIFEX"):
            self.deliveries = [reference]

    def additional(self, fields: Fields, _: int) -> None:
        """E1EDL21: the delivery type."""
        self.type_code = fields.get("LFART", "")
        if self.type_code in self.settings.returns and self.kind is DocumentKind.DELIVERY:
            self.kind = DocumentKind.RETURN

    def controlling(self, fields: Fields, _: int) -> None:
        """E1EDL18: what is to be done with the delivery."""
        if (qualifier := fields.get("QUALF", "")) in _PURPOSES:
            self.function, self.purpose = qualifier, _PURPOSES[qualifier]

    def address(self, fields: Fields, _: int) -> None:
        """E1ADRM1: a partner; those of an item are not asked for."""
        if self.line is None:
            name = " ".join(filter(None, (fields.get("NAME1", ""), fields.get("NAME2", ""))))
            self.partner(fields.get("PARTNER_Q", ""), fields.get("PARTNER_ID", ""), name)

    def deadline(self, fields: Fields, _: int) -> None:
        """E1EDT13: a date; what happened outweighs what was planned."""
        if self.line is None:
            happened, planned = fields.get("ISDD", ""), fields.get("NTANF", "")
            self.dates.setdefault(fields.get("QUALF", ""), happened if happened.strip("0") else planned)

    def item(self, fields: Fields, at: int) -> None:
        """E1EDL24: an item."""
        above = fields.get("HIPOS", "")
        self.open_line(LineDraft(
            at, fields.get("POSNR", ""), fields.get("LFIMG", ""), fields.get("VRKME", ""),
            seller=fields.get("MATNR") or fields.get("MATNR_LONG") or fields.get("MATNR_EXTERNAL", ""),
            buyer=fields.get("KDMAT") or fields.get("KDMAT35", ""), gtin=fields.get("EAN11", ""),
            name=fields.get("ARKTX", ""), parent="" if above.strip("0") == "" else above))
        if self.line is not None:
            self.line.orders += filter(None, [fields.get("VGBEL", "")])
            if batch := fields.get("CHARG"):
                self.line.features["batch"] = batch

    def category(self, fields: Fields, _: int) -> None:
        """E1EDL26: the item category; texts are no goods."""
        if self.line is not None and (category := fields.get("PSTYV", "")):
            if category in _TEXT_ITEMS:
                self.line.role = "info"
            elif category in _FREE_ITEMS:
                self.line.features["free_goods"] = self.line.quantity

    def dropped(self, fields: Fields, _: int) -> None:
        """E1EDL19: an item that was taken out of the delivery brings nothing."""
        if self.line is not None and fields.get("QUALF") == "DEL":
            self.line.features["dropped"] = self.line.quantity
            self.line.quantity, self.line.role = "0", "info"

    def serial(self, fields: Fields, _: int) -> None:
        """E1EDL11: a serial number."""
        serial = fields.get("SERNR") or fields.get("SERIALNO") or fields.get("SERNR_EXT", "")
        if self.line is not None and serial and len(self.line.serials) <= MOST_SERIALS:
            self.line.serials.append(serial)

    def customer_order(self, fields: Fields, _: int) -> None:
        """E1EDL41: the order of the customer, which outweighs ours."""
        if (number := fields.get("BSTNR", "")) and fields.get("QUALI", "") in _CUSTOMER_ORDER:
            if self.line is not None and number not in self.line.orders:
                self.line.orders.insert(0, number)
            if number not in self.orders and len(self.orders) < 1_000:
                self.orders.append(number)

    def reference(self, fields: Fields, _: int) -> None:
        """E1EDL43: the document before this one; C is our order."""
        number = fields.get("BELNR", "")
        if self.line is not None and number and fields.get("QUALF", "") in _SALES_ORDER:
            self.line.orders += [number] if number not in self.line.orders else []

    def handling_unit(self, fields: Fields, _: int) -> None:
        """E1EDL37: a pallet or box, by its SSCC."""
        self.close_line()
        self._unit = fields.get("EXIDV", "").lstrip("0")

    def packed(self, fields: Fields, _: int) -> None:
        """E1EDL44: an item in the handling unit."""
        number = fields.get("POSNR", "")
        if self._unit and number and fields.get("VELIN", _ITEM) in ("", _ITEM):
            for place, line in enumerate(self.lines):
                if line.id == number and "sscc" not in line.features:
                    self.lines[place] = line._replace(features={**line.features, "sscc": self._unit})

    def days(self) -> tuple[date | None, date | None]:
        """(Day of the delivery, none: a delivery has no other)."""
        wanted = next((qualifier for qualifier in self.settings.delivery_dates
                       if self.dates.get(qualifier, "").strip("0")), "")
        return self.day(self.dates.get(wanted, ""), f"E1EDT13 {wanted}"), None

    handlers = MappingProxyType({
        "E1EDL20": header, "E1EDL21": additional, "E1EDL18": controlling, "E1ADRM1": address, "E1EDT13": deadline,
        "E1EDL24": item, "E1EDL26": category, "E1EDL19": dropped, "E1EDL11": serial, "E1EDL41": customer_order,
        "E1EDL43": reference, "E1EDL37": handling_unit, "E1EDL44": packed})
