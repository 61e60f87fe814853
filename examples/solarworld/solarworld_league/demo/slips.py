"""What goes wrong at the sender now and then, so that the demo shows waiting and rejected lines."""

from enum import Enum, auto
from random import Random

UNKNOWN_CUSTOMERS = ("10253", "10999", "20090", "40066")
UNKNOWN_ARTICLES = ("SW-M-390", "SW-M-460-G", "SW-M-425-S", "SW-M-600-F")
WRONG_SCOPES = ("SYSTM", "KOMPLETT", "SET")
_MODULES = "SW-M-"  # each delivery has some
_DELIVERY, _POSITION, _CUSTOMER, _ARTICLE, _SCOPE, _SERIALS = 0, 1, 3, 5, 10, 11


class Slip(Enum):
    """Kinds of slips: the first two wait for master data, the third is sent back."""

    UNKNOWN_CUSTOMER = auto()
    UNKNOWN_ARTICLE = auto()
    WRONG_SCOPE = auto()


def with_slip(rows: list[list[str]], slip: Slip, number: str, random: Random) -> list[list[str]]:
    """The rows of a day with one more that has the slip; `number` is the delivery number of a new delivery."""
    row = list(random.choice([row for row in rows if row[_ARTICLE].startswith(_MODULES)]))
    row[_DELIVERY], row[_POSITION], row[_SERIALS] = number, "10", ""
    match slip:
        case Slip.UNKNOWN_CUSTOMER:
            row[_CUSTOMER] = random.choice(UNKNOWN_CUSTOMERS)
        case Slip.UNKNOWN_ARTICLE:
            row[_ARTICLE] = random.choice(UNKNOWN_ARTICLES)
        case Slip.WRONG_SCOPE:
            row[_SCOPE] = random.choice(WRONG_SCOPES)
    return [*rows, row]
