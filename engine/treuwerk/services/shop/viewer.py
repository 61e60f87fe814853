"""Who looks into the shop: what search, suggestions and cards need to know, read in a few statements."""

from collections.abc import Mapping
from datetime import date

import attrs
from sqlalchemy import Connection

from treuwerk.domain.rewards import Asker
from treuwerk.programme.settings import Settings
from treuwerk.services.ledger.balances import UnitBalance, balances
from treuwerk.services.rewards.askers import asker_of, programme_day
from treuwerk.store import promotions
from treuwerk.store import rewards as store


@attrs.frozen
class Viewer:
    """Somebody who looks at a moment: `available` points of the unit of rewards, `day` of the programme's zone.

    `sold_out` are variants without a piece, `spent` points that promotions gave away, `balances` those of all units,
    all as of the same moment.
    """

    asker: Asker
    account_id: int
    available: int
    day: date
    locale: str
    sold_out: frozenset[str] = frozenset()
    spent: Mapping[str, int] = attrs.field(factory=dict)
    balances: Mapping[str, UnitBalance] = attrs.field(factory=dict)


def viewer_of(connection: Connection, settings: Settings, account_id: int, now: int, locale: str,
              country: str = "", held: Mapping[str, UnitBalance] | None = None) -> Viewer:
    """The participant of an account as a viewer; `country` is where to, if it is another than the participant's.

    `held` are the balances of all units at that moment, where a page has read them already.

    Raises:
        OutOfScope: there is no participant.
    """
    unit = unit_of(settings)
    if held is None:
        held = balances(connection, settings.units, account_id, now, with_expiry=False)
    return Viewer(asker_of(connection, settings, account_id, now, country, held), account_id,
                  held[unit].available if unit else 0, programme_day(settings, now), locale,
                  store.sold_out(connection), promotions.spent(connection), held)


def unit_of(settings: Settings) -> str:
    """The unit that rewards are paid with; empty where none can be spent."""
    first = next((code for code, unit in settings.units.items() if unit.spendable), "")
    return settings.rewards.unit or first
