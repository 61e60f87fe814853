"""Who is who in a document of openTRANS: parties by their roles, and references to them."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from xml.etree.ElementTree import Element

from treuwerk.domain.documents import Party
from treuwerk.domain.trade_codes import best_first, id_scheme
from treuwerk.domain.xml_fields import Shape

_PARTY = Shape({"PARTY_ID": "id", "PARTY_ROLE": "role", "ADDRESS/NAME": "name", "ADDRESS/VAT_ID": "vat",
                "ADDRESS/TAX_NUMBER": "tax"})
_ROLES: Mapping[str, str] = MappingProxyType({
    "delivery": "ship_to", "deliverer": "carrier", "final_delivery": "end_customer", "invoice_recipient": "invoicee",
    "invoice_issuer": "invoicer"})
"""Roles that other formats have as well, by the names that they have there; all others keep their own."""
_BUYERS = frozenset({"buyer", "customer", "delivery", "final_delivery", "invoice_recipient", "payer"})
_BUYER_ROLES, _SELLER_ROLES = ("buyer", "customer", "invoicee"), ("supplier", "invoicer", "document_creator")


class Parties:
    """The parties of one document."""

    def __init__(self, elements: Iterable[Element], buyer_scheme: str) -> None:
        self.by_role: dict[str, Party] = {}
        self._by_id: dict[str, Party] = {}
        for element in elements:
            self._add(element, buyer_scheme)

    def _add(self, element: Element, buyer_scheme: str) -> None:
        fields = _PARTY.fields(element)
        roles = fields.texts("role")
        buys = not _BUYERS.isdisjoint(roles)
        numbers = [(_scheme(number.get("type", ""), buyer_scheme, buys=buys), (number.text or "").strip())
                   for number in fields.all("id")]
        numbers += [*(("vat", text) for text in fields.texts("vat")), *(("tax", text) for text in fields.texts("tax"))]
        party = best_first(fields.text("name"), numbers)
        for role in roles:
            self.by_role.setdefault(_ROLES.get(role, role), party)
        for _, number in numbers:
            self._by_id.setdefault(number, party)

    def seller(self, named: str) -> Party:
        """Who sold: the one that a reference names, else by the role."""
        return self._one(named, _SELLER_ROLES, "id")

    def buyer(self, named: str, buyer_scheme: str) -> Party:
        """Who bought: the one that a reference names, else by the role."""
        return self._one(named, _BUYER_ROLES, buyer_scheme)

    def _one(self, named: str, roles: tuple[str, ...], scheme: str) -> Party:
        if named in self._by_id:
            return self._by_id[named]
        known = next((self.by_role[role] for role in roles if role in self.by_role), None)
        return known or (Party("", ((scheme, named),)) if named else Party())


def _scheme(kind: str, buyer_scheme: str, *, buys: bool) -> str:
    """What a number is: who gave it decides, and whose it is."""
    if kind == "supplier_specific":
        return buyer_scheme if buys else "own"
    if kind == "buyer_specific":
        return "own" if buys else "supplier_number"
    return id_scheme(kind, "id")
