"""Which documents of UBL there are for us, and how their lines are called."""

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from treuwerk.domain.documents import DocumentKind
from treuwerk.domain.xml_prolog import XmlRoot

NAMESPACES = ("urn:oasis:names:specification:ubl:schema:xsd:", "urn:oasis:names:tc:ubl:")
ENVELOPE = "StandardBusinessDocument"
"""What Peppol access points wrap a document in."""


@attrs.frozen
class UblKind:
    """One kind of document by its root."""

    kind: DocumentKind
    line: str = ""
    """Name of its lines; empty, where only the head is read."""
    quantity: str = ""
    code: str = ""
    """Where the type of the document stands."""
    below: str = ""
    """What its lines are wrapped in."""
    fixed_code: str = ""
    """The type of the document, where its root says it."""


_K = DocumentKind
_INVOICE = UblKind(_K.INVOICE, "InvoiceLine", "InvoicedQuantity", "InvoiceTypeCode")
_CREDIT_NOTE = UblKind(_K.CREDIT_NOTE, "CreditNoteLine", "CreditedQuantity", "CreditNoteTypeCode")
_ORDER = UblKind(_K.ORDER, "OrderLine", "Quantity", "OrderTypeCode", "LineItem/")
ROOTS: Mapping[str, UblKind] = MappingProxyType({
    "DespatchAdvice": UblKind(_K.DELIVERY, "DespatchLine", "DeliveredQuantity", "DespatchAdviceTypeCode"),
    "ReceiptAdvice": UblKind(_K.RECEIPT, "ReceiptLine", "ReceivedQuantity", "ReceiptAdviceTypeCode"),
    "Invoice": _INVOICE, "SelfBilledInvoice": attrs.evolve(_INVOICE, fixed_code="389"),
    "CreditNote": _CREDIT_NOTE, "SelfBilledCreditNote": attrs.evolve(_CREDIT_NOTE, fixed_code="261"),
    "DebitNote": UblKind(_K.OTHER, "DebitNoteLine", "DebitedQuantity", fixed_code="383"),
    "Order": _ORDER, "OrderChange": _ORDER, "OrderCancellation": UblKind(_K.ORDER),
    "OrderResponse": attrs.evolve(_ORDER, kind=_K.ORDER_RESPONSE), "OrderResponseSimple": UblKind(_K.ORDER_RESPONSE),
    "Catalogue": UblKind(_K.ARTICLES),
})
"""Root → kind; every other document of UBL is of the kind ``other``."""
SUB_LINES = ("SubInvoiceLine", "SubCreditNoteLine", "SubDebitNoteLine")


def is_ubl(root: XmlRoot, head: bytes) -> bool:
    """Whether a document is UBL by its root, or what is wrapped in its envelope by its first bytes."""
    return root.namespace.startswith(NAMESPACES) or (root.name == ENVELOPE and b"ubl:schema:xsd" in head)
