"""Addresses as the posts of their countries want them on a parcel, line by line.

Sources: the national posts' own descriptions, as the Universal Postal Union lists them. A country that is not named
here gets the postcode before the town, which most of the world writes.
"""

from collections.abc import Mapping

import attrs

from treuwerk.domain.reward_orders import AddressKind, Destination


@attrs.frozen
class TownLine:
    """How a country writes postcode and town: with `between` them, the town in capitals, a sign before the postcode.

    `below`: the postcode stands in a line of its own behind the town.
    """

    between: str = " "
    capitals: bool = False
    sign: str = ""
    below: bool = False


_USUAL, _CAPITALS = TownLine(), TownLine(capitals=True)
_BELOW = TownLine(capitals=True, below=True)
BY_COUNTRY: Mapping[str, TownLine] = {
    "AT": _USUAL, "BE": _CAPITALS, "CH": _USUAL, "CZ": _CAPITALS, "DE": _USUAL, "DK": _USUAL, "ES": _CAPITALS,
    "FR": _CAPITALS, "GB": _BELOW, "IE": _BELOW, "IT": _CAPITALS, "LI": _USUAL,
    "LU": TownLine(capitals=True, sign="L-"), "NL": TownLine("  ", capitals=True), "PL": _CAPITALS, "SE": _CAPITALS,
}
"""Countries whose form is known."""


def postal_lines(where: Destination, country: str = "") -> tuple[str, ...]:
    """The lines of an address from the recipient down to the town, then `country` in capitals where it is said.

    Of a parcel station the post wants the number of the customer above the station, and no company.

    >>> postal_lines(Destination("Jan Vos", "Dam 1", "1012 AB", "Amsterdam", "NL"), "Niederlande")
    ('Jan Vos', 'Dam 1', '1012 AB  AMSTERDAM', 'NIEDERLANDE')
    """
    at_station = where.kind is AddressKind.PARCEL_STATION
    company = "" if at_station or where.company == where.name else where.company
    lines = [company, where.name, where.extra, where.street, *_town(where), country.upper()]
    return tuple(line for line in lines if line.strip())


def _town(where: Destination) -> list[str]:
    form = BY_COUNTRY.get(where.country, _USUAL)
    city = where.city.upper() if form.capitals else where.city
    if form.below:
        return [city, where.postcode]
    return [f"{form.sign}{where.postcode}{form.between}{city}" if where.postcode else city]
