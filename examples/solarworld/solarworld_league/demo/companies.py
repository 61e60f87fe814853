"""The forty companies of the demo. All of them, and their people, are invented."""

from collections.abc import Sequence
from random import Random

import attrs

from solarworld_league.demo.numbers import gs1, vat
from solarworld_league.demo.tables import DATA, load


@attrs.frozen
class Company:
    """One company. `size` is its rank by turnover, 1 is the largest."""

    customer_number: str
    name: str
    group: str
    country: str
    locale: str
    mail: str
    street: str
    postcode: str
    city: str
    size: int
    people: tuple[str, ...]

    @property
    def weight(self) -> float:
        """How much it buys against others: Zipf's law, flattened at the top."""
        return float((self.size + 2) ** -0.9)


def companies() -> list[Company]:
    """All companies in the order of their customer numbers."""
    return [Company(size=int(row.pop("size")), people=tuple(row.pop("people").split("|")), **row)
            for row in load(DATA / "companies.csv")]


def participant_rows(firms: Sequence[Company], random: Random) -> list[list[str]]:
    """One row per company as ``treuwerk import participants`` reads it."""
    return [[firm.customer_number, firm.name, firm.group, firm.country, firm.locale,
             f"{'contact' if firm.locale in ('en', 'fr') else 'info'}@{firm.mail}.example.org", firm.street,
             firm.postcode, firm.city,
             f"gln:{gs1(f'952{random.randrange(10**9):09d}')}|vat:{vat(firm.country, random)}"]
            for firm in firms]
