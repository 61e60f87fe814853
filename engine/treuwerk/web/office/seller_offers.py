"""The seller that a clerk types: known, or offered to be added without leaving the document."""

from collections.abc import Mapping

import attrs

from treuwerk.domain.entries import Entered
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.sellers import Seller
from treuwerk.services.clearing import known_sellers
from treuwerk.services.clearing.known_sellers import Standing
from treuwerk.services.clearing.sellers import MAP
from treuwerk.web.office.entry_reading import Typed
from treuwerk.web.office.frame import settings_of
from treuwerk.web.office.seller_pages import complaint, numbers_of, seller_url
from treuwerk.web.shell.state import Visit

_FIELDS: Mapping[str, str] = {"name": "seller", "vat": "vat", "gln": "gln"}
_LONGEST = 120


@attrs.frozen
class Offer:
    """The seller in the form, and what is known of it. `shown`: the page that asks shows just this already."""

    name: str
    standing: Standing
    may_add: bool
    shown: bool

    @property
    def url(self) -> str:
        """The page of the seller; empty where it has none."""
        return seller_url(self.standing.code) if self.standing.code else ""

    @property
    def is_made(self) -> bool:
        """Whether the seller can be added here."""
        return bool(self.name) and self.may_add and not self.standing.is_known


def offer_of(visit: Visit, entered: Entered, name: str) -> Offer:
    """What is known of a typed seller; its numbers count as long as the name is the one that they came with."""
    name = name.strip()[:_LONGEST]
    numbers = entered.seller_ids if name == entered.seller_name else ()
    standing = Standing()
    if name:
        with visit.shell.installation.database.reading() as connection:
            standing = known_sellers.standing(visit.access, connection, settings_of(visit), name, numbers)
    return Offer(name, standing, visit.access.may(MAP), visit.form.get("offered") == name)


def add_offered(visit: Visit, typed: Typed) -> tuple[Typed, str]:
    """Add the seller of the form; its code, or none and the form with what is wrong. Twice finds the one that is there.

    Raises:
        NotAllowed: the right to map sellers is not there.
    """
    name, vat, gln = (visit.form.get(field, "").strip()[:_LONGEST] for field in _FIELDS.values())
    if code := offer_of(visit, Entered(), name).standing.code:
        return typed, code
    one = Seller("", name, "", numbers_of(vat, gln))
    try:
        code = visit.shell.installation.database.run(lambda connection: known_sellers.add_seller(
            visit.access, connection, one, visit.now))
    except Refusal as refusal:
        field, words, values = complaint(refusal, {"vat": vat, "gln": gln})
        return typed.blamed(0, _FIELDS.get(field, "seller"), words, **values), ""
    return typed, code
