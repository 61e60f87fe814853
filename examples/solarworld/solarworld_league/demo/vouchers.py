"""Codes of the demo's vouchers. Nobody redeems them."""

from datetime import date
from random import Random

from solarworld_league.demo.tables import BUNDLE, Table, load

COLUMNS = ("variant", "code", "pin", "valid_until")
_EACH = 40
_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def vouchers(chance: Random, end: date) -> Table:
    """So many codes for each voucher of the catalogue, half of them with a PIN, good for three years and more."""
    variants = [row["variant"] for row in load(BUNDLE / "catalogue" / "rewards.csv") if row["kind"] == "voucher"]
    last = date(end.year + 3, 12, 31).isoformat()
    return Table(COLUMNS, [[variant, _code(chance), f"{chance.randrange(10_000):04}" if number % 2 else "", last]
                           for variant in variants for number in range(_EACH)])


def _code(chance: Random) -> str:
    return "-".join("".join(chance.choices(_SIGNS, k=4)) for _ in range(3))
