"""The lines of a document of UBL, those inside other lines included."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from xml.etree.ElementTree import Element

from treuwerk.domain.document_kinds import NOT_COUNTED
from treuwerk.domain.documents import NO_FEATURES, DocumentKind, DocumentLine, Fault, Movement
from treuwerk.domain.reading import Unreadable, plain_number
from treuwerk.domain.trade_codes import is_charge
from treuwerk.domain.trade_values import price_of_one, trade_number
from treuwerk.domain.xml_fields import NO_FIELDS, Fields, Shape
from treuwerk_ubl.kinds import SUB_LINES, UblKind

_ITEM = "Item/"
_STANDARD, _SERIAL = f"{_ITEM}StandardItemIdentification/ID", f"{_ITEM}ItemInstance/SerialID"
_ORDER = "OrderLineReference/OrderReference/ID"
_PARTS = frozenset({"parts"})
_ZERO = Decimal(0)
_GTIN_SCHEMES = frozenset({"", "0160", "GTIN", "EAN", "SRV", "0088", "GTIN-13", "EAN13"})
_MORE = {
    f"{_ITEM}Description": "description", _STANDARD: "standard",
    f"{_ITEM}BuyersItemIdentification/ID": "buyer", f"{_ITEM}ManufacturersItemIdentification/ID": "maker",
    _SERIAL: "serials", f"{_ITEM}ItemInstance/LotIdentification/LotNumberID": "batch",
    _ORDER: "orders", "DespatchLineReference/DocumentReference/ID": "deliveries",
    "BillingReference/InvoiceDocumentReference/ID": "previous",
    "BillingReference/CreditNoteDocumentReference/ID": "previous", "Price/BaseQuantity": "base",
    "OutstandingQuantity": "outstanding", "BackorderQuantity": "backorder", "ShortQuantity": "short",
    "RejectedQuantity": "rejected", "OversupplyQuantity": "oversupply", "FreeOfChargeIndicator": "free",
    "Shipment/TransportHandlingUnit/ID": "sscc"}
_QUANTITIES = ("outstanding", "backorder", "short", "rejected", "oversupply")
_TEXTS = ("batch", "sscc")
_TOLD = frozenset((*_QUANTITIES, *_TEXTS, "free"))


class LineReader:
    """Reads the lines of one kind of document."""

    def __init__(self, kind: UblKind, *, charges: bool) -> None:
        below, self._charges, self._quantity = kind.below, charges, kind.quantity
        self._receives = kind.kind is DocumentKind.RECEIPT
        row = ("ID", kind.quantity, f"{kind.quantity}@unitCode", "LineExtensionAmount", f"{_ITEM}Name",
               f"{_ITEM}SellersItemIdentification/ID", "Price/PriceAmount", _STANDARD, f"{_STANDARD}@schemeID", _ORDER,
               _SERIAL)
        more = {**_MORE, **dict.fromkeys(SUB_LINES, "parts")}
        self._shape = Shape({f"{below}{path}": field for path, field in more.items()},
                            [f"{below}{path}" for path in row])

    def read(self, item: Element, at: int, parent: str = "") -> list[DocumentLine | Fault]:
        """The line and those inside it, which are its components, or what is wrong with one of them."""
        row, more = self._shape.take(item)
        try:
            line: DocumentLine | Fault = self._line(at, row, more, parent)
        except Unreadable:
            line = self._fault(at, row, more, item)
        if more is NO_FIELDS or not more.has_any(_PARTS):
            return [line]
        read = [line]
        for part in more.all("parts"):
            read.extend(self.read(part, at + len(read), row[0]))
        return read if parent else self._in_their_sets(read)

    def _in_their_sets(self, read: list[DocumentLine | Fault]) -> list[DocumentLine | Fault]:
        """A line with parts counts as a whole, if it is an article; if not, it is a heading, and its parts count."""
        above = {one.parent for one in read if isinstance(one, DocumentLine)}
        roles: dict[str, str] = {}
        for place, one in enumerate(read):
            if isinstance(one, DocumentLine):
                inside = roles.get(one.parent) in ("set", "component")
                role = "component" if inside else self._own_role(one, has_parts=one.id in above)
                roles[one.id], read[place] = role, one._replace(role=role)
        return read

    def _own_role(self, line: DocumentLine, *, has_parts: bool) -> str:
        if has_parts:
            return "set" if line.article_seller or line.gtin else "info"
        return "charge" if self._charges and is_charge(line.name, line.unit) else "main"

    def _line(self, at: int, row: list[str], more: Fields, parent: str) -> DocumentLine:
        number, quantity_text, unit, amount_text, name, article, price_text, standard, scheme, order, serial = row
        quantity = trade_number(quantity_text) if quantity_text else _ZERO
        amount = trade_number(amount_text) if amount_text else None
        price = trade_number(price_text) if price_text else None
        gtin = standard if scheme.upper() in _GTIN_SCHEMES else ""
        orders = (order,) if order else ()
        serials = (serial,) if serial else ()
        role = "component" if parent else "main"
        if role == "main" and self._charges and is_charge(name, unit):
            role = "charge"
        features = NO_FEATURES if more is NO_FIELDS else _features(more)
        if self._receives and not quantity_text:
            features = {**features, NOT_COUNTED: "true"}
        if more is NO_FIELDS:
            return DocumentLine(at, number, article, quantity, unit, amount, serials, features, Movement.DELIVER,
                                name, "", gtin, price, parent, role, orders)
        if price is not None and (base := more.text("base")):
            price = price_of_one(price, trade_number(base))
        return DocumentLine(
            at, number, article or more.text("maker"), quantity, unit or _other_unit(more), amount,
            more.texts("serials") or serials, features, Movement.DELIVER, name or more.text("description"),
            more.text("buyer"), _gtin(more) or gtin, price, parent, role, more.texts("orders") or orders,
            more.texts("deliveries"), more.texts("previous"))

    def _fault(self, at: int, row: list[str], more: Fields, item: Element) -> Fault:
        """The value that cannot be read, by the name of its element."""
        values = {self._quantity: row[1], "LineExtensionAmount": row[3], "PriceAmount": row[6],
                  "BaseQuantity": more.text("base"), **{name: more.text(name) for name in _QUANTITIES}}
        for name, text in values.items():
            try:
                trade_number(text or "0")
            except Unreadable as error:
                return Fault(at, "unreadable", f"line {row[0] or 'without a number'}, {name}: {error}; ask the sender "
                             "to correct the document", raw=_raw(item))
        raise AssertionError("a value could not be read and can be now")


def _other_unit(more: Fields) -> str:
    """The unit of what was not delivered, where nothing was."""
    return next((unit for name in _QUANTITIES if (unit := more.attribute(name, "unitCode"))), "")


def _gtin(more: Fields) -> str:
    """The standard number, unless its scheme says that it is none of GS1."""
    for element in more.all("standard"):
        text = (element.text or "").strip()
        if text and element.get("schemeID", "").strip().upper() in _GTIN_SCHEMES:
            return text
    return ""


def _features(more: Fields) -> Mapping[str, str]:
    """What is told of a line besides: batches, handling units, and quantities that were not moved."""
    if not more.has_any(_TOLD):
        return NO_FEATURES
    features = {name: "|".join(texts) for name in _TEXTS if (texts := more.texts(name))}
    for name in _QUANTITIES:
        if text := more.text(name):
            features[name] = plain_number(trade_number(text))
    if more.text("free").lower() == "true":
        features["free"] = "true"
    return features or NO_FEATURES


def _raw(item: Element) -> str:
    """The texts of a line, for a person who looks for it."""
    texts: Sequence[str] = [text.strip() for text in item.itertext()]
    return " ".join(text for text in texts if text)[:200]
