"""Dates of the demo's experiences, with their places and seats."""

from datetime import date, timedelta
from random import Random

from solarworld_league.demo.tables import BUNDLE, Table, load

COLUMNS = ("variant", "starts", "seats", "place")
_DATES = 4
_PLACES = {"LE-501": "Freiberg", "LE-502": "Berchtesgaden", "LE-503": "Innsbruck", "LE-504": "Lyon", "LE-505": "Linz",
           "LE-506": "Riva del Garda", "LE-507": "München", "LE-508": "Wil SG"}


def outings(chance: Random, end: date) -> Table:
    """Some dates for each experience of the catalogue, on Saturdays of the half year behind `end`."""
    found = []
    for row in load(BUNDLE / "catalogue" / "rewards.csv"):
        if row["kind"] != "experience":
            continue
        first = end + timedelta(days=28 + chance.randrange(28))
        saturday = first + timedelta(days=(5 - first.weekday()) % 7)
        found += [[row["variant"], f"{saturday + timedelta(weeks=5 * number)} 09:30", str(2 * chance.randint(2, 8)),
                   _PLACES[row["reward"]]] for number in range(_DATES)]
    return Table(COLUMNS, found)
