"""Which kinds of documents may earn, and what somebody does who has one that cannot."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from treuwerk.domain.documents import Document, DocumentKind, DocumentLine

EARNING_KINDS = frozenset({
    DocumentKind.DELIVERY, DocumentKind.RECEIPT, DocumentKind.INVOICE, DocumentKind.SALES_REPORT})

NOT_GOODS = frozenset({"charge", "component", "info"})
"""Roles of lines that never earn: freight and services, parts of a set that counts as a whole, texts."""

SHORT = "short"
"""Feature of a line of a receipt: how much less arrived than was sent, in the unit of the line."""
NOT_COUNTED = "not_counted"
"""Feature of a line of a receipt that does not say how much arrived."""
REJECTED = "rejected"
"""Feature of a line of a receipt: how much of what came in was not accepted, in the unit of the line."""


def accepted_lines(document: Document) -> Sequence[DocumentLine]:
    """The lines of a document as they count: of a receipt without what was rejected, which is part of what came in."""
    if document.kind is not DocumentKind.RECEIPT:
        return document.lines
    return [line._replace(qty=max(line.qty - Decimal(line.features[REJECTED]), Decimal(0)))
            if REJECTED in line.features else line for line in document.lines]


_COMPANY = frozenset({"gln", "duns", "vat", "tax", "registration"})


def within_one_company(document: Document) -> str:
    """The number that seller and buyer share, with its scheme; empty, where they are two companies."""
    return next((f"{scheme} {value}" for scheme, value in document.buyer.ids
                 if scheme in _COMPANY and (scheme, value) in document.seller.ids), "")


NEXT_STEPS: Mapping[DocumentKind, str] = MappingProxyType({
    DocumentKind.ORDER: "an order is no purchase yet; send the delivery note or the invoice",
    DocumentKind.ORDER_RESPONSE: "an order response is no purchase yet; send the delivery note or the invoice",
    DocumentKind.ATTENDANCE: "an attendance list is imported with treuwerk import attendance",
    DocumentKind.EVENTS: "a calendar says who was invited, not who came; import the list of those who did with "
                         "treuwerk import attendance",
    DocumentKind.ARTICLES: "a catalogue is no purchase; import it with treuwerk import articles",
    DocumentKind.OTHER: "only deliveries, receipts, invoices and sales reports earn points",
})
"""What to do with a document that neither earns points nor takes any back."""
