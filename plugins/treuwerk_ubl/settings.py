"""How a partner's UBL is read. All of it has a default: a document describes itself."""

from typing import Any

import attrs
from attrs.validators import min_len

DAYS = ("delivered", "planned", "despatched")


def _known_dates(_: object, attribute: Any, value: list[str]) -> None:
    if unknown := [day for day in value if day not in DAYS]:
        raise ValueError(f"'{attribute.name}' must be of {', '.join(DAYS)}: {', '.join(unknown)}")


@attrs.frozen
class UblSettings:
    """Keys of a ``[[sources]]`` table with ``reader = "ubl"``."""

    buyer_scheme: str = attrs.field(default="customer_number", validator=min_len(1))
    """What a buyer's number is, where the document names no scheme. The customer numbers of a wholesaler are others
    than those of the programme: give them a name of their own, such as ``elektro_nord_number``."""
    delivery_dates: list[str] = attrs.field(factory=lambda: list(DAYS), validator=[min_len(1), _known_dates])
    """Which of its days is the day of the delivery, best first: ``delivered``, ``planned`` (the end of the estimated
    period), ``despatched``. Without any it is that of the document."""
    features: dict[str, str] = attrs.field(factory=dict)
    """What is true of all lines of this source, such as ``{ scope = "MODULE" }``; rules may ask for it."""
    charges: bool = True
    """Whether lines that are freight, packing, deposit, working time or a discount by name or unit are charges."""
