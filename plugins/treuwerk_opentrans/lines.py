"""The lines of a document of openTRANS, and what their articles are made of."""

from collections.abc import Mapping
from decimal import Decimal
from xml.etree.ElementTree import Element

from treuwerk.domain.documents import NO_FEATURES, DocumentLine, Fault, Movement
from treuwerk.domain.reading import Unreadable
from treuwerk.domain.trade_codes import is_charge
from treuwerk.domain.trade_values import price_of_one, trade_number
from treuwerk.domain.xml_fields import Fields, Shape

_LINE = Shape({
    "LINE_ITEM_ID": "id", "PRODUCT_ID/SUPPLIER_PID": "seller", "PRODUCT_ID/BUYER_PID": "buyer",
    "PRODUCT_ID/INTERNATIONAL_PID": "standard", "PRODUCT_ID/MANUFACTURER_INFO/MANUFACTURER_PID": "maker",
    "PRODUCT_ID/DESCRIPTION_SHORT": "name", "PRODUCT_ID/DESCRIPTION_LONG": "description",
    "PRODUCT_ID/SERIAL_NUMBER": "serials", "PRODUCT_ID/LOT_NUMBER": "batch", "QUANTITY": "quantity",
    "ORDER_UNIT": "unit", "PRICE_LINE_AMOUNT": "amount", "PRODUCT_PRICE_FIX/PRICE_AMOUNT": "price",
    "PRODUCT_PRICE_FIX/PRICE_QUANTITY": "base", "PRODUCT_COMPONENTS/PRODUCT_COMPONENT": "contents",
    "ORDER_REFERENCE/ORDER_ID": "orders", "DELIVERY_REFERENCE/DELIVERYNOTE_ID": "deliveries",
    "INVOICE_CORRECTION/INVOICE_REFERENCE/INVOICE_ID": "previous",
    "LOGISTIC_DETAILS/PACKAGE_INFO/PACKAGE/PACKAGE_ID": "package"})
_CONTENT = Shape({"PRODUCT_ID/SUPPLIER_PID": "article", "PRODUCT_ID/DESCRIPTION_SHORT": "name", "QUANTITY": "quantity",
                  "ORDER_UNIT": "unit"})
_GTIN_TYPES = frozenset({"", "gtin", "ean", "upc", "ean13", "gtin13", "gtin14"})
_CHARGES = frozenset({"extra_item", "pledge_item"})
_SSCC = 18  # digits


def read_line(item: Element, at: int, *, charges: bool) -> DocumentLine | Fault:
    """One line, or what is wrong with it."""
    fields = _LINE.fields(item)
    try:
        return _line(item, fields, at, charges=charges)
    except _BadValue as error:
        texts = " ".join(text.strip() for text in item.itertext() if text.strip())
        return Fault(at, "unreadable", f"line {fields.text('id') or 'without a number'}, {error}; ask the sender to "
                     "correct the document", raw=texts[:200])


def _line(item: Element, fields: Fields, at: int, *, charges: bool) -> DocumentLine:
    quantity, amount = _number(fields, "quantity") or Decimal(0), _number(fields, "amount")
    unit, name = fields.text("unit"), fields.text("name") or fields.text("description")
    role = "set" if fields.all("contents") else "main"
    if any(value in _CHARGES for value in item.attrib.values()) or (charges and is_charge(name, unit)):
        role = "charge"
    price, base = _number(fields, "price"), _number(fields, "base")
    return DocumentLine(
        at, fields.text("id"), fields.text("seller") or fields.text("maker"), quantity, unit, amount,
        fields.texts("serials"), _features(fields), Movement.DELIVER, name,
        fields.text("buyer"), _gtin(fields), price if price is None or base is None else price_of_one(price, base), "",
        role, fields.texts("orders"), fields.texts("deliveries"), fields.texts("previous"))


class _BadValue(Exception):
    """A value that cannot be read, with the name of what it is."""


def _number(fields: Fields, name: str) -> Decimal | None:
    text = fields.text(name)
    if not text:
        return None
    try:
        return trade_number(text)
    except Unreadable as error:
        raise _BadValue(f"{name}: {error}") from None


def _gtin(fields: Fields) -> str:
    """The international number, unless its type says that it is none of GS1."""
    for element in fields.all("standard"):
        text = (element.text or "").strip()
        if text and element.get("type", "").strip().lower() in _GTIN_TYPES:
            return text
    return ""


def _features(fields: Fields) -> Mapping[str, str]:
    """Batches, packages, and what a set holds: ``4 BG T-38`` for each article in it."""
    features = {}
    if batches := fields.texts("batch"):
        features["batch"] = "|".join(batches)
    if units := [text for text in fields.texts("package") if len(text) == _SSCC and text.isdigit()]:
        features["sscc"] = "|".join(units)
    if contents := [_content(element) for element in fields.all("contents")]:
        features["contents"] = "|".join(contents)
    return features or NO_FEATURES


def _content(element: Element) -> str:
    fields = _CONTENT.fields(element)
    parts = (fields.text("quantity"), fields.text("unit"), fields.text("article") or fields.text("name"))
    return " ".join(part for part in parts if part)
