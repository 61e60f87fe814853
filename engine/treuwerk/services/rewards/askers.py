"""Who asks for rewards: what the catalogue needs to know of a participant, as it is at an instant."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, bindparam, select

from treuwerk.domain.ledger import moment
from treuwerk.domain.rewards import Asker
from treuwerk.domain.rights import OutOfScope
from treuwerk.domain.standing import Ladder
from treuwerk.programme.settings import Settings
from treuwerk.services.ledger.balances import UnitBalance, balances
from treuwerk.services.participants.participant_list import tier_of
from treuwerk.services.tiers.standing import current_tier
from treuwerk.store.prepared import Prepared
from treuwerk.store.tables import participant

_OWN = Prepared(select(participant.c.group, participant.c.country).where(
    participant.c.account_id == bindparam("account")))


def asker_of(connection: Connection, settings: Settings, account_id: int, now: int, destination: str = "",
             held: Mapping[str, UnitBalance] | None = None) -> Asker:
    """The participant of an account; `destination` is the country that an order goes to, empty for their own.

    `held` are the balances of all units, where they are known already.

    Raises:
        OutOfScope: there is no participant.
    """
    row = next(iter(_OWN.rows(connection, account=account_id)), None)
    if row is None:
        raise OutOfScope
    return asker_in(connection, settings, account_id, now, row.group, row.country, destination, held)


def asker_in(connection: Connection, settings: Settings, account_id: int, now: int, group: str, country: str,
             destination: str, held: Mapping[str, UnitBalance] | None = None) -> Asker:
    """The same where group and country are known already."""
    if settings.tier_scheme is not None:
        tier = current_tier(connection, settings, account_id, now)
        return Asker(group, tier, country, "" if destination == country else destination)
    if held is None:
        units = list(dict.fromkeys(tier.unit for tier in settings.tiers))
        held = balances(connection, units, account_id, now, with_expiry=False) if units else {}
    tier = tier_of(settings, {unit: one.available for unit, one in held.items()})
    return Asker(group, tier, country, "" if destination == country else destination)


def ladder_of(settings: Settings) -> Ladder:
    """The tiers of a programme, to be compared."""
    if settings.tier_scheme is not None:
        return {tier: ("", rank) for rank, tier in enumerate(settings.tier_scheme.scheme.ladder)}
    return {tier.code: (tier.unit, tier.points) for tier in settings.tiers}


def programme_day(settings: Settings, now: int) -> date:
    """The day of an instant in the zone of the programme."""
    return moment(now).astimezone(settings.programme.time_zone).date()
