"""What was given to good causes: by reward and recipient, so that it can be paid out."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any

import attrs
from sqlalchemy import Row

from treuwerk.domain.ledger import instant
from treuwerk.domain.reward_kinds import Fulfilment
from treuwerk.services.installation import Installation
from treuwerk.services.orders.fulfilling import fulfilment_of
from treuwerk.services.rewards.kinds import terms_by_kind
from treuwerk.store import reward_orders as store

_FIRST, _LAST = date(1970, 1, 1), date(9998, 12, 31)
"""Days beyond which no instant can be told."""


@attrs.define
class Donated:
    """Donations of one reward at one cost; money in cents of the programme's currency. `recipient` is its supplier."""

    reward: str
    variant: str
    recipient: str
    name: str
    cost: int
    pieces: int = 0
    points: int = 0

    @property
    def money(self) -> int:
        """What is to be paid out."""
        return self.cost * self.pieces

    def as_json(self) -> dict[str, Any]:
        """The shape that others rely on."""
        return {**attrs.asdict(self), "money": self.money}


def donated(installation: Installation, first: date, last: date) -> list[Donated]:
    """What was donated from one day to another, both included, less what was given back."""
    settings = installation.programme.settings
    zone, locale = settings.programme.time_zone, settings.programme.locales[0]
    kinds = [kind for kind, terms in terms_by_kind(settings).items() if terms.fulfilment is Fulfilment.NONE]
    days = max(first, _FIRST), min(last, _LAST) + timedelta(days=1)
    since, until = (instant(datetime.combine(day, time(), zone)) for day in days)
    found: dict[tuple[str, str, str, int], Donated] = {}
    with installation.database.reading() as connection:
        for row in store.delivered_as(connection, Fulfilment.NONE, kinds, since, until):
            if fulfilment_of(settings, row) is Fulfilment.NONE:
                _add(found, row, locale)
    return [found[key] for key in sorted(found)]


def _add(found: dict[tuple[str, str, str, int], Donated], row: Row[Any], locale: str) -> None:
    snapshot = json.loads(row.snapshot)
    key = (row.supplier, row.reward, row.variant, snapshot["cost"])
    one = found.setdefault(key, Donated(row.reward, row.variant, row.supplier, snapshot["name"].get(locale, ""),
                                        snapshot["cost"]))
    one.pieces += row.pieces
    one.points += row.pieces * row.points_each
