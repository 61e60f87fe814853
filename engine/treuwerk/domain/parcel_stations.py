"""Parcel stations by country: how one is addressed, and what cannot be one."""

import re
from collections.abc import Mapping

import attrs

from treuwerk.domain.postcodes import postcode
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import AddressKind, Destination


@attrs.frozen
class ParcelStations:
    """The parcel stations of a country: what the post calls one, and the patterns of its number and the customer's."""

    called: str
    number: re.Pattern[str]
    number_example: str
    customer: re.Pattern[str]
    customer_example: str


def _digits(least: int, most: int) -> re.Pattern[str]:
    return re.compile(rf"[0-9]{{{least},{most}}}", re.ASCII)


BY_COUNTRY: Mapping[str, ParcelStations] = {
    "DE": ParcelStations("Packstation", _digits(3, 3), "145", _digits(6, 10), "12345678"),
}
"""Countries whose parcel stations anybody can send to under these rules."""


@attrs.frozen
class StationDraft:
    """A parcel station as somebody writes it: who fetches, under which number the post knows her, and which one."""

    name: str
    customer: str
    number: str
    postcode: str
    city: str
    country: str


def station(draft: StationDraft) -> Destination:
    """The address of a parcel station, as it stands on a parcel.

    Raises:
        Refusal: `missing`, `wrong_customer`, `wrong_station`, `wrong_postcode`, `no_stations`, with the `field`.
    """
    rules = BY_COUNTRY.get(draft.country)
    if rules is None:
        raise Refusal("no_stations", f"found {draft.country!r}, expected a country with parcel stations: "
                      f"{', '.join(BY_COUNTRY)}", field="country")
    texts = {name: " ".join(text.split()) for name, text in attrs.asdict(draft).items()}
    for name in ("name", "city"):
        if not texts[name]:
            raise Refusal("missing", f"found nothing as {name}, expected a text", field=name)
    customer = _number(rules.customer, texts["customer"], "wrong_customer", "customer", rules.customer_example)
    number = _number(rules.number, texts["number"], "wrong_station", "number", rules.number_example)
    try:
        code = postcode(draft.country, texts["postcode"])
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.reason, field="postcode", **refusal.facts) from None
    return Destination(texts["name"], f"{rules.called} {number}", code, texts["city"], draft.country, extra=customer,
                       kind=AddressKind.PARCEL_STATION)


def _number(pattern: re.Pattern[str], typed: str, code: str, field: str, example: str) -> str:
    plain = typed.replace(" ", "")
    if not pattern.fullmatch(plain):
        raise Refusal(code, f"found {typed!r}, expected a number such as {example}", field=field, example=example)
    return plain
