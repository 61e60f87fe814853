"""Where something goes that the service centre sends: an address of the company, a parcel station, or a typed one."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import attrs

from treuwerk.domain.parcel_stations import BY_COUNTRY, StationDraft
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import Destination
from treuwerk.services.orders.places import STATION, TYPED, Place, Wanted, destination_of
from treuwerk.services.participants.own_addresses import LONGEST, AddressDraft
from treuwerk.web.forms import Result, choice, text
from treuwerk.web.office.frame import settings_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, naming_of
from treuwerk.web.shell.state import Visit

T = TypeVar("T", bound="PlaceForm")
_WORDS: Mapping[str, str] = {
    "wrong_customer": marked("Enter the number at the post, such as %(example)s."),
    "wrong_station": marked("Enter the number of the station, such as %(example)s."),
    "missing": marked("Fill in this field."), "too_long": marked("This text is too long. Shorten it."),
    "unknown_country": marked("Choose one of the entries."), "no_stations": marked("Choose one of the entries."),
    "unknown_place": marked("This address is not there any more. Choose another one."),
}
_FIELDS = {"name": "recipient", "number": "station", "place": "place"}
"""Fields of addresses and stations that have another name in the form."""


@attrs.frozen
class PlaceForm:
    """The choice, and the fields of an address that is typed and of a parcel station."""

    place: str = choice(marked("Address"), missing=marked("Choose where it goes."))
    recipient: str = text(marked("Recipient"), required=False, longest=LONGEST)
    street: str = text(marked("Street and number"), required=False, longest=LONGEST)
    customer: str = text(marked("Number at the post"), required=False, longest=20)
    station: str = text(marked("Number of the station"), required=False, longest=10)
    postcode: str = text(marked("Postcode"), required=False, longest=20)
    city: str = text(marked("Town"), required=False, longest=LONGEST)
    country: str = choice(marked("Country"), required=False)


def wanted_place(visit: Visit, form: PlaceForm) -> Wanted:
    """What was chosen and typed."""
    stations = _stations(visit)
    station = StationDraft(form.recipient, form.customer, form.station, form.postcode, form.city, stations[0]) \
        if stations else None
    return Wanted(form.place, station, AddressDraft("", form.recipient, form.street, form.postcode, form.city,
                                                    form.country))


def destination_in(visit: Visit, form: PlaceForm, places: Sequence[Place]) -> Destination:
    """Where it goes.

    Raises:
        Refusal: as `destination_of`.
    """
    return destination_of(settings_of(visit), places, wanted_place(visit, form))


def place_blamed(result: Result[T], refusal: Refusal) -> Result[T]:
    """The form with what is wrong with an address beside its field."""
    field, example = str(refusal.facts.get("field", "postcode")), str(refusal.facts.get("example", ""))
    if refusal.code == "wrong_postcode":
        words = marked("Enter a postcode of this country, such as %(example)s.") if example else marked(
            "Enter a postcode of letters and digits, or none.")
    else:
        words = _WORDS.get(refusal.code, marked("Choose one of the entries."))
    names = {"example": example} if "%(example)s" in words else {}
    return result.refused(_FIELDS.get(field, field), words, **names)


def place_options(visit: Visit, places: Sequence[Place]) -> dict[str, list[str]]:
    """What can be chosen, by field."""
    return {"place": [code for code, _ in place_names(visit, places)],
            "country": [code for code, _ in naming_of(visit).countries()]}


def place_names(visit: Visit, places: Sequence[Place]) -> list[tuple[str, str]]:
    """Addresses with what people see of them; a parcel station only where the programme sends to some."""
    station = [(STATION, gettext(visit, marked("Parcel station")))] if _stations(visit) else []
    return [*((one.name, _told(visit, one)) for one in places), *station,
            (TYPED, gettext(visit, marked("Another address")))]


def place_context(visit: Visit, places: Sequence[Place]) -> dict[str, Any]:
    """What the fields need in a template."""
    stations = _stations(visit)
    return {"places": place_names(visit, places), "countries": naming_of(visit).countries(),
            "station_rules": BY_COUNTRY[stations[0]] if stations else None}


def _stations(visit: Visit) -> Sequence[str]:
    return settings_of(visit).rewards.orders.parcel_stations


def _told(visit: Visit, place: Place) -> str:
    where = place.destination
    said = f"{where.name}, {where.street}, {where.postcode} {where.city}, {naming_of(visit).country(where.country)}"
    return f"{place.label}: {said}" if place.label else said
