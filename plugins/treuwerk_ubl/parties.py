"""Who is who in a document of UBL: names and numbers of parties with their schemes."""

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from treuwerk.domain.documents import Party
from treuwerk.domain.participants import CUSTOMER_NUMBER
from treuwerk.domain.trade_codes import best_first, id_scheme
from treuwerk.domain.xml_fields import Fields, Shape

_NAMES = {
    "PartyName/Name": "name", "PartyLegalEntity/RegistrationName": "registered", "Person/FirstName": "first",
    "Person/FamilyName": "family", "PartyTaxScheme/RegistrationName": "registered"}
_NUMBERS = {
    "EndpointID": "endpoint", "PartyIdentification/ID": "id", "PartyTaxScheme": "tax",
    "PartyLegalEntity/CompanyID": "company"}
_PATHS = {**_NAMES, **_NUMBERS}
_PARTY = Shape({**_PATHS, **{f"Party/{path}": field for path, field in _PATHS.items()},
                "SupplierAssignedAccountID": "by_supplier"})
_TAX = Shape({"CompanyID": "number", "TaxScheme/ID": "scheme", "TaxScheme/TaxTypeCode": "scheme"})


def party(element: Element, *, buys: bool, buyer_scheme: str = CUSTOMER_NUMBER) -> Party:
    """A party; what a number is where the document does not say, depends on whether it buys or sells."""
    fields = _PARTY.fields(element)
    name = fields.text("name") or fields.text("registered") or " ".join(
        part for part in (fields.text("first"), fields.text("family")) if part)
    return best_first(name, _numbers(fields, buys=buys, buyer_scheme=buyer_scheme))


def location(element: Element) -> Party:
    """A place of delivery, which has a number at most."""
    return best_first("", _schemed([element], "id"))


def _numbers(fields: Fields, *, buys: bool, buyer_scheme: str) -> Iterator[tuple[str, str]]:
    unknown = buyer_scheme if buys else "id"
    for scheme, value in _schemed(fields.all("id"), unknown):
        yield buyer_scheme if scheme == CUSTOMER_NUMBER else scheme, value
    yield from _schemed(fields.all("endpoint"), "id")
    for element in fields.all("tax"):
        yield from _tax_numbers(element)
    yield from _schemed(fields.all("company"), "registration")
    if buys:
        yield from ((buyer_scheme, value) for value in fields.texts("by_supplier"))


def _schemed(elements: Iterable[Element], unknown: str) -> Iterator[tuple[str, str]]:
    for element in elements:
        if value := (element.text or "").strip():
            yield id_scheme(element.get("schemeID", ""), unknown), value


def _tax_numbers(element: Element) -> Iterator[tuple[str, str]]:
    """A number at the tax office: that of value added tax, or another one."""
    fields = _TAX.fields(element)
    scheme = fields.text("scheme").upper()
    kind = "vat" if not scheme or "VAT" in scheme.split() else "tax"
    yield from _schemed(fields.all("number"), kind)
