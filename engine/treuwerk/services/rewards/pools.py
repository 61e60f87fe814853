"""Stock that is counted by something else: free codes, and free seats. Whoever changes one counts anew.

The row of the stock of a variant is locked first, so that nobody takes a code or a seat meanwhile.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection

from treuwerk.domain.catalogue import Reward
from treuwerk.domain.ledger import moment
from treuwerk.domain.reward_kinds import Fulfilment, RewardTerms
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.rewards.kinds import terms_by_kind
from treuwerk.store import rewards, seats, stock_watches
from treuwerk.store import voucher_codes as codes

_POOLED = (Fulfilment.CODE, Fulfilment.SEAT)


def today(settings: Settings, now: int) -> date:
    """The day of an instant in the zone of the programme."""
    day: date = moment(now).astimezone(settings.programme.time_zone).date()
    return day


def good_until(terms: RewardTerms, day: date) -> date:
    """Up to which day a code must be good that is ordered on a day."""
    return day + timedelta(days=terms.valid_days)


def first_slot(terms: RewardTerms, day: date) -> str:
    """The first date that can still be ordered on a day, as slots are written."""
    return (day + timedelta(days=max(terms.closes_days, 1))).isoformat()


def pooled_kinds(settings: Settings) -> set[str]:
    """Kinds of rewards whose stock is their codes or seats."""
    return {kind for kind, terms in terms_by_kind(settings).items() if terms.fulfilment in _POOLED}


def terms_by_variant(connection: Connection, settings: Settings, variants: Collection[str]) -> dict[str, RewardTerms]:
    """What holds for each variant by the kind of its reward; those that nobody knows are left out."""
    owners, terms = rewards.owners_of(connection, variants), terms_by_kind(settings)
    kinds = rewards.kinds_of(connection, set(owners.values()))
    return {variant: terms[kind] for variant, number in owners.items() if (kind := kinds.get(number, "")) in terms}


def recount(connection: Connection, settings: Settings, variants: Collection[str], now: int) -> None:
    """Count what there is of locked variants anew."""
    for variant, terms in sorted(terms_by_variant(connection, settings, variants).items()):
        _count(connection, variant, terms, today(settings, now), now)


def count_pools(connection: Connection, settings: Settings, changed: Sequence[Reward], now: int) -> None:
    """Count what there is of rewards that were saved: without codes or dates there is nothing to be ordered.

    Who waits for what is there now is told: one that was withdrawn may be published again.
    """
    terms, pooled = terms_by_kind(settings), pooled_kinds(settings)
    variants = {variant.number: reward.kind for reward in changed if reward.kind in pooled
                for variant in reward.variants}
    if variants:
        codes.lock_stocks(connection, variants, now)
    for variant, kind in sorted(variants.items()):
        _count(connection, variant, terms[kind], today(settings, now), now)
    stock_watches.tell(connection, {variant.number for reward in changed for variant in reward.variants}, now)


def let_lapse(installation: Installation, now: int) -> int:
    """Take out codes whose last day is over and dates that are past; how many codes lapsed."""
    settings = installation.programme.settings

    def write(connection: Connection) -> int:
        known = terms_by_variant(connection, settings, {*codes.variants(connection), *seats.variants(connection)})
        # What is of another kind by now, or of no reward, has no pool: who locks its stock would begin to count it.
        variants = {variant for variant, terms in known.items() if terms.fulfilment in _POOLED}
        codes.lock_stocks(connection, variants, now)
        gone = codes.lapse(connection, today(settings, now))
        recount(connection, settings, variants, now)
        return gone

    return installation.database.run(write)


def _count(connection: Connection, variant: str, terms: RewardTerms, day: date, now: int) -> None:
    if terms.fulfilment is Fulfilment.CODE:
        codes.recount(connection, variant, good_until(terms, day), now)
    elif terms.fulfilment is Fulfilment.SEAT:
        seats.recount(connection, variant, first_slot(terms, day), now)
