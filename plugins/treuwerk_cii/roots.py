"""By which root a document of CII is known."""

from treuwerk.domain.documents import DocumentKind
from treuwerk.domain.xml_prolog import XmlRoot

TRANSACTIONS = ("SupplyChainTradeTransaction", "SpecifiedSupplyChainTradeTransaction")
"""What the lines stand in, together with three parts of the head."""
_ROOTS = (
    ("CrossIndustryInvoice", "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:", DocumentKind.INVOICE),
    ("CrossIndustryDocument", "urn:ferd:CrossIndustryDocument:invoice:", DocumentKind.INVOICE),
    ("SCRDMCCBDACIOMessageStructure", "urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure:", DocumentKind.ORDER),
    ("SCRDMCCBDACIDAMessageStructure", "urn:un:unece:uncefact:data:SCRDMCCBDACIDAMessageStructure:",
     DocumentKind.DELIVERY),
)


def kind_of_root(root: XmlRoot) -> DocumentKind | None:
    """What a document with this root is: invoices of CII and ZUGFeRD 1, orders and deliveries of the same family."""
    return next((kind for name, namespace, kind in _ROOTS
                 if name == root.name and root.namespace.startswith(namespace)), None)


def roots_named() -> str:
    """The roots, for a message."""
    return "CrossIndustryInvoice of UN/CEFACT or CrossIndustryDocument of ZUGFeRD 1"
