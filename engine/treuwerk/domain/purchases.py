"""What may earn: a matched purchase line or an activity, in the one shape that every rule sees."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import attrs

from treuwerk.domain.documents import NO_FEATURES
from treuwerk.domain.participants import Participant


@attrs.frozen
class Article:
    """An article of the master data. `attributes` are exact decimals by name, such as ``wp`` (Wp per module)."""

    number: str
    kind: str
    name: str = ""
    gtin: str = ""
    attributes: Mapping[str, Decimal] = attrs.field(factory=dict)


class EarningEvent(NamedTuple):
    """One purchase line or one attended activity of a known participant.

    `quantity` counts base units (pieces), whole and positive; `amount` is net in `currency` or None.
    `features` are facts of the delivery, such as ``scope``. Exactly one of `article` and `activity` is set.
    """

    participant: Participant
    occurred_on: date
    article: Article | None = None
    activity: str = ""
    quantity: Decimal = Decimal(1)
    amount: Decimal | None = None
    currency: str = ""
    features: Mapping[str, str] = NO_FEATURES
