"""The lines of an invoice of CII, with their place in sets."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from xml.etree.ElementTree import Element

from treuwerk.domain.documents import NO_FEATURES, DocumentLine, Fault, Movement
from treuwerk.domain.reading import Unreadable
from treuwerk.domain.trade_codes import is_charge
from treuwerk.domain.trade_values import price_of_one, trade_number
from treuwerk.domain.xml_fields import Fields, Shape
from treuwerk_cii.values import both_names

LINE = "IncludedSupplyChainTradeLineItem"
_GTIN_SCHEMES = frozenset({"", "0160", "0088", "GTIN", "EAN"})
_AGREED, _DELIVERED, _SETTLED, _PRODUCT, _LINE = (
    "SpecifiedLineTradeAgreement", "SpecifiedLineTradeDelivery", "SpecifiedLineTradeSettlement",
    "SpecifiedTradeProduct", "AssociatedDocumentLineDocument")
_INSTANCE = f"{_PRODUCT}/IndividualTradeProductInstance"
_SHAPE = Shape(both_names({
    f"{_LINE}/LineID": "id", f"{_LINE}/ParentLineID": "parent", f"{_LINE}/LineStatusReasonCode": "status",
    f"{_LINE}/IncludedNote/Content": "note",
    f"{_PRODUCT}/GlobalID": "global", f"{_PRODUCT}/SellerAssignedID": "seller", f"{_PRODUCT}/BuyerAssignedID": "buyer",
    f"{_PRODUCT}/ManufacturerAssignedID": "maker", f"{_PRODUCT}/Name": "name", f"{_PRODUCT}/Description": "description",
    f"{_PRODUCT}/IncludedReferencedProduct": "contents", f"{_INSTANCE}/SupplierAssignedSerialID": "serials",
    f"{_INSTANCE}/SerialID": "serials", f"{_INSTANCE}/BatchID": "batch",
    f"{_AGREED}/NetPriceProductTradePrice/ChargeAmount": "price",
    f"{_AGREED}/NetPriceProductTradePrice/BasisQuantity": "base",
    f"{_AGREED}/BuyerOrderReferencedDocument/IssuerAssignedID": "orders",
    f"{_DELIVERED}/BilledQuantity": "quantity", f"{_DELIVERED}/DespatchedQuantity": "quantity",
    f"{_DELIVERED}/RequestedQuantity": "ordered", f"{_DELIVERED}/AgreedQuantity": "ordered",
    f"{_DELIVERED}/DespatchAdviceReferencedDocument/IssuerAssignedID": "deliveries",
    f"{_DELIVERED}/DeliveryNoteReferencedDocument/IssuerAssignedID": "deliveries",
    f"{_SETTLED}/InvoiceReferencedDocument/IssuerAssignedID": "previous",
    f"{_SETTLED}/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount": "amount"}))
_CONTENT = Shape({"SellerAssignedID": "article", "GlobalID": "article", "Name": "name", "UnitQuantity": "quantity"})
_INFORMATION, _GROUP = "INFORMATION", "GROUP"


def read_line(item: Element, at: int, *, charges: bool) -> DocumentLine | Fault:
    """One line, or what is wrong with it."""
    fields = _SHAPE.fields(item)
    try:
        return _line(fields, at, charges=charges)
    except _BadValue as error:
        texts = " ".join(text.strip() for text in item.itertext() if text.strip())
        return Fault(at, "unreadable", f"line {fields.text('id') or 'without a number'}, {error}; ask the sender to "
                     "correct the document", raw=texts[:200])


def _line(fields: Fields, at: int, *, charges: bool) -> DocumentLine:
    counted = "quantity" if fields.all("quantity") else "ordered"
    quantity, amount = _number(fields, counted), _number(fields, "amount")
    unit = fields.attribute(counted, "unitCode")
    name = fields.text("name") or fields.text("description") or fields.text("note")
    role = _role(fields, told=quantity is None and not amount)
    if role == "main" and charges and is_charge(name, unit):
        role = "charge"
    return DocumentLine(
        at, fields.text("id"), fields.text("seller") or fields.text("maker"), quantity or Decimal(0), unit, amount,
        fields.texts("serials"), _features(fields), Movement.DELIVER, name,
        fields.text("buyer"), _gtin(fields), _price(fields), fields.text("parent"), role, fields.texts("orders"),
        fields.texts("deliveries"), fields.texts("previous"))


def _role(fields: Fields, *, told: bool) -> str:
    status = fields.text("status").upper()
    if status == _GROUP:
        return "set"
    if status == _INFORMATION:
        return "component" if fields.text("parent") else "info"
    if told:
        return "component" if fields.text("parent") else "info"
    return "set" if fields.all("contents") else "main"


def in_their_sets(lines: Sequence[DocumentLine]) -> list[DocumentLine]:
    """A group whose lines are sold one by one is a heading with a subtotal; one that is only described is sold as one.

    Else what is in a set would earn twice, or not at all.
    """
    sold_apart = {line.parent for line in lines if line.parent and line.role in ("main", "set")}
    described = {line.parent for line in lines if line.parent and line.role == "component"}
    return [line._replace(role="info") if line.role == "set" and line.id in sold_apart
            else line._replace(role="set") if line.role == "main" and line.id in described
            else line for line in lines]


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


def _price(fields: Fields) -> Decimal | None:
    price, base = _number(fields, "price"), _number(fields, "base")
    return price if price is None or base is None else price_of_one(price, base)


def _gtin(fields: Fields) -> str:
    """The standard number, unless its scheme says that it is none of GS1."""
    for element in fields.all("global"):
        text = (element.text or "").strip()
        if text and element.get("schemeID", "").strip().upper() in _GTIN_SCHEMES:
            return text
    return ""


def _features(fields: Fields) -> Mapping[str, str]:
    """Batches, and what a set holds: ``20 H87 JOG103`` for each article in it."""
    features = {}
    if batches := fields.texts("batch"):
        features["batch"] = "|".join(batches)
    if contents := [_content(element) for element in fields.all("contents")]:
        features["contents"] = "|".join(contents)
    return features or NO_FEATURES


def _content(element: Element) -> str:
    fields = _CONTENT.fields(element)
    article = fields.text("article") or fields.text("name")
    parts = (fields.text("quantity"), fields.attribute("quantity", "unitCode"), article)
    return " ".join(part for part in parts if part)
