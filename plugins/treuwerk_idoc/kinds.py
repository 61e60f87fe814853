"""What an IDoc is, by its message type, else by its basic type."""

from collections.abc import Mapping
from types import MappingProxyType

from treuwerk.domain.documents import DocumentKind

_K = DocumentKind
_MESSAGES: Mapping[str, DocumentKind] = MappingProxyType({
    "DESADV": _K.DELIVERY, "SHPCON": _K.DELIVERY, "WHSCON": _K.DELIVERY, "DELVRY": _K.DELIVERY, "INVOIC": _K.INVOICE,
    "GSVERF": _K.INVOICE, "ORDERS": _K.ORDER, "ORDCHG": _K.ORDER, "ORDRSP": _K.ORDER_RESPONSE, "PRICAT": _K.ARTICLES,
    "MATMAS": _K.ARTICLES, "SHPORD": _K.OTHER, "WHSORD": _K.OTHER, "SHPMNT": _K.OTHER})
"""SHPORD and WHSORD ask a warehouse to deliver; nothing has been delivered yet."""
_CREDITS = frozenset({"CRME", "CRMEM", "GSCR", "G2"})


def kind_of(control: Mapping[str, str]) -> DocumentKind:
    """The kind by MESTYP, also one that a company derived from SAP's, such as ZZORDERS; else by STDMES and IDOCTYP."""
    for field in ("MESTYP", "STDMES", "IDOCTYP"):
        name = control.get(field, "").upper()
        if found := next((kind for message, kind in _MESSAGES.items() if message in name), None):
            return found
    return DocumentKind.OTHER


def is_credit(document_type: str) -> bool:
    """Whether the document type (BSART) of an invoice is that of a credit memo."""
    return document_type.upper() in _CREDITS
