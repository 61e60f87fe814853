"""The fields of one line of a document, as a person reads and corrects them; all else stays as it came."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal

import attrs

from treuwerk.domain.documents import NO_FEATURES, Document, DocumentKind, DocumentLine, Movement, Party
from treuwerk.domain.participants import CUSTOMER_NUMBER
from treuwerk.domain.reading import plain_number


@attrs.frozen
class LineFields:
    """One line with what its document says of it. `scheme` and `buyer` are the number by which the buyer is known."""

    kind: str = DocumentKind.DELIVERY.value
    number: str = ""
    line: str = ""
    day: date | None = None
    seller: str = ""
    scheme: str = CUSTOMER_NUMBER
    buyer: str = ""
    article: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    amount: Decimal | None = None
    currency: str = ""
    order: str = ""
    serials: tuple[str, ...] = ()
    features: Mapping[str, str] = NO_FEATURES
    movement: str = Movement.DELIVER.value

    def as_texts(self) -> dict[str, str]:
        """The fields that hold something, as an audit keeps them."""
        texts = {**attrs.asdict(self, recurse=False), "serials": " ".join(self.serials),
                 "features": "; ".join(f"{name}={value}" for name, value in self.features.items())}
        return {name: plain_number(value) if isinstance(value, Decimal) else str(value)
                for name, value in texts.items() if value is not None and value != ""}


def fields_of(document: Document, zone: tzinfo = UTC) -> LineFields:
    """The fields of the first line of a document; the day is that of `zone` where the document has an instant."""
    line = document.lines[0]
    scheme, buyer = document.buyer.ids[0] if document.buyer.ids else (CUSTOMER_NUMBER, "")
    orders = line.orders or document.orders
    return LineFields(
        document.kind.value, document.number, line.id, _day(document, zone), document.seller.name, scheme, buyer,
        line.article_seller, line.qty, line.unit, line.amount, document.currency, orders[0] if orders else "",
        line.serials, line.features, line.movement.value)


def _day(document: Document, zone: tzinfo) -> date | None:
    if document.delivered_at:
        return datetime.fromisoformat(document.delivered_at).astimezone(zone).date()
    return document.event_date


def corrected(source: str, at: int, fields: LineFields, came: Document | None, zone: tzinfo = UTC) -> Document:
    """A document of one line with these fields; of one that `came`, all that nobody changed stays as it was."""
    base = came or Document(source, DocumentKind(fields.kind), "", (DocumentLine(at, "", "", Decimal(), ""),))
    before, line = fields_of(base, zone), base.lines[0]
    head: dict[str, object] = {"number": fields.number, "currency": fields.currency}
    if fields.day != before.day:
        head |= {"delivery_date": fields.day, "delivered_at": ""}
    if fields.seller != before.seller:
        head["seller"] = Party(fields.seller)
    if (fields.scheme, fields.buyer) != (before.scheme, before.buyer):
        head["buyer"] = Party(base.buyer.name, ((fields.scheme, fields.buyer),) if fields.buyer else ())
    told = {"id": fields.line, "qty": fields.quantity or Decimal(), "unit": fields.unit, "amount": fields.amount,
            "serials": fields.serials, "features": fields.features, "at": at,
            "movement": Movement(fields.movement)}
    if fields.article != before.article:
        told |= {"article_seller": fields.article, "article_buyer": "", "gtin": ""}
    if fields.order != before.order:
        orders = (fields.order,) if fields.order else ()
        head["orders"], told["orders"] = orders, ()
    return base._replace(**head, lines=(line._replace(**told),))  # type: ignore[arg-type]
