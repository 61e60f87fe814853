"""Which documents of openTRANS there are; the names of all that is in them begin with that of the root."""

from collections.abc import Mapping
from types import MappingProxyType

from treuwerk.domain.documents import DocumentKind
from treuwerk.domain.xml_prolog import XmlRoot

_NAMESPACE = "http://www.opentrans.org/XMLSchema"
_K = DocumentKind
ROOTS: Mapping[str, DocumentKind] = MappingProxyType({
    "DISPATCHNOTIFICATION": _K.DELIVERY, "INVOICE": _K.INVOICE, "RECEIPTACKNOWLEDGEMENT": _K.RECEIPT,
    "RETURNREGISTRATION": _K.RETURN, "ORDER": _K.ORDER, "ORDERCHANGE": _K.ORDER, "ORDERRESPONSE": _K.ORDER_RESPONSE,
    "QUOTATION": _K.OTHER, "RFQ": _K.OTHER, "INVOICELIST": _K.OTHER, "REMITTANCEADVICE": _K.OTHER})
"""Root → kind; every other document of the namespace is of the kind ``other``."""


def is_opentrans(root: XmlRoot, head: bytes) -> bool:
    """Whether a document is openTRANS by its namespace, or without one by its root and the head below it."""
    return root.namespace.startswith(_NAMESPACE) or (root.name in ROOTS and f"{root.name}_HEADER".encode() in head)
