"""Where an order can go: the addresses of a company, a parcel station, or one that somebody types."""

from collections.abc import Sequence

import attrs
from sqlalchemy import Connection, select

from treuwerk.domain.parcel_stations import StationDraft, station
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import AddressKind, Destination
from treuwerk.domain.rights import OutOfScope
from treuwerk.programme.settings import Settings
from treuwerk.services.participants.own_addresses import AddressDraft, KeptAddress, addresses_of, checked_address
from treuwerk.store.succession import successor
from treuwerk.store.tables import participant

COMPANY, STATION, TYPED = "company", "station", "typed"
"""In place of the public id of a saved address: that of the master data, a parcel station, and one that is typed."""


@attrs.frozen
class Place:
    """Somewhere that an order can go: `name` is the id of a saved address, or one of the words above."""

    name: str
    label: str
    destination: Destination
    served: bool = True
    """Whether all that is ordered is delivered to its country."""


@attrs.frozen
class Wanted:
    """The place that somebody chose, with what was typed where it is none of the known ones."""

    name: str
    station: StationDraft | None = None
    typed: AddressDraft | None = None


def places_of(connection: Connection, account_id: int) -> list[Place]:
    """Saved addresses of a company, or of what it was merged into, the preferred first; then that of the master data.

    Raises:
        OutOfScope: there is no such participant.
    """
    account_id = successor(connection, account_id)
    company = connection.execute(select(participant).where(participant.c.account_id == account_id)).one_or_none()
    if company is None:
        raise OutOfScope
    found = [_saved(one) for one in addresses_of(connection, account_id)]
    if company.street and company.city and company.country:
        found.append(Place(COMPANY, "", Destination(company.name, company.street, company.postcode, company.city,
                                                    company.country, kind=AddressKind.COMPANY)))
    return found


def station_at(settings: Settings, draft: StationDraft | None) -> Destination:
    """A parcel station, where the programme sends to those of its country.

    Raises:
        Refusal: `no_stations`, or as `treuwerk.domain.parcel_stations` has it, with the `field`.
    """
    if draft is None or draft.country not in settings.rewards.orders.parcel_stations:
        raise Refusal("no_stations", "found a parcel station, expected an address", field="country")
    return station(draft)


def destination_of(settings: Settings, places: Sequence[Place], wanted: Wanted) -> Destination:
    """The address of what was chosen, by the rules of its country.

    Raises:
        Refusal: `unknown_place`, or as `station_at` and `checked_address` have it, with the `field`.
    """
    if wanted.name == STATION:
        return station_at(settings, wanted.station)
    if wanted.name == TYPED and wanted.typed is not None:
        values = checked_address(settings, wanted.typed)
        return Destination(values["name"], values["street"], values["postcode"], values["city"], values["country"])
    found = next((one.destination for one in places if one.name == wanted.name), None)
    if found is None:
        raise Refusal("unknown_place", f"found {wanted.name!r}, expected one of the addresses", field="place")
    return found


def _saved(one: KeptAddress) -> Place:
    draft = one.draft
    return Place(one.public_id, draft.label, Destination(draft.name, draft.street, draft.postcode, draft.city,
                                                         draft.country))
