"""The forty companies of the demo. All of them, and their people, are invented."""

from collections.abc import Mapping, Sequence
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
    return [_company(row) for row in load(DATA / "companies.csv")]


def _company(row: Mapping[str, str]) -> Company:
    texts = {name: cell for name, cell in row.items() if name not in ("size", "people")}
    return Company(**texts, size=int(row["size"]), people=tuple(row["people"].split("|")))


def participant_rows(firms: Sequence[Company], random: Random) -> list[list[str]]:
    """One row per company as ``treuwerk import participants`` reads it."""
    return [_participant_row(firm, random) for firm in firms]


def _participant_row(firm: Company, random: Random) -> list[str]:
    mail = f"{'info' if firm.locale == 'de' else 'contact'}@{firm.mail}.example.org"
    gln, tax = gs1(f"952{random.randrange(10**9):09d}"), vat(firm.country, random)
    return [firm.customer_number, firm.name, firm.group, firm.country, firm.locale, mail, firm.street,
            firm.postcode, firm.city, f"gln:{gln}|vat:{tax}"]
