"""Who is who in an invoice of CII: names and numbers of parties with their schemes."""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from treuwerk.domain.documents import Party
from treuwerk.domain.trade_codes import best_first, id_scheme
from treuwerk.domain.xml_fields import Shape

_PARTY = Shape({
    "ID": "id", "GlobalID": "global", "Name": "name", "SpecifiedLegalOrganization/ID": "company",
    "SpecifiedLegalOrganization/TradingBusinessName": "trading", "SpecifiedTaxRegistration/ID": "tax",
    "URIUniversalCommunication/URIID": "address"})


def party(element: Element, *, buys: bool, buyer_scheme: str) -> Party:
    """A party; what a number is where the document does not say, depends on whether it buys or sells."""
    fields = _PARTY.fields(element)
    numbers = [*_schemed(fields.all("id"), buyer_scheme if buys else "id"), *_schemed(fields.all("global"), "id"),
               *_schemed(fields.all("tax"), "tax"), *_schemed(fields.all("company"), "registration"),
               *_schemed(fields.all("address"), "id")]
    return best_first(fields.text("name") or fields.text("trading"), numbers)


def _schemed(elements: Sequence[Element], unknown: str) -> Iterator[tuple[str, str]]:
    for element in elements:
        if value := (element.text or "").strip():
            yield "email" if "@" in value else id_scheme(element.get("schemeID", ""), unknown), value
